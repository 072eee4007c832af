// What the whole engine moves, asked once a second for all views, and kept over time.
import { Poll } from './poll.js';
import { bySource, sourceKinds } from './savings.js';
import { Series } from './series.js';

export class Meter extends EventTarget {
  history = new Series(sourceKinds, { step: 900, pointsMax: 300 });
  perf = null;

  constructor(api) {
    super();
    this.poll = new Poll((signal) => this.#look(api, signal), { every: 1000 });
  }

  end() {
    this.poll.end();
  }

  async #look(api, signal) {
    this.perf = await api.get('/v1/perf', { signal });
    this.history.put(performance.now(), bySource(this.perf.moved));
    this.dispatchEvent(new Event('perf'));
  }
}

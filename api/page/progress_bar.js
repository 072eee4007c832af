// How far a job is, and how much of that came from peers and from origins.
import { h, setAttribute } from './dom.js';
import { partsOf, percentOf, sourcesText } from './job_words.js';

export class ProgressBar {
  #peers = h('span', { class: 'part kind-peers' });
  #origin = h('span', { class: 'part kind-origin' });

  constructor(label) {
    this.element = h(
      'div',
      {
        class: 'bar',
        role: 'progressbar',
        'aria-label': label,
        'aria-valuemin': 0,
        'aria-valuemax': 100,
      },
      this.#peers,
      this.#origin,
    );
  }

  show(progress) {
    const { peers, origin } = partsOf(progress);
    this.#peers.style.inlineSize = `${(peers * 100).toFixed(2)}%`;
    this.#origin.style.inlineSize = `${(origin * 100).toFixed(2)}%`;
    setAttribute(this.element, 'aria-valuenow', Math.floor((peers + origin) * 100));
    const sources = sourcesText(progress);
    setAttribute(
      this.element,
      'aria-valuetext',
      sources ? `${percentOf(progress)}, ${sources}` : percentOf(progress),
    );
  }
}

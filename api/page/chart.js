// Sources over time: areas one above the other, with a legend that has the numbers.
import { h, KeyedList, setAttribute, setText } from './dom.js';
import { durationText, rateText } from './format.js';
import { roundUp, stacked } from './series.js';

const height = 150;

export class SourceChart {
  #svg = h('svg', { class: 'chart-areas', role: 'img', height });
  #top = h('span', { class: 'chart-top number' });
  #since = h('span', {});
  #now = h('span', {}, 'now');
  #points = [];
  #drawn = null;

  // `names`: what each kind is called; kinds that never had a byte are left out of the legend.
  constructor({ label, kinds, names, empty = 'Nothing was moved while this page was open.' }) {
    Object.assign(this, { label, kinds, names, emptyText: empty });
    setAttribute(this.#svg, 'aria-label', label);
    this.empty = h('p', { class: 'chart-empty' }, empty);
    const legend = h('ul', { class: 'legend' });
    this.legend = new KeyedList(legend, {
      key: (kind) => kind,
      make: (kind) => {
        const value = h('span', { class: 'number' });
        const element = h(
          'li',
          {},
          h('span', { class: `swatch kind-${kind}` }),
          names[kind] ?? kind,
          value,
        );
        return { element, value };
      },
      update: (row, kind) => setText(row.value, rateText(this.#points.at(-1)?.rates[kind] ?? 0)),
    });
    this.element = h(
      'figure',
      { class: 'chart' },
      h('div', { class: 'chart-plot' }, this.#top, this.#svg, this.empty),
      h('div', { class: 'chart-time' }, this.#since, this.#now),
      h('figcaption', {}, legend),
    );
    this.watch = new ResizeObserver(() => this.#draw());
    this.watch.observe(this.#svg);
  }

  end() {
    this.watch.disconnect();
  }

  show(points, { ended = false } = {}) {
    this.#points = points;
    setText(this.#now, ended ? 'end' : 'now');
    this.#draw();
  }

  #draw() {
    const points = this.#points;
    const used = this.kinds.filter((kind) => points.some((point) => point.rates[kind] > 0));
    this.empty.hidden = points.length > 1;
    setText(this.empty, points.length === 1 ? 'Measuring…' : this.emptyText);
    this.legend.show(used.length ? used : this.kinds.slice(-1));
    const width = this.#svg.clientWidth;
    if (points.length < 2 || width === 0) return this.#svg.replaceChildren();
    const stack = stacked(points, used);
    const most = roundUp(Math.max(...stack.map((point) => point.sum)));
    const begin = stack[0].time;
    const span = stack.at(-1).time - begin || 1;
    const x = (time) => ((time - begin) / span) * width;
    const y = (rate) => height - (rate / most) * (height - 4);
    setText(this.#top, rateText(most));
    setText(this.#since, `${durationText(span)} ago`);
    setAttribute(this.#svg, 'viewBox', `0 0 ${width} ${height}`);
    setAttribute(this.#svg, 'aria-label', this.#words(used));
    const areas = used.map((kind, at) => area(stack, at, x, y, kind));
    this.#svg.replaceChildren(lines(width), ...areas);
  }

  #words(used) {
    const last = this.#points.at(-1);
    const now = used.map((kind) => `${this.names[kind] ?? kind} ${rateText(last.rates[kind])}`);
    return `${this.label}. Last: ${now.join(', ') || 'nothing'}.`;
  }
}

function lines(width) {
  const at = [0.02, 0.5].map((part) => {
    const y = Math.round(height * part) + 0.5;
    return h('line', { x1: 0, x2: width, y1: y, y2: y, class: 'chart-line' });
  });
  return h('g', {}, at);
}

function area(stack, at, x, y, kind) {
  const upper = stack.map(
    (point) => `${x(point.time).toFixed(1)},${y(point.bounds[at + 1]).toFixed(1)}`,
  );
  const lower = stack
    .map((point) => `${x(point.time).toFixed(1)},${y(point.bounds[at]).toFixed(1)}`)
    .reverse();
  return h(
    'g',
    { class: `kind-${kind}` },
    h('path', { class: 'chart-area', d: `M${upper.join('L')}L${lower.join('L')}Z` }),
    h('path', { class: 'chart-edge', d: `M${upper.join('L')}` }),
  );
}

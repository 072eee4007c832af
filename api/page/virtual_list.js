// A list of any length of which only the rows near the viewport exist. The window scrolls, rows
// have one height, and the row with the focus stays wherever one scrolls.
import { h, inOrder, setAttribute } from './dom.js';
import { scrollTo, windowOf } from './window_of.js';

export class VirtualList {
  #keys = [];
  #places = new Map();
  #rows = new Map(); // By key.
  #free = []; // Rows of keys that went; the next ones take them over.
  #asked = false;
  #stop = new AbortController();

  // `make()` gives {element, ...}; `update(row, key)` fills it, whatever it showed before.
  constructor({ label, make, update }) {
    Object.assign(this, { make, update });
    this.element = h('div', { class: 'virtual', role: 'list', 'aria-label': label });
    const options = { passive: true, signal: this.#stop.signal };
    addEventListener('scroll', () => this.#draw(), options);
    addEventListener('resize', () => this.#ask(), options);
    this.element.addEventListener('keydown', (event) => this.#onKey(event));
  }

  end() {
    this.#stop.abort();
  }

  show(keys) {
    this.#keys = keys;
    this.#places = new Map(keys.map((key, index) => [key, index]));
    this.#draw();
  }

  // Rows that are there are filled anew, at most once a frame.
  refresh() {
    this.#ask();
  }

  #ask() {
    if (this.#asked) return;
    this.#asked = true;
    requestAnimationFrame(() => {
      this.#asked = false;
      this.#draw();
    });
  }

  get #row() {
    return parseFloat(getComputedStyle(this.element).getPropertyValue('--row')) || 64;
  }

  #draw() {
    if (!this.element.isConnected) return;
    const row = this.#row;
    const count = this.#keys.length;
    const top = -this.element.getBoundingClientRect().top;
    const { first, last } = windowOf({ top, viewport: innerHeight, row, count });
    const keys = this.#keys.slice(first, last);
    const focused = this.#focusedKey();
    const at = focused === null ? undefined : this.#places.get(focused);
    if (at !== undefined && at < first) keys.unshift(focused);
    if (at !== undefined && at >= last) keys.push(focused);
    this.element.style.blockSize = `${count * row}px`;
    this.#show(keys, row);
  }

  #show(keys, height) {
    const wanted = new Set(keys);
    for (const [key, row] of this.#rows) {
      if (wanted.has(key)) continue;
      this.#rows.delete(key);
      this.#free.push(row);
    }
    for (const key of keys) {
      const row = this.#rows.get(key) ?? this.#free.shift() ?? this.make();
      this.#rows.set(key, row);
      this.#place(row, key, height);
    }
    for (const row of this.#free.splice(0)) row.element.remove();
    // For who goes through the list without seeing it.
    inOrder(
      this.element,
      keys.map((key) => this.#rows.get(key).element),
    );
  }

  #place(row, key, height) {
    const index = this.#places.get(key);
    const { element } = row;
    if (element.dataset.key !== key) element.dataset.key = key;
    const place = `translateY(${index * height}px)`;
    if (element.style.transform !== place) element.style.transform = place;
    setAttribute(element, 'aria-posinset', index + 1);
    setAttribute(element, 'aria-setsize', this.#keys.length);
    this.update(row, key);
  }

  #focusedKey() {
    const element = document.activeElement?.closest?.('[data-key]');
    return element && this.element.contains(element) ? element.dataset.key : null;
  }

  #onKey(event) {
    const steps = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -Infinity,
      End: Infinity,
    };
    const step = steps[event.key];
    const focused = this.#focusedKey();
    if (step === undefined || focused === null || event.altKey || event.ctrlKey || event.metaKey)
      return;
    event.preventDefault();
    const index = Math.min(Math.max(this.#places.get(focused) + step, 0), this.#keys.length - 1);
    this.#focus(index);
  }

  #focus(index) {
    const row = this.#row;
    const above = this.element.getBoundingClientRect().top + scrollY;
    const header = document.querySelector('header')?.offsetHeight ?? 0;
    const place = scrollTo({
      index,
      top: scrollY - above,
      viewport: innerHeight,
      row,
      margin: header,
    });
    if (place !== null) scrollBy(0, place + above - scrollY);
    this.#draw();
    const key = this.#keys[index];
    this.element.querySelector(`[data-key="${CSS.escape(key)}"] a`)?.focus({ preventScroll: true });
  }
}

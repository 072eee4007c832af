// Which pieces of a file are there: a strip of cells, and the same in words.
import { h, setAttribute, setText } from './dom.js';
import { bytesText, countText } from './format.js';
import { decodeBits, inCells } from './pieces.js';

const cell = 10; // With its gap.
const rowsMax = 12;

export class PieceMap {
  #canvas = h('canvas', { class: 'pieces', role: 'img' });
  #words = h('p', { class: 'hint number' });
  #present = null;
  element = h('div', { class: 'piece-map' }, this.#canvas, this.#words);

  constructor() {
    this.watch = new ResizeObserver(() => this.#draw());
    this.watch.observe(this.element);
    this.onTheme = () => this.#draw();
    addEventListener('themechange', this.onTheme);
  }

  end() {
    this.watch.disconnect();
    removeEventListener('themechange', this.onTheme);
  }

  show(pieces) {
    this.#present = decodeBits(pieces.bits, pieces.pieces);
    const all = `${countText(pieces.pieces)} pieces of ${bytesText(pieces.piece_length)}`;
    const words = `${countText(pieces.present)} of ${all}`;
    setText(this.#words, words);
    setAttribute(this.#canvas, 'aria-label', `${words} are there`);
    this.#draw();
  }

  #draw() {
    const width = this.element.clientWidth;
    if (!this.#present || width === 0) return;
    const columns = Math.max(1, Math.floor((width + 2) / cell));
    const cells = inCells(this.#present, columns * rowsMax);
    const rows = Math.ceil(cells.length / columns);
    const scale = devicePixelRatio || 1;
    const canvas = this.#canvas;
    canvas.width = width * scale;
    canvas.height = rows * cell * scale;
    canvas.style.blockSize = `${rows * cell}px`;
    const style = getComputedStyle(this.element);
    const [there, absent] = ['--accent', '--track'].map((name) =>
      style.getPropertyValue(name).trim(),
    );
    const draw = canvas.getContext('2d');
    draw.scale(scale, scale);
    cells.forEach((part, index) => {
      const x = (index % columns) * cell;
      const y = Math.floor(index / columns) * cell;
      draw.fillStyle = absent;
      draw.fillRect(x, y, cell - 2, cell - 2);
      // Filled from below, so that the shape tells it too.
      const full = Math.round(part * (cell - 2));
      draw.fillStyle = there;
      draw.fillRect(x, y + cell - 2 - full, cell - 2, full);
    });
  }
}

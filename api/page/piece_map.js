// Which pieces of a file are there and who sent them: a strip of cells, and the same in words.
import { h, KeyedList, setAttribute, setText } from './dom.js';
import { bytesText, countText, percentText } from './format.js';
import { decodeBits, inCells } from './pieces.js';
import { kindName, sharesOf } from './senders.js';

const cell = 10; // With its gap.
const rowsMax = 12;
const sendersMax = 8;
const colours = {
  lan: '--lan',
  group: '--group',
  internet: '--internet',
  link_local: '--link-local',
  cache: '--cache',
  origin: '--origin',
  others: '--others',
};

export class PieceMap {
  #canvas = h('canvas', { class: 'pieces', role: 'img' });
  #words = h('p', { class: 'hint number' });
  #legend = h('ul', { class: 'legend', 'aria-label': 'Who sent them' });
  #present = null;
  #parts = [];
  #count = '';
  element = h('div', { class: 'piece-map' }, this.#canvas, this.#words, this.#legend);

  constructor() {
    this.watch = new ResizeObserver(() => this.#draw());
    this.watch.observe(this.element);
    this.onTheme = () => this.#draw();
    addEventListener('themechange', this.onTheme);
    this.senders = new KeyedList(this.#legend, {
      key: (sender) => `${sender.kind} ${sender.name}`,
      make: (sender) => {
        const value = h('span', { class: 'number' });
        const swatch = h('span', { class: `swatch kind-${sender.kind}` });
        const name = `${kindName(sender.kind)} ${sender.name}`.trim();
        return { element: h('li', {}, swatch, name, value), value };
      },
      update: (row, { share }) => setText(row.value, percentText(share, 1)),
    });
  }

  end() {
    this.watch.disconnect();
    removeEventListener('themechange', this.onTheme);
  }

  show(pieces) {
    this.#present = decodeBits(pieces.bits, pieces.pieces);
    const all = `${countText(pieces.pieces)} pieces of ${bytesText(pieces.piece_length)}`;
    this.#count = `${countText(pieces.present)} of ${all}`;
    setText(this.#words, this.#count);
    this.#tell();
  }

  // One entry for each part of the content: who sent it, or null.
  showSenders(parts) {
    this.#parts = parts;
    this.#tell();
  }

  #tell() {
    const shares = sharesOf(this.#parts);
    const shown = shares.slice(0, sendersMax);
    const rest = shares.slice(sendersMax).reduce((sum, sender) => sum + sender.share, 0);
    if (rest > 0) shown.push({ kind: 'others', name: '', share: rest });
    this.senders.show(shown);
    this.#legend.hidden = shown.length === 0;
    const who = shown.map(
      (one) => `${kindName(one.kind)} ${one.name} ${percentText(one.share, 1)}`,
    );
    const sent = who.length ? `, sent by ${who.join(', ')}` : '';
    setAttribute(this.#canvas, 'aria-label', `${this.#count} are there${sent}`);
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
    const colour = (name) => style.getPropertyValue(name).trim();
    const [known, absent] = [colour('--accent'), colour('--track')];
    const draw = canvas.getContext('2d');
    draw.scale(scale, scale);
    cells.forEach((part, index) => {
      const x = (index % columns) * cell;
      const y = Math.floor(index / columns) * cell;
      draw.fillStyle = absent;
      draw.fillRect(x, y, cell - 2, cell - 2);
      // Filled from below, so that the shape tells it too.
      const full = Math.round(part * (cell - 2));
      const sender = this.#parts[Math.floor((index * this.#parts.length) / cells.length)];
      draw.fillStyle = sender ? colour(colours[sender.kind] ?? '--others') : known;
      draw.fillRect(x, y + cell - 2 - full, cell - 2, full);
    });
  }
}

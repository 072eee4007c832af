// The files of a job with what is there of each; the pieces of those that are looked at.
import { h, KeyedList, setAttribute, setText } from './dom.js';
import { bytesText, manyText, nameOf, percentText, plainText } from './format.js';
import { PieceMap } from './piece_map.js';
import { partsOf } from './senders.js';
import { trustText } from './why_words.js';

const shownMax = 200;

export class JobFiles {
  #rows = h('div', { class: 'files' });
  #more = h('p', { class: 'hint' });
  #open = new Map(); // PieceMap by index.
  #senders = new Map(); // Who sent which part, by index.
  element = h('div', {}, this.#rows, this.#more);

  constructor(api, job) {
    Object.assign(this, { api, job });
    this.list = new KeyedList(this.#rows, {
      key: (file) => file.index,
      make: (file) => this.#make(file),
      update: (row, file) => row.update(file),
    });
  }

  end() {
    for (const map of this.#open.values()) map.end();
  }

  show(files) {
    this.list.show(files.slice(0, shownMax).map((file, index) => ({ ...file, index })));
    const more = files.length - shownMax;
    setText(this.#more, more > 0 ? `And ${manyText(more, 'file')} more.` : '');
    for (const [index, map] of this.#open) this.#fill(index, map);
  }

  // What the decision record says of who sent them.
  showRecord(record) {
    for (const { file, transfer } of record.files ?? []) {
      this.#senders.set(file, partsOf(transfer));
      this.#open.get(file)?.showSenders(this.#senders.get(file));
    }
  }

  #make({ index }) {
    const name = h('span', { class: 'file-name' });
    const size = h('span', { class: 'number' });
    const facts = h('div', { class: 'facts' });
    const place = h('div', {});
    const details = h('details', {}, h('summary', {}, name, size), place, facts);
    details.addEventListener('toggle', () => this.#toggle(index, details.open, place));
    if (index === 0) details.open = true;
    const update = (file) => {
      setText(name, nameOf(plainText(file.spec.path)));
      const of = file.length ?? null;
      setText(
        size,
        of === null
          ? bytesText(file.bytes_done)
          : `${percentText(file.bytes_done, of)} of ${bytesText(of)}`,
      );
      this.#facts(facts, file);
    };
    return { element: details, update };
  }

  #facts(facts, file) {
    const rows = [
      ['Path', plainText(file.spec.path)],
      ['From', (file.spec.urls ?? []).map(plainText).join('\n')],
      ['Content', file.content ?? 'not known yet'],
      ['Trust', trustText(file)],
      [
        'Bytes',
        `${bytesText(file.from_peers ?? 0)} from peers, ` +
          `${bytesText(file.from_origin ?? 0)} from origins` +
          (file.wasted ? `, ${bytesText(file.wasted)} for nothing` : ''),
      ],
    ];
    const text = JSON.stringify(rows);
    if (facts.dataset.shown === text) return;
    setAttribute(facts, 'data-shown', text);
    facts.replaceChildren(
      h(
        'dl',
        {},
        rows.map(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
      ),
    );
  }

  #toggle(index, open, place) {
    this.#open.get(index)?.end();
    this.#open.delete(index);
    place.replaceChildren();
    if (!open) return;
    const map = new PieceMap();
    this.#open.set(index, map);
    map.showSenders(this.#senders.get(index) ?? []);
    place.append(map.element);
    this.#fill(index, map);
  }

  // Before there are any, or when it was stopped in an earlier run, there is no map.
  async #fill(index, map) {
    try {
      map.show(await this.api.get(`/v1/jobs/${this.job}/files/${index}/pieces`));
      map.element.hidden = false;
    } catch {
      map.element.hidden = true;
    }
  }
}

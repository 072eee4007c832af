// A table whose rows stay where they are while values change; on a phone each row is a card.
import { h, KeyedList, setText } from './dom.js';

// Columns: {name, number, value(item) -> text, or node(item, cell) for more than text}; `title`: it
// stands above the others on a card.
export class Table {
  constructor({ label, columns, key, empty, compact = false }) {
    this.columns = columns;
    this.body = h('tbody', {});
    this.rows = new KeyedList(this.body, {
      key,
      make: () => this.#make(),
      update: (row, item) => this.#update(row, item),
    });
    this.table = h(
      'table',
      { class: compact ? 'cards compact' : 'cards' },
      h('caption', { class: 'hidden' }, label),
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          columns.map((column) =>
            h(
              'th',
              { scope: 'col', class: column.number ? 'number' : null },
              column.quiet ? h('span', { class: 'hidden' }, column.name) : column.name,
            ),
          ),
        ),
      ),
      this.body,
    );
    this.empty = h('div', { class: 'empty' }, h('h2', {}, empty.title), h('p', {}, empty.text));
    this.element = h('div', {}, this.table, this.empty);
    this.show([]);
  }

  show(items) {
    this.rows.show(items);
    this.table.hidden = items.length === 0;
    this.empty.hidden = items.length > 0;
  }

  #make() {
    const cells = this.columns.map((column) =>
      h('td', {
        class: [column.number ? 'number' : '', column.class ?? ''].join(' ').trim() || null,
        'data-name': column.quiet || column.title ? null : column.name,
      }),
    );
    return { element: h('tr', {}, cells), cells };
  }

  #update(row, item) {
    this.columns.forEach((column, at) => {
      const cell = row.cells[at];
      if (column.node) column.node(item, cell);
      else setText(cell, column.value(item));
    });
  }
}

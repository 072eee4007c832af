// The decision record of a job's files, to be read from the top: how it went, what would help, who
// was asked, and what happened when.
import { h } from './dom.js';
import { SourceChart } from './chart.js';
import { bytesText, countText, durationText, percentText, rateText } from './format.js';
import { kindName } from './senders.js';
import {
  boundOf,
  codeText,
  pointsOf,
  recordKinds,
  stateText,
  summaryOf,
  toneOf,
  trustText,
  waitText,
} from './why_words.js';

export class WhyView {
  #last = '';
  #open = new Set(); // Which parts are unfolded, over updates.
  #charts = new Map(); // By file, when there are several.
  element = h('div', { class: 'why' });

  end() {
    for (const chart of this.#charts.values()) chart.end();
  }

  show(record, names) {
    const text = JSON.stringify(record);
    if (text === this.#last) return;
    this.#last = text;
    const files = record.files ?? [];
    if (files.length === 0) {
      this.element.replaceChildren(
        h('p', { class: 'hint' }, 'Nothing is on record yet: the job has not run.'),
      );
      return;
    }
    const left =
      record.left_out > 0
        ? h('p', { class: 'hint' }, `${countText(record.left_out)} older records had no room.`)
        : null;
    this.element.replaceChildren(
      ...files.map(({ file, transfer }) =>
        this.#file(file, transfer, files.length > 1 ? (names[file] ?? `File ${file}`) : null),
      ),
      left ?? '',
      this.#states(record.states) ?? '',
    );
  }

  // Of one file alone the job shows it already.
  #chart(file, transfer, name) {
    const points = name ? pointsOf(transfer.series, Date.now()) : [];
    if (points.length < 2) return null;
    if (!this.#charts.has(file)) {
      const label = `Sources over time, ${name}`;
      const names = Object.fromEntries(recordKinds.map((kind) => [kind, kindName(kind)]));
      this.#charts.set(file, new SourceChart({ label, kinds: recordKinds, names }));
    }
    const chart = this.#charts.get(file);
    chart.show(points, { ended: true });
    return chart.element;
  }

  #file(file, transfer, name) {
    return h(
      'article',
      { class: 'why-file' },
      name ? h('h3', {}, name) : null,
      h('p', { class: 'lead' }, summaryOf(transfer)),
      h('p', {}, `${trustText(transfer)}.`),
      advice(transfer.advice),
      this.#chart(file, transfer, name),
      spent(transfer.time),
      bound(transfer.bound),
      sources(transfer),
      peers(transfer),
      this.#events(file, transfer),
    );
  }

  #events(file, transfer) {
    const events = transfer.events ?? [];
    const rows = events.map((event) => {
      const times = event.count > 1 ? ` ${countText(event.count)} times` : '';
      const what = { tone: toneOf(event.code), ms: event.ms, name: event.code, times };
      return line({ ...what, text: event.text, error: event.error });
    });
    const dropped =
      transfer.events_dropped > 0
        ? h(
            'p',
            { class: 'hint' },
            `${countText(transfer.events_dropped)} entries in between had no room.`,
          )
        : null;
    const title = `What happened (${countText(events.length)})`;
    return this.#unfolding(file, events.length <= 12, title, rows, dropped);
  }

  // What the job went through, since the first of it.
  #states(states = []) {
    if (states.length === 0) return null;
    const rows = states.map(({ at, state, text, error }) =>
      line({ tone: error ? 'bad' : 'plain', ms: at - states[0].at, name: state, text, error }),
    );
    return this.#unfolding('states', false, `States of the job (${countText(rows.length)})`, rows);
  }

  #unfolding(key, open, title, rows, more = null) {
    const details = h(
      'details',
      { open: this.#open.has(key) || open },
      h('summary', {}, title),
      h('ol', { class: 'why-events' }, rows),
      more,
    );
    details.addEventListener('toggle', () =>
      details.open ? this.#open.add(key) : this.#open.delete(key),
    );
    return details;
  }
}

function line({ tone, ms, name, text, error, times }) {
  return h(
    'li',
    { class: `tone-${tone}` },
    h('span', { class: 'why-time number' }, durationText(ms)),
    h('span', { class: 'why-code' }, codeText(name)),
    h(
      'span',
      { class: 'why-text' },
      text ?? '',
      error ? h('code', {}, error) : null,
      times ? h('span', { class: 'hint' }, times) : null,
    ),
  );
}

function advice(list = []) {
  if (list.length === 0) return null;
  return h(
    'div',
    { class: 'callout' },
    h('h4', {}, 'What would help'),
    h(
      'ul',
      {},
      list.map((one) => h('li', {}, one.text)),
    ),
  );
}

function sources({ sources: list = [] }) {
  if (list.length === 0) return null;
  return h(
    'div',
    { class: 'scroll', tabindex: 0, role: 'group', 'aria-label': 'Sources' },
    h(
      'table',
      { class: 'plain' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['Source', 'State', 'Useful', 'Rate of one', 'Answer after'].map((name, at) =>
            h('th', { scope: 'col', class: at > 1 ? 'number' : null }, name),
          ),
        ),
      ),
      h(
        'tbody',
        {},
        list.map((source) =>
          h(
            'tr',
            {},
            h(
              'td',
              { class: 'wide' },
              source.name,
              source.cache_host ? ' (cache host)' : '',
              source.reason ? h('span', { class: 'hint block' }, source.reason) : null,
            ),
            h('td', {}, stateText(source.state)),
            h('td', { class: 'number' }, bytesText(source.useful)),
            h('td', { class: 'number' }, rateText(source.rate)),
            h('td', { class: 'number' }, durationText(source.latency_ms)),
          ),
        ),
      ),
    ),
  );
}

function peers({ peers: list = [], peers_left_out: left = 0, peers_seen: seen = 0 }) {
  if (list.length === 0) return null;
  return h(
    'div',
    { class: 'why-part' },
    h('h4', {}, seen > 0 ? `Peers (${countText(seen)} came)` : 'Peers'),
    h(
      'ul',
      { class: 'plain-list' },
      list.map((peer) =>
        h(
          'li',
          {},
          h('span', { class: 'number' }, peer.address),
          ' ',
          [peer.class, peer.client, peer.state].filter(Boolean).join(', '),
          peer.received > 0 ? `, ${bytesText(peer.received)}` : '',
          peer.reason ? h('span', { class: 'hint' }, ` ${peer.reason}`) : null,
        ),
      ),
    ),
    left > 0 ? h('p', { class: 'hint' }, `and ${countText(left)} more`) : null,
  );
}

// The parts of its time, as a bar and in words.
function spent(list = []) {
  const parts = list.filter((one) => one.ms > 0).sort((a, b) => b.ms - a.ms);
  const all = parts.reduce((sum, one) => sum + one.ms, 0);
  if (all === 0) return null;
  const bar = parts.map((one, at) =>
    h('span', { class: `part wait-${at % 6}`, css: { 'inline-size': `${(100 * one.ms) / all}%` } }),
  );
  const words = parts.map((one, at) =>
    h(
      'li',
      {},
      h('span', { class: `swatch wait-${at % 6}` }),
      waitText(one.for),
      h('span', { class: 'number' }, `${durationText(one.ms)}, ${percentText(one.ms, all)}`),
    ),
  );
  return h(
    'div',
    { class: 'why-part' },
    h('h4', {}, 'Where its time went'),
    h('div', { class: 'bar', 'aria-hidden': 'true' }, bar),
    h('ul', { class: 'legend' }, words),
  );
}

function bound(of) {
  const facts = boundOf(of);
  if (facts.length === 0) return null;
  return h(
    'div',
    { class: 'why-part' },
    h('h4', {}, 'How near it came to what was possible'),
    h(
      'dl',
      { class: 'facts-row' },
      facts.map(([name, value]) =>
        h('div', {}, h('dt', {}, name), h('dd', { class: 'number' }, value)),
      ),
    ),
  );
}

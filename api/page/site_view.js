// The site of a node: what its cache holds and served, which origins it may ask, and what stays.
import { h, KeyedList, setText } from './dom.js';
import { confirm, tell, tellError } from './dialog.js';
import { bytesText, countText, manyText, percentText } from './format.js';
import { Poll } from './poll.js';
import { showTiles } from './tiles.js';

// How requests were answered, the cheapest first.
const answers = [
  ['hits', 'From the cache'],
  ['joined', 'From a fetch under way'],
  ['validated', 'After asking whether it is still right'],
  ['stale', 'Old, as the origin does not answer'],
  ['misses', 'Fetched from the origin'],
  ['passed', 'Passed through'],
  ['refused', 'Refused'],
];

// The facts of the head: {label, value, hint}. Pure.
export function siteFacts(node) {
  const saved = Math.max(0, (node.sent_bytes ?? 0) - (node.upstream_bytes ?? 0));
  const room = node.bytes_max > 0 ? `of ${bytesText(node.bytes_max)}` : 'no limit';
  return [
    {
      label: 'Served',
      value: bytesText(node.sent_bytes),
      hint: manyText(node.requests ?? 0, 'request'),
    },
    {
      label: 'From the cache',
      value: percentText(node.hit_bytes ?? 0, node.sent_bytes ?? 0),
      hint: `${bytesText(node.hit_bytes)} of what was served`,
    },
    {
      label: 'Saved at origins',
      value: bytesText(saved),
      hint: `${bytesText(node.upstream_bytes)} fetched`,
    },
    {
      label: 'Stored',
      value: bytesText(node.bytes),
      hint: `${room} · ${manyText(node.objects ?? 0, 'object')}`,
    },
    {
      label: 'Now',
      value: manyText(node.connections ?? 0, 'client'),
      hint: `${manyText(node.fetches ?? 0, 'fetch', 'fetches')} under way`,
    },
    {
      label: 'Origins',
      value: manyText(node.upstream_requests ?? 0, 'request'),
      hint: `${countText(node.upstream_failures)} failed`,
    },
  ];
}

// A list of texts that can be added to and taken from.
class WordList {
  constructor({ id, label, hint, add, remove }) {
    const input = h('input', { id, spellcheck: 'false', 'aria-describedby': `${id}-hint` });
    const list = h('ul', { class: 'plain-list words' });
    this.rows = new KeyedList(list, {
      key: (text) => text,
      make: (text) => {
        const button = h(
          'button',
          {
            type: 'button',
            class: 'small quiet',
            'aria-label': `Remove ${text}`,
            on: { click: () => remove(text) },
          },
          'Remove',
        );
        return { element: h('li', {}, h('span', { class: 'path breaks' }, text), button) };
      },
      update() {},
    });
    const submit = (event) => {
      event.preventDefault();
      const text = input.value.trim();
      if (text) add(text).then((done) => done && (input.value = ''));
    };
    this.element = h(
      'div',
      { class: 'stack' },
      h(
        'form',
        { on: { submit } },
        h(
          'div',
          { class: 'field inline' },
          h('label', { for: id }, label),
          input,
          h('button', { type: 'submit' }, 'Add'),
        ),
        h('p', { class: 'hint', id: `${id}-hint` }, hint),
      ),
      list,
    );
  }

  show(texts) {
    this.rows.show(texts);
  }
}

export function siteView({ api }) {
  const tiles = h('div', { class: 'tiles' });
  const outcomes = h('tbody', {});
  const where = h('p', { class: 'hint number breaks' });
  const origins = new WordList({
    id: 'origin',
    label: 'Allow an origin',
    hint: '[SCHEME://]HOST[:PORT][/PATH], until the daemon ends. Those of the settings stay.',
    add: (pattern) => run('Allow', () => api.post('/v1/node/allow', { pattern })),
    remove: (pattern) => run('Take back', () => remove('allow', 'pattern', pattern)),
  });
  const pins = new WordList({
    id: 'pin',
    label: 'Pin a URL',
    hint: 'It stays whatever the limits say; with * at its end all that begin so.',
    add: (url) => run('Pin', () => api.post('/v1/node/pins', { url })),
    remove: (url) => run('Unpin', () => remove('pins', 'url', url)),
  });
  const element = h(
    'section',
    {},
    h('div', { class: 'view-head' }, h('h1', {}, 'Site')),
    where,
    tiles,
    card('answers', 'How requests were answered', h('table', { class: 'sums' }, outcomes)),
    card('origins', 'Origins', origins.element),
    card('pins', 'Pins', pins.element),
    card('forget', 'Fetch ahead and forget', urlForm()),
  );

  function remove(what, name, value) {
    return api.call('DELETE', `/v1/node/${what}?${name}=${encodeURIComponent(value)}`);
  }

  async function run(what, act) {
    try {
      await act();
      poll.now();
      return true;
    } catch (error) {
      tellError(error, what);
      return false;
    }
  }

  function urlForm() {
    const url = h('input', { id: 'node-url', spellcheck: 'false' });
    const fetchIt = async () => {
      const urls = [url.value.trim()];
      if (await run('Fetch', () => api.post('/v1/node/warm', { urls })))
        tell('It is being fetched.');
    };
    const forget = async () => {
      const agreed = await confirm({
        title: 'Forget this URL?',
        text: `What the node stores for ${url.value.trim()} is deleted.`,
        action: 'Forget it',
      });
      if (!agreed) return;
      await run('Forget', async () => {
        const { urls } = await api.post('/v1/node/purge', { url: url.value.trim() });
        tell(`Forgot ${manyText(urls, 'URL')}.`);
      });
    };
    return h(
      'div',
      { class: 'field inline' },
      h('label', { for: 'node-url' }, 'URL'),
      url,
      h('button', { type: 'button', on: { click: fetchIt } }, 'Fetch ahead'),
      h('button', { type: 'button', on: { click: forget } }, 'Forget'),
    );
  }

  async function look(signal) {
    const [node, allowed, pinned] = await Promise.all([
      api.get('/v1/node', { signal }),
      api.get('/v1/node/allow', { signal }),
      api.get('/v1/node/pins', { signal }),
    ]);
    const ports = (node.ports ?? []).join(', ');
    setText(where, `listens on ${ports || 'no port'}${node.key ? ` · signs as ${node.key}` : ''}`);
    showTiles(tiles, siteFacts(node));
    showOutcomes(outcomes, node);
    origins.show(allowed.patterns);
    pins.show(pinned.urls);
  }

  const poll = new Poll(look, { every: 2000 });
  return { element, title: 'Site', end: () => poll.end() };
}

function card(id, title, content) {
  return h('section', { class: 'card', 'aria-labelledby': id }, h('h2', { id }, title), content);
}

function showOutcomes(body, node) {
  const row = ([key, name]) =>
    h(
      'tr',
      {},
      h('th', { scope: 'row' }, name),
      h('td', { class: 'number' }, countText(node[key])),
      h('td', { class: 'number' }, percentText(node[key] ?? 0, node.requests ?? 0)),
    );
  const text = JSON.stringify(node);
  if (body.dataset.text === text) return;
  body.dataset.text = text;
  body.replaceChildren(...answers.map(row));
}

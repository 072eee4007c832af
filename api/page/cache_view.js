// What is stored here: kept or let go, shared, checked, deleted.
import { h, setText } from './dom.js';
import { confirm, tell, tellError } from './dialog.js';
import { bytesText, manyText, nameOf, percentText, shortId, timeText } from './format.js';
import { Poll } from './poll.js';
import { Table } from './table.js';

export function isPinned(content) {
  return Boolean(content.shared) && !content.shared_until;
}

function keptText(content) {
  if (isPinned(content)) return 'pinned';
  if (content.shared) return `shared until ${timeText(content.shared_until)}`;
  return content.sealed ? 'in the cache' : 'arriving';
}

export function cacheView({ api }) {
  let poll = null;

  async function run(what, act, done) {
    try {
      done(await act());
    } catch (error) {
      tellError(error, what);
    }
    poll.now();
  }

  function post(content, verb, body) {
    return api.post(`/v1/contents/${content.content}/${verb}`, body);
  }

  const acts = {
    pin: (content) =>
      run(
        'Pin',
        () => post(content, isPinned(content) ? 'unpin' : 'pin'),
        () =>
          tell(
            isPinned(content)
              ? 'Unpinned: the cache may let it go.'
              : 'Pinned: it stays whatever the cache lets go.',
          ),
      ),
    share: (content) =>
      run(
        'Share',
        () =>
          post(
            content,
            content.shared ? 'unshare' : 'share',
            content.shared ? undefined : { for_ms: 3_600_000 },
          ),
        () => tell(content.shared ? 'Shared no longer.' : 'Shared with peers for an hour.'),
      ),
    verify: (content) =>
      run(
        'Verify',
        () => post(content, 'verify'),
        ({ wrong_bytes: wrong }) =>
          wrong === 0
            ? tell('Every byte is right.')
            : tell(`${bytesText(wrong)} were wrong, and are dropped.`, { error: true }),
      ),
    purge: async (content) => {
      const agreed = await confirm({
        title: 'Delete this content?',
        text:
          `${bytesText(content.length)} at ${content.path}. ` +
          'A file that was placed for an application stays there; Freshet forgets it.',
        action: 'Delete it',
      });
      if (agreed)
        await run(
          'Delete',
          () => post(content, 'purge'),
          ({ deleted_bytes: bytes }) => tell(`Deleted ${bytesText(bytes)}.`),
        );
    },
  };

  function showActions(content, cell) {
    const pinned = isPinned(content);
    const shown = `${pinned} ${content.shared} ${content.sealed} ${content.content}`;
    if (cell.dataset.shown === shown) return;
    cell.dataset.shown = shown;
    const name = content.name;
    const button = (text, act, kind = '') =>
      h(
        'button',
        {
          type: 'button',
          class: `small ${kind}`,
          'aria-label': `${text} ${name}`,
          on: { click: () => acts[act](content) },
        },
        text,
      );
    const focused = cell.contains(document.activeElement);
    const buttons = [
      button(pinned ? 'Unpin' : 'Pin', 'pin'),
      pinned ? null : button(content.shared ? 'Unshare' : 'Share 1 h', 'share'),
      button('Verify', 'verify'),
      button('Delete', 'purge', 'quiet'),
    ].filter(Boolean);
    const whole = content.content && content.sealed;
    cell.replaceChildren(whole ? h('div', { class: 'actions small text' }, buttons) : '');
    if (focused) cell.querySelector('button')?.focus();
  }

  const table = new Table({
    label: 'Stored contents',
    key: (content) => `${content.content ?? ''} ${content.path}`,
    columns: [
      {
        name: 'File',
        title: true,
        class: 'wide',
        node: (content, cell) => showName(content, cell),
      },
      { name: 'Size', number: true, value: (content) => bytesText(content.length) },
      {
        name: 'There',
        number: true,
        value: (content) => percentText(content.present, content.length ?? 0),
      },
      { name: 'Kept', value: keptText },
      {
        name: 'Content',
        class: 'number-font',
        value: (content) => (content.content ? shortId(content.content) : 'not known yet'),
      },
      { name: 'Actions', quiet: true, node: showActions },
    ],
    empty: {
      title: 'Nothing is stored',
      text: 'Contents appear while they arrive, and stay as long as the limits of the cache allow.',
    },
  });
  const sum = h('p', { class: 'hint number' });
  const element = h(
    'section',
    {},
    h('div', { class: 'view-head' }, h('h1', {}, 'Cache')),
    sum,
    h('div', { class: 'card' }, table.element),
  );

  poll = new Poll(async (signal) => {
    const [{ contents }, { files }] = await Promise.all([
      api.get('/v1/contents', { signal }),
      api.get('/v1/status', { signal }),
    ]);
    // The spool's names are numbers; what files use a content says more.
    const names = new Map(files.map((file) => [file.file_id, nameOf(file.path)]));
    const nameFor = (content) => names.get(content.content) ?? spoolName(content);
    table.show(contents.map((content) => ({ ...content, name: nameFor(content) })));
    const bytes = contents.reduce((all, content) => all + content.present, 0);
    const pinned = contents.filter(isPinned).length;
    setText(sum, `${manyText(contents.length, 'content')}, ${bytesText(bytes)} · ${pinned} pinned`);
  });
  return { element, title: 'Cache', end: () => poll.end() };
}

function spoolName(content) {
  return content.sealed ? nameOf(content.path) : 'On its way';
}

function showName(content, cell) {
  const text = `${content.name} ${content.path}`;
  if (cell.dataset.text === text) return;
  cell.dataset.text = text;
  cell.replaceChildren(
    h('span', { class: 'file-name' }, content.name),
    h('span', { class: 'hint block path' }, content.path),
  );
}

// All jobs: found by words and state, in one long list.
import { h, setAttribute, setText } from './dom.js';
import { countText, manyText } from './format.js';
import { groups } from './job_book.js';
import { JobRow } from './job_row.js';
import { groupNames } from './job_words.js';
import { headWithNewJob } from './new_job.js';
import { oftenAsked } from './often.js';
import { VirtualList } from './virtual_list.js';

// What was looked for last stays while the page is open.
const wanted = { group: 'all', words: '' };

export function jobsView({ api, book, live }) {
  const counts = {};
  const filters = h(
    'div',
    { class: 'segments', role: 'group', 'aria-label': 'Show jobs' },
    ['all', ...groups].map((group) => {
      counts[group] = h('span', { class: 'count number' });
      return h(
        'button',
        { type: 'button', 'data-group': group, on: { click: () => choose(group) } },
        groupNames[group],
        ' ',
        counts[group],
      );
    }),
  );
  const search = h('input', {
    type: 'search',
    id: 'search',
    placeholder: 'Search by name or id',
    'aria-label': 'Search jobs',
    autocomplete: 'off',
    spellcheck: 'false',
    on: { input: () => ((wanted.words = search.value), show(true)) },
  });
  search.value = wanted.words;
  const found = h('p', { class: 'hint', role: 'status' });
  const list = new VirtualList({
    label: 'Jobs',
    make: () => new JobRow(api),
    update: (row, key) => row.show(book.get(key)),
  });
  const empty = h('div', { class: 'empty' });
  const element = h(
    'section',
    {},
    headWithNewJob('Jobs', api),
    h('div', { class: 'tools' }, filters, search),
    found,
    empty,
    list.element,
  );

  let version = -1;
  let loaded = false;

  function choose(group) {
    wanted.group = group;
    show(true);
    scrollTo(0, 0);
  }

  function show(again = false) {
    if (again || version !== book.version || loaded !== live.loaded) {
      version = book.version;
      loaded = live.loaded;
      const keys = book.find(wanted);
      list.show(keys);
      showCounts(keys.length);
      showEmpty(keys.length);
    }
    list.refresh();
  }

  function showCounts(length) {
    const all = book.counts();
    for (const group of ['all', ...groups]) setText(counts[group], countText(all[group]));
    for (const button of filters.children) {
      setAttribute(button, 'aria-pressed', button.dataset.group === wanted.group);
    }
    const narrowed = wanted.words || wanted.group !== 'all';
    setText(found, narrowed ? `${manyText(length, 'job')} found` : '');
  }

  function showEmpty(length) {
    empty.hidden = length > 0;
    if (length > 0) return;
    const [title, text] = !live.loaded
      ? ['Loading jobs…', '']
      : book.size > 0
        ? ['Nothing matches', 'Other words or another state may find it.']
        : [
            'No jobs yet',
            'What is asked for with “New job”, by “freshet get” or by applications appears here.',
          ];
    empty.replaceChildren(h('h2', {}, title), h('p', {}, text));
  }

  // Events come by the hundred; the list is drawn once a frame.
  const ask = oftenAsked(() => show());
  live.addEventListener('job', ask);
  live.addEventListener('jobs', ask);
  return {
    element,
    title: 'Jobs',
    shown: () => show(true),
    end() {
      live.removeEventListener('job', ask);
      live.removeEventListener('jobs', ask);
      list.end();
    },
  };
}

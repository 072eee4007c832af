// The policy in force: what it forbids now, and every value with where it comes from.
import { h, setText } from './dom.js';
import { tell, tellError } from './dialog.js';
import { rateText } from './format.js';
import { Poll } from './poll.js';
import { sourceNames } from './savings.js';
import { Table } from './table.js';

const originNames = {
  standard: 'default',
  default: 'default',
  file: 'file',
  command_line: 'command line',
  'command line': 'command line',
};

function isDefault(policy) {
  return (originNames[policy.origin] ?? policy.origin) === 'default';
}

function showOrigin(policy, cell) {
  const origin = originNames[policy.origin] ?? policy.origin;
  const text = policy.place ? `${origin}: ${policy.place}` : origin;
  if (cell.textContent === text) return;
  cell.replaceChildren(
    isDefault(policy)
      ? h('span', { class: 'hint' }, text)
      : h('span', { class: 'origin-set' }, text),
  );
}

// The options as name and value, one line each: {"a": {"b": 1}} is "a.b". Pure.
export function flatOptions(options, prefix = '') {
  return Object.entries(options ?? {}).flatMap(([name, value]) => {
    const key = prefix + name;
    if (value !== null && typeof value === 'object' && !Array.isArray(value))
      return flatOptions(value, `${key}.`);
    return [{ key, value: Array.isArray(value) ? value.join(', ') : String(value) }];
  });
}

export function policyView({ api }) {
  const verdict = h('div', { class: 'stack' });
  const table = new Table({
    label: 'Policies',
    compact: true,
    key: (policy) => policy.name,
    columns: [
      { name: 'Policy', title: true, class: 'wide', value: (policy) => policy.name },
      {
        name: 'Value',
        class: 'number-font',
        value: (policy) =>
          [policy.value || '–', policy.value ? policy.unit : ''].filter(Boolean).join(' '),
      },
      { name: 'From', class: 'wide', node: showOrigin },
    ],
    empty: { title: 'Loading…', text: '' },
  });
  const options = new Table({
    label: 'Options in force',
    compact: true,
    key: (option) => option.key,
    columns: [
      { name: 'Option', title: true, class: 'wide', value: (option) => option.key },
      { name: 'Value', class: 'number-font wide', value: (option) => option.value || '–' },
    ],
    empty: { title: 'Loading…', text: '' },
  });
  const reload = h('button', { type: 'button', on: { click: read } }, 'Read the file again');
  const only = h('input', { type: 'checkbox', id: 'only-set', on: { change: () => poll.now() } });
  const sum = h('p', { class: 'hint' });
  const element = h(
    'section',
    {},
    h('div', { class: 'view-head' }, h('h1', {}, 'Policy'), reload),
    h(
      'section',
      { class: 'card', 'aria-labelledby': 'verdict' },
      h('h2', { id: 'verdict' }, 'What it means now'),
      verdict,
    ),
    h(
      'section',
      { class: 'card', 'aria-labelledby': 'policies' },
      h(
        'div',
        { class: 'card-head' },
        h('h2', { id: 'policies' }, 'Values'),
        h('div', { class: 'check' }, only, h('label', { for: 'only-set' }, 'Only what was set')),
      ),
      sum,
      table.element,
    ),
    h(
      'section',
      { class: 'card', 'aria-labelledby': 'options' },
      h(
        'details',
        {},
        h('summary', {}, h('h2', { id: 'options' }, 'Options of the daemon')),
        options.element,
      ),
    ),
  );

  async function read() {
    try {
      await api.post('/v1/policy/reload');
      tell('The policy file was read again.');
    } catch (error) {
      tellError(error, 'Nothing changed');
    }
    poll.now();
  }

  const poll = new Poll(
    async (signal) => {
      const policy = await api.get('/v1/policy', { signal });
      const set = policy.policies.filter((one) => !isDefault(one));
      table.show(only.checked ? set : policy.policies);
      setText(
        sum,
        `${set.length} of ${policy.policies.length} are set; the others have their default.`,
      );
      options.show(flatOptions(policy.options));
      showVerdict(verdict, policy.verdict);
    },
    { every: 5000 },
  );
  return { element, title: 'Policy', end: () => poll.end() };
}

function showVerdict(place, verdict) {
  const text = JSON.stringify(verdict);
  if (place.dataset.text === text) return;
  place.dataset.text = text;
  const limit = (rate) => (rate ? rateText(rate) : 'none');
  const peers = Object.entries(verdict.peers ?? {}).map(([kind, one]) => {
    const may =
      one.meet === false ? 'not met' : one.serve === false ? 'met, not served' : 'met and served';
    return h(
      'div',
      {},
      h(
        'dt',
        {},
        h('span', { class: `swatch kind-${kind.replace('-', '_')}` }),
        sourceNames[kind.replace('-', '_')] ?? kind,
      ),
      h('dd', {}, may, one.why ? h('span', { class: 'hint block' }, one.why) : null),
    );
  });
  const limits = [
    ['Foreground', verdict.foreground],
    ['Background', verdict.background],
    ['All downloads', verdict.download],
    ['Uploads', verdict.upload],
  ];
  const reasons = verdict.reasons ?? [];
  place.replaceChildren(
    reasons.length
      ? h(
          'div',
          { class: 'callout' },
          h('h3', {}, 'Restricted now'),
          h(
            'ul',
            {},
            reasons.map((reason) => h('li', {}, reason)),
          ),
        )
      : h('p', {}, 'Nothing is restricted now.'),
    h(
      'dl',
      { class: 'facts-row' },
      peers,
      limits.map(([name, rate]) =>
        h('div', {}, h('dt', {}, `${name} limit`), h('dd', { class: 'number' }, limit(rate))),
      ),
    ),
  );
}

// What goes on, at a glance: rates by source, what was saved, what runs, and what needs somebody.
import { h, KeyedList, setText } from './dom.js';
import { SourceChart } from './chart.js';
import { bytesText, countText, manyText, moneyText, percentText, rateText } from './format.js';
import { JobRow } from './job_row.js';
import { headWithNewJob } from './new_job.js';
import { oftenAsked } from './often.js';
import { Poll } from './poll.js';
import { bySource, savings, sourceKinds, sourceNames } from './savings.js';

const runningMax = 6;
const failedMax = 5;

function tile(label) {
  const value = h('span', { class: 'tile-value number' }, '–');
  const hint = h('span', { class: 'tile-hint number' });
  const name = h('span', { class: 'tile-label' }, label);
  return { element: h('div', { class: 'tile' }, name, value, hint), value, hint };
}

function show(one, value, hint) {
  setText(one.value, value);
  setText(one.hint, hint);
}

function card(id, title, ...content) {
  return h('section', { class: 'card', 'aria-labelledby': id }, h('h2', { id }, title), content);
}

export function overviewView({ api, book, live, meter }) {
  const rate = tile('Download now');
  const upload = tile('Upload to peers now');
  const jobs = tile('Jobs');
  const peers = tile('From peers');
  const saved = tile('Saved');
  const chart = new SourceChart({
    label: 'Sources over time, all jobs',
    kinds: sourceKinds,
    names: sourceNames,
  });
  const running = h('div', { class: 'rows', role: 'list', 'aria-label': 'Running jobs' });
  const failed = h('div', { class: 'rows', role: 'list', 'aria-label': 'Jobs that need somebody' });
  const rowsOf = (parent) =>
    new KeyedList(parent, {
      key: (job) => job.id,
      make: () => new JobRow(api),
      update: (row, job) => row.show(job),
    });
  const runningRows = rowsOf(running);
  const failedRows = rowsOf(failed);
  const idle = h('div', { class: 'empty small' });
  const more = h('p', { class: 'hint' });
  const trouble = card('trouble', 'Needs you', failed);
  const sums = h('div', {});
  const element = h(
    'section',
    {},
    headWithNewJob('Overview', api),
    h(
      'div',
      { class: 'tiles' },
      rate.element,
      upload.element,
      jobs.element,
      peers.element,
      saved.element,
    ),
    trouble,
    h(
      'div',
      { class: 'halves' },
      card('over-time', 'Sources over time', chart.element),
      card('savings', 'Savings', sums),
    ),
    card('running', 'Running', idle, running, more),
  );

  async function look(signal) {
    const [month, policy] = await Promise.all([
      api.get('/v1/perf?month=true', { signal }),
      api.get('/v1/policy', { signal }),
    ]);
    const price = policy.options?.price_per_gb ?? 0;
    const currency = policy.options?.currency ?? '';
    const of = savings(month.moved, price);
    const parts = `${bytesText(of.saved)} of ${bytesText(of.all)} this month`;
    show(peers, percentText(of.saved, of.all), parts);
    if (of.money !== null)
      show(saved, moneyText(of.money, currency), `${bytesText(of.saved)} this month`);
    else show(saved, bytesText(of.saved), 'not asked of origins this month');
    if (meter.perf) showSums(meter.perf, month, price, currency);
  }

  function showRates() {
    const { perf, history } = meter;
    if (!perf) return;
    chart.show(history.points);
    const links = manyText(perf.peers ?? 0, 'peer link');
    const origins = `${countText(perf.origin_connections)} origin`;
    show(rate, rateText(perf.downlink_usage ?? 0), `${origins} · ${links}`);
    const served = manyText(perf.uploads ?? 0, 'content');
    show(upload, rateText(perf.uplink_usage ?? 0), `${served} served`);
  }

  function showSums(now, month, price, currency) {
    const columns = [
      ['This month', savings(month.moved, price), bySource(month.moved)],
      ['Since the start', savings(now.moved, price), bySource(now.moved)],
    ];
    const used = sourceKinds.filter(
      (kind) => kind === 'origin' || columns.some(([, , source]) => source[kind] > 0),
    );
    const line = (name, values, kind) =>
      h(
        'tr',
        {},
        h('th', { scope: 'row' }, kind ? h('span', { class: `swatch kind-${kind}` }) : null, name),
        values.map((value) => h('td', { class: 'number' }, value)),
      );
    const rows = used.map((kind) =>
      line(
        sourceNames[kind],
        columns.map(([, , source]) => bytesText(source[kind])),
        kind,
      ),
    );
    rows.push(
      line(
        'Served to peers',
        columns.map(([, sum]) => bytesText(sum.sent)),
      ),
    );
    rows.push(
      line(
        'Saved at origins',
        columns.map(([, sum]) => bytesText(sum.saved)),
      ),
    );
    if (price > 0)
      rows.push(
        line(
          'Worth',
          columns.map(([, sum]) => moneyText(sum.money, currency)),
        ),
      );
    const hint =
      price > 0
        ? null
        : h(
            'p',
            { class: 'hint' },
            'With ',
            h('code', {}, 'price_per_gb'),
            ' and ',
            h('code', {}, 'currency'),
            ' under ',
            h('code', {}, '[daemon]'),
            ' in freshet.toml this tells what it is worth.',
          );
    const text = rows.map((row) => row.textContent).join();
    if (sums.dataset.text === text) return;
    sums.dataset.text = text;
    sums.replaceChildren(
      h(
        'table',
        { class: 'sums' },
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            h('td', {}),
            columns.map(([name]) => h('th', { scope: 'col', class: 'number' }, name)),
          ),
        ),
        h('tbody', {}, rows),
      ),
      hint ?? '',
    );
  }

  function showJobs() {
    const counts = book.counts();
    show(
      jobs,
      countText(counts.active),
      `active · ${countText(counts.waiting)} waiting · ${countText(counts.done)} ready`,
    );
    const active = book.active();
    runningRows.show(active.slice(0, runningMax));
    setText(
      more,
      active.length > runningMax ? `And ${manyText(active.length - runningMax, 'job')} more.` : '',
    );
    idle.hidden = active.length > 0;
    setText(idle, live.loaded ? 'Nothing runs.' : 'Loading…');
    const wrong = book.find({ group: 'failed' });
    trouble.hidden = wrong.length === 0;
    failedRows.show(wrong.slice(0, failedMax).map((id) => book.get(id)));
  }

  const ask = oftenAsked(showJobs, (work) => setTimeout(work, 100));
  live.addEventListener('job', ask);
  live.addEventListener('jobs', ask);
  meter.addEventListener('perf', showRates);
  const poll = new Poll(look, { every: 2000 });
  showJobs();
  return {
    element,
    title: 'Overview',
    shown: showRates,
    end() {
      meter.removeEventListener('perf', showRates);
      live.removeEventListener('job', ask);
      live.removeEventListener('jobs', ask);
      poll.end();
      chart.end();
    },
  };
}

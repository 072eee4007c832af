// One job: how it stands, where its bytes come from, its files, and why it went as it did.
import { h, setText } from './dom.js';
import { announce } from './announce.js';
import { SourceChart } from './chart.js';
import { bytesText, manyText, nameOf, plainText, rateText, timeText } from './format.js';
import { icon } from './icons.js';
import { ActionButtons, setPriority } from './job_actions.js';
import { groupOf, isFinal } from './job_book.js';
import { JobFiles } from './job_files.js';
import { StateBadge } from './job_row.js';
import { paceText, percentOf, priorities, sizeText, sourcesText } from './job_words.js';
import { Poll } from './poll.js';
import { ProgressBar } from './progress_bar.js';
import { addressOf } from './router.js';
import { kindName } from './senders.js';
import { Series } from './series.js';
import { WhyView } from './why_view.js';
import { pointsOf, recordKinds } from './why_words.js';

const kinds = ['peers', ...recordKinds];
const names = Object.fromEntries(kinds.map((kind) => [kind, kindName(kind)]));

export function jobView({ api, live }, id) {
  const title = h('h1', {}, 'Job');
  const badge = new StateBadge();
  const actions = new ActionButtons(api);
  const bar = new ProgressBar('Progress');
  const percent = h('span', { class: 'big number' });
  const size = h('span', { class: 'number' });
  const pace = h('span', { class: 'number' });
  const from = h('span', { class: 'number' });
  const problem = h('div', { class: 'callout bad', hidden: true });
  const facts = h('dl', { class: 'facts-row' });
  const priority = h(
    'select',
    { id: 'priority', on: { change: () => setPriority(api, id, priority.value) } },
    priorities.map((one) => h('option', {}, one)),
  );
  const chart = new SourceChart({
    label: 'Sources over time',
    kinds,
    names,
    empty: 'No bytes have come yet.',
  });
  const series = new Series(['peers', 'origin'], { step: 500 });
  const files = new JobFiles(api, id);
  const why = new WhyView();
  const overTime = h('div', { class: 'card' }, h('h2', {}, 'Sources over time'), chart.element);
  const body = h(
    'div',
    { class: 'job' },
    h(
      'div',
      { class: 'card job-head' },
      h('div', { class: 'job-line' }, badge.element, actions.element),
      h('div', { class: 'job-progress' }, percent, bar.element),
      h('div', { class: 'job-numbers' }, size, pace, from),
      problem,
    ),
    overTime,
    h('div', { class: 'card' }, h('h2', {}, 'Files'), files.element),
    h('div', { class: 'card' }, h('h2', {}, 'Why'), why.element),
    h(
      'div',
      { class: 'card' },
      h('h2', {}, 'Settings'),
      h('div', { class: 'field inline' }, h('label', { for: 'priority' }, 'Priority'), priority),
      facts,
    ),
  );
  const gone = h('div', { class: 'empty', hidden: true });
  const element = h(
    'section',
    {},
    h('a', { class: 'back', href: addressOf('jobs') }, icon('back'), 'All jobs'),
    title,
    gone,
    body,
  );
  let job = null;
  let fileNames = [];

  function showJob(info) {
    job = info;
    setText(title, info.spec.name || id);
    const line = { id, name: info.spec.name, state: info.state, progress: info.progress };
    badge.show(line);
    actions.show(line);
    bar.show(info.progress);
    setText(percent, percentOf(info.progress));
    setText(size, sizeText(info.progress));
    setText(pace, paceText(line));
    setText(from, sourcesText(info.progress));
    if (document.activeElement !== priority) priority.value = info.spec.priority ?? 'foreground';
    priority.disabled = live.everyone && info.owner !== 0;
    showProblem(info.error);
    showFacts(info);
    const { from_origin: origin = 0, from_peers: peers = 0 } = info.progress;
    overTime.hidden = origin + peers === 0;
    if (series.put(performance.now(), { origin, peers }) && !recorded) chart.show(series.points);
  }

  function showProblem(error) {
    problem.hidden = !error;
    if (!error) return;
    const { code, where = '', why: reason = '', advice } = error;
    const text = `${where} ${reason}`.trim();
    if (problem.dataset.text === text) return;
    problem.dataset.text = text;
    problem.replaceChildren(
      h('h3', {}, text || code),
      advice ? h('p', {}, advice) : '',
      h('p', { class: 'hint' }, h('code', {}, code)),
    );
  }

  let factsText = '';
  function showFacts(info) {
    const { spec, progress } = info;
    const rows = [
      ['Created', timeText(info.created)],
      ['Changed', timeText(info.modified)],
      ['Files', `${progress.files_done} of ${manyText(progress.files_total, 'file')}`],
      ['Limit', spec.limit_bytes_per_second ? rateText(spec.limit_bytes_per_second) : 'none'],
      ['For nothing', bytesText(progress.wasted ?? 0)],
      ['Errors', String(info.error_count ?? 0)],
      ['Owner', `user ${info.owner}`],
      ['Id', id],
    ];
    const text = JSON.stringify(rows);
    if (text === factsText) return;
    factsText = text;
    facts.replaceChildren(
      ...rows.map(([name, value]) =>
        h('div', {}, h('dt', {}, name), h('dd', { class: 'number' }, value)),
      ),
    );
  }

  function showGone(text) {
    body.hidden = true;
    gone.hidden = false;
    gone.replaceChildren(
      h('h2', {}, text),
      h('p', {}, 'Its record went with it. ', h('a', { href: addressOf('jobs') }, 'All jobs')),
    );
    poll.end();
  }

  let recorded = false; // The record has what happened before the page looked.
  let ticks = 0;
  async function look(signal) {
    const info = await api.get(`/v1/jobs/${id}`, { signal });
    if (isFinal(info))
      return showGone(
        info.state === 'cancelled' ? 'This job was cancelled' : 'This job is completed',
      );
    showJob(info);
    const list = (await api.get(`/v1/jobs/${id}/files`, { signal })).files;
    fileNames = list.map((file) => nameOf(plainText(file.spec.path)));
    files.show(list);
    if (ticks++ % 2 === 0) {
      const record = await api.get(`/v1/jobs/${id}/why`, { signal });
      why.show(record, fileNames);
      files.showRecord(record);
      showSeries(record);
    }
  }

  // Of a job with one file the record tells all; of several the page adds up what it sees.
  function showSeries(record) {
    const transfer = record.files?.length === 1 ? record.files[0].transfer : null;
    const points = pointsOf(transfer?.series, Date.now());
    recorded = points.length > 1;
    if (recorded) chart.show(points, { ended: groupOf(job) !== 'active' });
  }

  const poll = new Poll(look, {
    every: 1500,
    onError: (error) => {
      if (error.code === 'job_not_found' || error.code === 'invalid_argument')
        showGone('There is no such job');
      if (error.code === 'access_denied') showGone('This job belongs to somebody else');
    },
  });
  function onJob({ detail }) {
    if (detail.job.id !== id) return;
    if (detail.kind === 'removed' || isFinal(detail.job)) {
      return showGone(
        detail.job.state === 'cancelled' ? 'This job was cancelled' : 'This job is completed',
      );
    }
    const before = job?.state;
    showJob(detail.job);
    if (detail.kind === 'state') poll.now();
    if (before !== 'transferred' && detail.job.state === 'transferred') {
      announce(`${detail.job.spec.name} has arrived.`);
    }
  }
  live.addEventListener('job', onJob);
  return {
    element,
    title: 'Job',
    end() {
      live.removeEventListener('job', onJob);
      poll.end();
      chart.end();
      files.end();
      why.end();
    },
  };
}

// What a job's state is called, what may be done in it, and what its progress says. Pure.
import { bytesText, durationText, percentText, rateText, share } from './format.js';
import { groupOf } from './job_book.js';

const stateNames = {
  suspended: 'Suspended',
  queued: 'Queued',
  connecting: 'Connecting',
  transferring: 'Transferring',
  transient_error: 'Will retry',
  error: 'Failed',
  transferred: 'Ready',
  acknowledged: 'Completed',
  cancelled: 'Cancelled',
};

export const groupNames = {
  all: 'All',
  active: 'Active',
  waiting: 'Waiting',
  stopped: 'Suspended',
  failed: 'Failed',
  done: 'Ready',
};

export const priorities = ['foreground', 'high', 'normal', 'low'];

export function stateName(state) {
  return stateNames[state] ?? state;
}

// In the order in which they are offered.
export function actionsOf(job) {
  const group = groupOf(job);
  const actions = [];
  if (job.state === 'transferred') actions.push('complete');
  if (group === 'stopped' || group === 'failed' || job.state === 'transient_error')
    actions.push('resume');
  if (group === 'active' || group === 'waiting') actions.push('suspend');
  if (job.state !== 'acknowledged' && job.state !== 'cancelled') actions.push('cancel');
  return actions;
}

export const actionNames = {
  complete: 'Complete',
  resume: 'Resume',
  suspend: 'Suspend',
  cancel: 'Cancel',
};

export function sizeText({ bytes_done: done = 0, bytes_total: total } = {}) {
  if (total === null || total === undefined)
    return done > 0 ? `${bytesText(done)} of ?` : 'size unknown';
  return done >= total ? bytesText(total) : `${bytesText(done)} of ${bytesText(total)}`;
}

export function percentOf({ bytes_done: done = 0, bytes_total: total } = {}) {
  return percentText(done, total ?? 0);
}

// Parts of the whole that came from peers and from origins, 0 to 1 each.
export function partsOf(progress = {}) {
  const {
    bytes_done: done = 0,
    bytes_total: total,
    from_origin: origin = 0,
    from_peers: peers = 0,
  } = progress;
  const there = share(done, total ?? 0);
  const fromPeers = share(peers, peers + origin);
  return { peers: there * fromPeers, origin: there * (1 - fromPeers) };
}

// How fast, and how long still.
export function paceText(job) {
  const {
    bytes_per_second: rate = 0,
    bytes_done: done = 0,
    bytes_total: total,
  } = job.progress ?? {};
  if (groupOf(job) !== 'active' || !rate) return '';
  if (!total || total <= done) return rateText(rate);
  return `${rateText(rate)} · ${durationText(((total - done) / rate) * 1000)} left`;
}

export function sourcesText({ from_origin: origin = 0, from_peers: peers = 0 } = {}) {
  if (origin + peers === 0) return '';
  return `${percentText(peers, peers + origin)} from peers`;
}

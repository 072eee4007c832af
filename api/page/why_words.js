// A decision record as people read it. Pure.
import { bytesText, countText, durationText, rateText } from './format.js';
import { sourceKinds } from './savings.js';

// Kinds of sources that a record tells apart, the origin last.
export const recordKinds = [...sourceKinds.filter((kind) => kind !== 'origin'), 'others', 'origin'];

const sourceStates = {
  used: 'used',
  unused: 'not used',
  waiting: 'left alone for a while',
  held: 'held back by policy',
  left: 'given up',
  refused: 'refused',
  banned: 'banned',
};

const waits = {
  moving: 'bytes were coming',
  queue: 'waiting for a place among the transfers',
  identity: 'waiting for a manifest',
  answer: 'waiting for a source to answer',
  silence: 'waiting for bytes of sources that had answered',
  retry: 'every source had failed and was left alone',
  policy: 'policy held the sources back',
  connections: 'other transfers had all connections',
  peers: 'waiting for peers',
  disk: 'waiting for the disk',
};

const bad = new Set([
  'failed',
  'source_failed',
  'source_banned',
  'peer_banned',
  'piece_rejected',
  'digest_mismatch',
  'store_failed',
  'source_refused',
  'manifest_refused',
  'delivery_unconfirmed',
]);
const good = new Set([
  'sealed',
  'finished',
  'nothing_to_fetch',
  'identity_known',
  'manifest_found',
]);

export function toneOf(code) {
  return bad.has(code) ? 'bad' : good.has(code) ? 'good' : 'plain';
}

export function codeText(code) {
  const words = String(code).replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

export function stateText(state) {
  return sourceStates[state] ?? String(state);
}

export function waitText(name) {
  return waits[name] ?? codeText(name);
}

// One sentence on how it went as a whole.
export function summaryOf(transfer) {
  const parts = [];
  const origin = (transfer.sources ?? []).reduce((sum, source) => sum + (source.useful ?? 0), 0);
  const peers = transfer.from_peers ?? 0;
  if (peers + origin > 0) {
    parts.push(
      peers > 0
        ? `${bytesText(peers)} came from peers and ${bytesText(origin)} from origins`
        : `All ${bytesText(origin)} came from origins`,
    );
  } else {
    parts.push('No bytes have come yet');
  }
  const { bound } = transfer;
  if (bound?.took_ms) {
    parts.push(
      `it took ${durationText(bound.took_ms)}, and ${durationText(bound.ms)} was possible ` +
        `at the best rate of ${rateText(bound.rate)}`,
    );
  } else if (transfer.elapsed_ms) {
    parts.push(`${durationText(transfer.elapsed_ms)} since it was asked for`);
  }
  if (transfer.wasted > 0) parts.push(`${bytesText(transfer.wasted)} were received for nothing`);
  return `${parts.join('; ')}.`;
}

// The facts of the bound: [name, value].
export function boundOf(bound) {
  if (!bound) return [];
  const facts = [
    ['Took', durationText(bound.took_ms)],
    ['Possible at the best rate', durationText(bound.ms)],
    ['That is', `${countText(bound.percent)}% of it`],
    ['Best rate', rateText(bound.rate)],
  ];
  if (bound.origin_rate) {
    facts.push(['Most from origins', rateText(bound.origin_rate)]);
    facts.push(['From origins alone', durationText(bound.origin_alone_ms)]);
  }
  if (bound.peer_rate) facts.push(['Most from peers', rateText(bound.peer_rate)]);
  if (bound.members) facts.push(['Shared the origin', `${countText(bound.members)} machines`]);
  return facts;
}

// Who vouches for the bytes.
export function trustText({ trust, signer } = {}) {
  const words = {
    job: 'The job names the right bytes',
    origin: 'The origin names them, over TLS',
    signer: 'A trusted signature names them',
    computed: 'Nobody vouches for the bytes: they are what the origin sent',
  };
  if (!trust) return words.computed;
  return signer ? `${words.signer} (${signer})` : (words[trust] ?? trust);
}

// Points of a chart out of the record's series: bytes of each step become rates by kind.
export function pointsOf(series, end) {
  const columns = series?.columns ?? [];
  const step = series?.step_ms ?? 0;
  const steps = Math.max(0, ...columns.map((column) => column.bytes.length));
  if (!step || steps < 2) return [];
  const points = [];
  for (let at = 0; at < steps; ++at) {
    const rates = {};
    for (const column of columns) {
      const kind = column.peers
        ? String(column.peers).replace('-', '_')
        : column.others
          ? 'others'
          : 'origin';
      rates[kind] = (rates[kind] ?? 0) + ((column.bytes[at] ?? 0) * 1000) / step;
    }
    points.push({ time: end - (steps - 1 - at) * step, rates });
  }
  return points;
}

// Who sent which part of a file, out of its decision record. Pure.
import { sourceNames } from './savings.js';

const kindOfClass = (name) => String(name ?? 'lan').replace('-', '_');

function knownSources(transfer) {
  const known = new Map();
  for (const source of transfer.sources ?? []) {
    known.set(source.source, { kind: source.cache_host ? 'cache' : 'origin', name: source.name });
  }
  for (const peer of transfer.peers ?? []) {
    if (peer.source) known.set(peer.source, { kind: kindOfClass(peer.class), name: peer.address });
  }
  return known;
}

// One entry for each part of the content: who sent it, or null.
export function partsOf(transfer) {
  const { senders = [] } = transfer?.pieces ?? {};
  const known = knownSources(transfer ?? {});
  const parts = [];
  for (let at = 0; at + 1 < senders.length; at += 2) {
    const who =
      senders[at] === 0
        ? null
        : (known.get(senders[at]) ?? { kind: 'others', name: `source ${senders[at]}` });
    for (let count = senders[at + 1]; count > 0; --count) parts.push(who);
  }
  return parts;
}

// Each sender with its part of what is there, the largest first: {kind, name, share}.
export function sharesOf(parts) {
  const counts = new Map();
  const sent = parts.filter(Boolean);
  for (const who of sent) counts.set(who, (counts.get(who) ?? 0) + 1);
  return [...counts]
    .map(([who, count]) => ({ ...who, share: count / sent.length }))
    .sort((a, b) => b.share - a.share);
}

export function kindName(kind) {
  return sourceNames[kind] ?? 'Others';
}

// What did not have to come from an origin, and what that is worth. Pure.

export const sourceKinds = ['lan', 'group', 'internet', 'link_local', 'cache', 'origin'];

export const sourceNames = {
  lan: 'LAN peers',
  group: 'Group peers',
  internet: 'Internet peers',
  link_local: 'Link-local peers',
  cache: 'Cache hosts',
  peers: 'Peers',
  origin: 'Origin',
};

export function bySource(moved = {}) {
  const received = (kind) => moved.peers?.[kind]?.received ?? 0;
  return {
    lan: received('lan'),
    group: received('group'),
    internet: received('internet'),
    link_local: received('link_local'),
    cache: moved.from_cache_hosts ?? 0,
    origin: moved.from_origin ?? 0,
  };
}

export function savings(moved, pricePerGb = 0) {
  const source = bySource(moved);
  const all = sourceKinds.reduce((sum, kind) => sum + source[kind], 0);
  const saved = all - source.origin;
  const sent = Object.values(moved?.peers ?? {}).reduce((sum, one) => sum + (one.sent ?? 0), 0);
  return {
    all,
    saved,
    sent,
    share: all > 0 ? saved / all : 0,
    money: pricePerGb > 0 ? (saved / 1e9) * pricePerGb : null,
  };
}

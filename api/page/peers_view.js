// Who else is there: connections with peers, and whom we refuse.
import { h, setText } from './dom.js';
import { bytesText, manyText, rateText, shortId, timeText } from './format.js';
import { Poll } from './poll.js';
import { sourceNames } from './savings.js';
import { Table } from './table.js';

function flagsOf(peer) {
  const flags = [];
  if (peer.banned_until)
    flags.push({ text: `banned until ${timeText(peer.banned_until)}`, tone: 'failed' });
  else if (!peer.connected) flags.push({ text: 'gone', tone: 'stopped' });
  if (peer.speaks_claims) flags.push({ text: 'Freshet', tone: 'active' });
  if (peer.trouble) flags.push({ text: peer.trouble, tone: 'waiting' });
  return flags;
}

function showFlags(peer, cell) {
  const flags = flagsOf(peer);
  const text = flags.map((flag) => flag.text).join();
  if (cell.dataset.text === text) return;
  cell.dataset.text = text;
  cell.replaceChildren(
    ...flags.map((flag) => h('span', { class: `badge is-${flag.tone}` }, flag.text)),
  );
}

function showClass(peer, cell) {
  const kind = String(peer.class).replace('-', '_');
  if (cell.dataset.kind === kind) return;
  cell.dataset.kind = kind;
  cell.replaceChildren(
    h('span', { class: `swatch kind-${kind}` }),
    (sourceNames[kind] ?? kind).replace(' peers', ''),
  );
}

export function peersView({ api }) {
  const table = new Table({
    label: 'Peers',
    key: (peer) => `${peer.address} ${peer.content}`,
    columns: [
      { name: 'Address', title: true, class: 'number-font', value: (peer) => peer.address },
      { name: 'Class', node: showClass },
      { name: 'Client', value: (peer) => peer.client || '–' },
      { name: 'Receiving', number: true, value: (peer) => rateText(peer.receiving ?? 0) },
      { name: 'Sending', number: true, value: (peer) => rateText(peer.sending ?? 0) },
      { name: 'Received', number: true, value: (peer) => bytesText(peer.received ?? 0) },
      { name: 'Sent', number: true, value: (peer) => bytesText(peer.sent ?? 0) },
      { name: 'Content', class: 'number-font', value: (peer) => shortId(peer.content) },
      { name: 'Flags', node: showFlags },
    ],
    empty: {
      title: 'No peers',
      text: 'They appear while a content is fetched or shared. “Policy” says whether they may.',
    },
  });
  const bans = new Table({
    label: 'Banned peers',
    key: (ban) => `${ban.address} ${ban.since}`,
    columns: [
      { name: 'Address', title: true, class: 'number-font', value: (ban) => ban.address },
      { name: 'Why', value: (ban) => ban.why || 'sent wrong bytes' },
      { name: 'Strikes', number: true, value: (ban) => String(ban.strikes ?? 1) },
      { name: 'Since', value: (ban) => timeText(ban.since) },
      { name: 'Until', value: (ban) => timeText(ban.until) },
    ],
    empty: { title: 'Nobody is banned', text: '' },
  });
  const banned = h(
    'section',
    { class: 'card', 'aria-labelledby': 'bans', hidden: true },
    h('h2', { id: 'bans' }, 'Banned'),
    bans.element,
  );
  const sum = h('p', { class: 'hint number' });
  const element = h(
    'section',
    {},
    h('div', { class: 'view-head' }, h('h1', {}, 'Peers')),
    sum,
    h('div', { class: 'card' }, table.element),
    banned,
  );

  const poll = new Poll(async (signal) => {
    const { peers, bans: list = [] } = await api.get('/v1/peers', { signal });
    const connected = peers.filter((peer) => peer.connected);
    table.show([...connected, ...peers.filter((peer) => !peer.connected)]);
    const rate = connected.reduce((all, peer) => all + (peer.receiving ?? 0), 0);
    const port = await portText(api, signal);
    setText(
      sum,
      [manyText(connected.length, 'connection'), `${rateText(rate)} from them`, port]
        .filter(Boolean)
        .join(' · '),
    );
    bans.show(list);
    banned.hidden = list.length === 0;
  });
  return { element, title: 'Peers', end: () => poll.end() };
}

async function portText(api, signal) {
  try {
    return `reached at port ${(await api.get('/v1/peers/port', { signal })).port}`;
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    return error.code === 'policy_refused' ? 'peers are off' : '';
  }
}

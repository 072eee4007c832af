// The machine and the daemon on it: health, disk, network, limits.
import { h, setText } from './dom.js';
import { tell, tellError } from './dialog.js';
import { bytesText, countText, rateText } from './format.js';
import { Poll } from './poll.js';
import { showTiles } from './tiles.js';

const tilesOf = (perf, version) => [
  ['Daemon', version.version, `API ${version.api}`],
  ['Cache', bytesText(perf.cache_bytes), `${countText(perf.files)} contents`],
  ['Disk', `${bytesText(perf.disk_free_bytes)} free`, `of ${bytesText(perf.disk_bytes)}`],
  ['Memory', bytesText(perf.memory_bytes), `${(perf.cpu_percent ?? 0).toFixed(0)} % of a core`],
  ['Network down', rateText(perf.downlink), `${rateText(perf.downlink_usage)} ours`],
  ['Network up', rateText(perf.uplink), `${rateText(perf.uplink_usage)} ours`],
  [
    'Foreground',
    countText(perf.foreground_downloads),
    `${countText(perf.foreground_waiting)} waiting`,
  ],
  [
    'Background',
    countText(perf.background_downloads),
    `${countText(perf.background_waiting)} waiting`,
  ],
  ['Mode', String(perf.mode).replace('_', ' '), `${countText(perf.peers)} peers`],
];

export function machineView({ api }) {
  const tiles = h('div', { class: 'tiles' });
  const health = h('p', { class: 'hint', role: 'status' }, 'Asking…');
  const limit = h('input', {
    id: 'limit',
    type: 'number',
    min: 0,
    step: 1,
    inputmode: 'numeric',
    'aria-describedby': 'limit-hint',
  });
  const network = h('input', { id: 'network', type: 'checkbox' });
  const limits = h(
    'form',
    { on: { submit: setLimit } },
    h(
      'div',
      { class: 'field inline' },
      h('label', { for: 'limit' }, 'Download limit, KiB/s'),
      limit,
      h('button', { type: 'submit' }, 'Set'),
    ),
    h(
      'p',
      { class: 'hint', id: 'limit-hint' },
      'Of all jobs together, until the daemon restarts; 0 is none.',
    ),
  );
  const conditions = h(
    'div',
    { class: 'check' },
    network,
    h('label', { for: 'network' }, 'The network may be used'),
  );
  network.addEventListener('change', setNetwork);
  const element = h(
    'section',
    {},
    h('div', { class: 'view-head' }, h('h1', {}, 'Machine')),
    health,
    tiles,
    h(
      'section',
      { class: 'card', 'aria-labelledby': 'limits' },
      h('h2', { id: 'limits' }, 'Limits'),
      limits,
      conditions,
    ),
  );
  let costs = 1;

  async function setLimit(event) {
    event.preventDefault();
    const rate = Math.max(0, Math.floor(Number(limit.value) || 0)) * 1024;
    try {
      await api.put('/v1/limits', { download_limit: rate });
      tell(rate ? `Downloads take ${rateText(rate)} at most.` : 'Downloads have no limit.');
    } catch (error) {
      tellError(error, 'Set the limit');
    }
  }

  async function setNetwork() {
    try {
      await api.put('/v1/conditions', { network: network.checked, costs });
      tell(
        network.checked ? 'The network is used again.' : 'Jobs wait until the network may be used.',
      );
    } catch (error) {
      tellError(error, 'Set the network');
    }
  }

  async function look(signal) {
    const [perf, version] = await Promise.all([
      api.get('/v1/perf', { signal }),
      api.get('/v1/version', { signal }),
    ]);
    setText(health, 'The daemon answers, and so does its engine.');
    showTiles(
      tiles,
      tilesOf(perf, version).map(([label, value, hint]) => ({ label, value, hint })),
    );
    if (document.activeElement !== limit && !limit.dataset.read) {
      limit.value = Math.round((await api.get('/v1/limits', { signal })).download_limit / 1024);
      limit.dataset.read = 'yes';
    }
    const state = await api.get('/v1/conditions', { signal });
    costs = state.costs ?? 1;
    if (document.activeElement !== network) network.checked = state.network !== false;
  }

  const poll = new Poll(look, {
    every: 2000,
    onError: (error) => setText(health, `${error.message}. ${error.advice ?? ''}`),
  });
  return { element, title: 'Machine', end: () => poll.end() };
}

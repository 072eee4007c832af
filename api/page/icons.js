// Small drawings beside words, never instead of them.
import { h } from './dom.js';

const paths = {
  live: 'M8 5.5a2.5 2.5 0 1 0 0 5a2.5 2.5 0 0 0 0-5',
  active: 'M8 2v9M4 8l4 4 4-4M3 14h10',
  waiting: 'M8 4v4l3 2M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13',
  stopped: 'M5.5 3v10M10.5 3v10',
  failed: 'M8 4.5v4.5M8 11.2v.6M8 1.5a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13',
  done: 'M3 8.5l3.5 3.5L13 4.5',
  play: 'M5 3l8 5-8 5z',
  pause: 'M5.5 3v10M10.5 3v10',
  close: 'M4 4l8 8M12 4l-8 8',
  plus: 'M8 3v10M3 8h10',
  check: 'M3 8.5l3.5 3.5L13 4.5',
  back: 'M10 3L5 8l5 5',
  pin: 'M6 2h4l-.5 5 2.5 2.5H4L6.500 7zM8 9.500V14',
  sun:
    'M8 5a3 3 0 1 0 0 6a3 3 0 0 0 0-6M8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15' +
    'M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1',
  moon: 'M13 9.500A5.500 5.500 0 0 1 6.500 3a5.500 5.500 0 1 0 6.500 6.500z',
  wave:
    'M1 6c2.3 0 2.3 2 4.7 2S8 6 10.3 6 12.7 8 15 8' +
    'M1 10c2.3 0 2.3 2 4.7 2S8 10 10.3 10 12.7 12 15 12',
};

export function icon(name) {
  return h(
    'svg',
    { class: `icon ${name}`, viewBox: '0 0 16 16', 'aria-hidden': 'true', focusable: 'false' },
    h('path', { d: paths[name] ?? paths.waiting }),
  );
}

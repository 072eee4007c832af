// Values as people read them. Pure.

const units = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'];
const nothing = '–';

export function bytesText(bytes) {
  if (bytes === null || bytes === undefined) return nothing;
  if (bytes < 1024) return `${Math.round(bytes)} B`;
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1023.95 && unit + 1 < units.length) {
    value /= 1024;
    ++unit;
  }
  return `${value.toFixed(1)} ${units[unit]}`;
}

export function rateText(rate) {
  return rate === null || rate === undefined ? nothing : `${bytesText(rate)}/s`;
}

export function countText(number) {
  return Number(number ?? 0).toLocaleString('en');
}

// One of it, or several: "1 job", "1,200 jobs".
export function manyText(number, one, several = `${one}s`) {
  return `${countText(number)} ${number === 1 ? one : several}`;
}

export function durationText(milliseconds) {
  if (milliseconds === null || milliseconds === undefined || !Number.isFinite(milliseconds)) {
    return nothing;
  }
  if (milliseconds > 0 && milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  if (seconds < 86400)
    return `${Math.floor(seconds / 3600)} h ${Math.floor(seconds / 60) % 60} min`;
  return `${Math.floor(seconds / 86400)} d ${Math.floor(seconds / 3600) % 24} h`;
}

// Of `part` in `whole`, 0 to 1; nothing known: 0.
export function share(part, whole) {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

// Never "100%" before the end, nor "0%" after the beginning.
export function percentText(part, whole) {
  if (!(whole > 0)) return part > 0 ? '100%' : '0%';
  if (part >= whole) return '100%';
  const percent = Math.floor((part * 100) / whole);
  return part > 0 && percent === 0 ? '<1%' : `${percent}%`;
}

export function timeText(time) {
  const date = new Date(time);
  if (!time || Number.isNaN(date.getTime())) return nothing;
  const sameDay = date.toDateString() === new Date().toDateString();
  const clock = date.toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' });
  if (sameDay) return clock;
  const day = { day: 'numeric', month: 'short', year: 'numeric' };
  return `${date.toLocaleDateString('en-GB', day)}, ${clock}`;
}

// Small sums keep the digits that say something.
export function moneyText(amount, currency) {
  const digits = Math.abs(amount) < 1 && amount !== 0 ? 3 : 2;
  const number = amount.toLocaleString('en', {
    minimumFractionDigits: 2,
    maximumFractionDigits: digits,
  });
  return currency ? `${number} ${currency}` : number;
}

// The last part of a path or URL.
export function nameOf(path) {
  const plain = String(path ?? '')
    .split(/[?#]/)[0]
    .replace(/\/+$/, '');
  const name = plain.slice(plain.lastIndexOf('/') + 1);
  try {
    return decodeURIComponent(name) || plain;
  } catch {
    return name;
  }
}

// What the API sends for bytes that are no UTF-8 is an object.
export function plainText(value) {
  return typeof value === 'object' && value !== null ? '(not text)' : String(value ?? '');
}

export function shortId(id) {
  const dash = String(id).indexOf('-');
  return dash > 0 ? `${id.slice(dash + 1, dash + 11)}…` : String(id);
}

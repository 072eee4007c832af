// Bytes by source over time: counts that only grow become rates. Pure.

export class Series {
  #points = []; // {time, rates}
  #last = null; // {time, totals}

  // Milliseconds between points, and how many are kept.
  constructor(kinds, { step = 1000, pointsMax = 300 } = {}) {
    this.kinds = kinds;
    this.step = step;
    this.pointsMax = pointsMax;
  }

  get points() {
    return this.#points;
  }

  // Bytes of each kind so far. Counts that shrink began anew.
  put(time, totals) {
    const last = this.#last;
    if (last && time - last.time < this.step) return false;
    this.#last = { time, totals: { ...totals } };
    if (!last) return false;
    const seconds = (time - last.time) / 1000;
    const rates = {};
    for (const kind of this.kinds) {
      const grown = (totals[kind] ?? 0) - (last.totals[kind] ?? 0);
      rates[kind] = grown > 0 ? grown / seconds : 0;
    }
    this.#points.push({ time, rates });
    if (this.#points.length > this.pointsMax) this.#points.shift();
    return true;
  }

  // What an earlier time is known to have had.
  seed(points) {
    this.#points = [...points, ...this.#points].slice(-this.pointsMax);
  }
}

// Of all kinds together, at each point, from the first kind up.
export function stacked(points, kinds) {
  return points.map(({ time, rates }) => {
    let sum = 0;
    const bounds = [0];
    for (const kind of kinds) {
      sum += rates[kind] ?? 0;
      bounds.push(sum);
    }
    return { time, bounds, sum };
  });
}

// A round number that is not below: 1, 2 or 5 times a power of 2^10 and 10.
export function roundUp(value) {
  if (!(value > 0)) return 1;
  let unit = 1;
  while (value / unit >= 1024) unit *= 1024;
  for (const step of [1, 2, 5, 10, 20, 50, 100, 200, 500, 1024]) {
    if (value <= step * unit) return step * unit;
  }
  return value;
}

// Which rows of a long list have to be there. Pure.

// Rows of one height; `top` is how far the list's beginning is above the viewport's.
export function windowOf({ top, viewport, row, count, overscan = 8 }) {
  if (count === 0 || row <= 0) return { first: 0, last: 0 };
  const first = Math.floor(top / row) - overscan;
  const last = Math.ceil((top + viewport) / row) + overscan;
  return {
    first: Math.min(Math.max(first, 0), count),
    last: Math.min(Math.max(last, 0), count),
  };
}

// Where to scroll so that a row is whole within the viewport; null: it is already.
export function scrollTo({ index, top, viewport, row, margin = 0 }) {
  const begin = index * row;
  if (begin < top + margin) return begin - margin;
  if (begin + row > top + viewport) return begin + row - viewport;
  return null;
}

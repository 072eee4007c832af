// Which pieces are there, out of the API's bits, and drawn together when there are too many. Pure.

export function decodeBits(base64, pieces) {
  const text = atob(base64);
  const present = new Uint8Array(pieces);
  for (let piece = 0; piece < pieces; ++piece) {
    present[piece] = (text.charCodeAt(piece >> 3) >> (piece & 7)) & 1;
  }
  return present;
}

// How much of each of `cells` equal parts is there, 0 to 1.
export function inCells(present, cells) {
  const count = Math.min(cells, present.length);
  const shares = new Float32Array(count);
  for (let cell = 0; cell < count; ++cell) {
    const begin = Math.floor((cell * present.length) / count);
    const end = Math.max(begin + 1, Math.floor(((cell + 1) * present.length) / count));
    let sum = 0;
    for (let piece = begin; piece < end; ++piece) sum += present[piece];
    shares[cell] = sum / (end - begin);
  }
  return shares;
}

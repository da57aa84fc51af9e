/** Cuts an array at the given sizes, in order; what is left over is the last piece. */
export function cut<A extends Uint8Array | Float32Array>(whole: A, sizes: readonly number[]): A[] {
  const pieces: A[] = [];
  let from = 0;
  for (const size of sizes) {
    pieces.push(whole.subarray(from, from + size) as A);
    from = Math.min(whole.length, from + size);
  }
  pieces.push(whole.subarray(from) as A);
  return pieces;
}

/** One array of all the pieces. */
export function concat(pieces: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** `length` samples of a sine at `hz`, sampled at `rateHz`. */
export function sine(hz: number, rateHz: number, length: number, amplitude = 0.5): Float32Array {
  return Float32Array.from({ length }, (_, n) => amplitude * Math.sin((2 * Math.PI * hz * n) / rateHz));
}

/** `length` numbers from -scale/2 to scale/2, always the same: the generator of models/reference/fbank.json. */
export function noise(length: number, scale: number): Float32Array {
  let state = 12345;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * scale;
  });
}

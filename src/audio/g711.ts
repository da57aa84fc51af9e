/*
 * ITU-T G.711 (11/1988), by table. Mu-law gives 14 bits and A-law 13 bits; both are aligned to 16 bits as in
 * the ITU-T Software Tool Library (G.191), so that int16 / 32768 is the range of all encodings.
 */

/** Mu-law (table 2 of G.711): the bits are sent inverted; a bias of 33 << 2 is taken off after the shift. */
function mulawToInt16(byte: number): number {
  const code = ~byte & 0xff;
  const segment = (code >> 4) & 7;
  const magnitude = ((((code & 15) << 3) + 0x84) << segment) - 0x84;
  return code & 0x80 ? 0 - magnitude : magnitude;
}

/** A-law (table 1 of G.711): every second bit is sent inverted (0x55); each step is decoded to its middle. */
function alawToInt16(byte: number): number {
  const code = byte ^ 0x55;
  const segment = (code >> 4) & 7;
  const step = ((code & 15) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return code & 0x80 ? magnitude : -magnitude;
}

function table(decode: (byte: number) => number): Float32Array {
  return Float32Array.from({ length: 256 }, (_, byte) => decode(byte) / 32768);
}

/** Sample value, in the range -1 to 1, of each of the 256 mu-law bytes. */
export const MULAW_SAMPLES: Float32Array = table(mulawToInt16);
/** Sample value, in the range -1 to 1, of each of the 256 A-law bytes. */
export const ALAW_SAMPLES: Float32Array = table(alawToInt16);

/** Both, in rising order. */
const LEVELS = { MULAW: MULAW_SAMPLES.slice().sort(), ALAW: ALAW_SAMPLES.slice().sort() } as const;

/**
 * Samples after a G.711 line, as a new array: each one becomes the nearest level that the decoder gives, which is what the
 * encoders of ITU-T G.711 do up to ties. What is beyond the outermost level becomes that level.
 */
export function throughG711(samples: Float32Array, encoding: 'MULAW' | 'ALAW'): Float32Array {
  const levels = LEVELS[encoding];
  return samples.map((sample) => nearest(levels, sample));
}

function nearest(levels: Float32Array, sample: number): number {
  let low = 0;
  let high = levels.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (levels[middle]! <= sample) low = middle;
    else high = middle;
  }
  return sample - levels[low]! <= levels[high]! - sample ? levels[low]! : levels[high]!;
}

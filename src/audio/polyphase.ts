/*
 * The filter of the resampler: a sinc with its -6 dB point at half the lower rate (4000 Hz towards telephone bandwidth),
 * under a Kaiser window (J. F. Kaiser, "Nonrecursive digital filter design using the I0-sinh window function", 1974;
 * the formulas as in Oppenheim and Schafer, Discrete-Time Signal Processing, section 7.5.3).
 *
 * With a lower rate of 8000 Hz: flat within 0.01 dB up to 3700 Hz, at least 80 dB down from 4300 Hz on. What lies
 * between 4000 and 4300 Hz is folded to between 3700 and 4000 Hz, weakened; telephone speech ends at 3400 Hz.
 */

/** How far the stop band is down, in dB, by design; 5 dB more than is promised. */
const ATTENUATION_DB = 85;
/** The transition band as a share of the lower rate: 600 Hz of 8000. */
const TRANSITION = 0.075;
/**
 * Rows in a table at most. The usual rates need no more (11025 to 8000 Hz needs 320) and are exact; for the others
 * neighbouring rows are interpolated linearly, with an error below (2 pi 4000 / (320 * 8000))^2 / 8, which is -98 dB.
 */
const MAX_PHASES = 320;

export interface PolyphaseTable {
  /** Input samples that an output depends on; even. */
  readonly taps: number;
  /** How many positions between two input samples there are rows for, at equal distances. */
  readonly phases: number;
  /** `phases + 1` rows of `taps`, in the order of the input; the last row is the first, one input sample later. */
  readonly coefficients: Float64Array;
  /** 1 for a row that only hands on the input sample in its middle. */
  readonly identity: Uint8Array;
}

/** The modified Bessel function of the first kind and order zero, by its power series. */
function besselI0(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-17; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}

function sinc(x: number): number {
  if (x === 0) return 1;
  // Exact zeros: the sine of a multiple of pi is not quite zero in floating point.
  return Number.isInteger(x) ? 0 : Math.sin(Math.PI * x) / (Math.PI * x);
}

/** The tables in use, by their rates: calls at the same rate share one, and one that no call uses can go. */
const tables = new Map<string, WeakRef<PolyphaseTable>>();

/**
 * The table for one pair of rates; not to be written to.
 * @param stepUp toHz divided by the greatest common divisor: how many phases the ratio has.
 */
export function polyphaseTable(fromHz: number, toHz: number, stepUp: number): PolyphaseTable {
  const key = `${fromHz}:${toHz}`;
  const table = tables.get(key)?.deref() ?? makeTable(fromHz, toHz, stepUp);
  tables.set(key, new WeakRef(table));
  return table;
}

function makeTable(fromHz: number, toHz: number, stepUp: number): PolyphaseTable {
  const lowerHz = Math.min(fromHz, toHz);
  const transitionRadians = (2 * Math.PI * TRANSITION * lowerHz) / fromHz;
  const half = Math.ceil((ATTENUATION_DB - 7.95) / (2.285 * transitionRadians) / 2);
  const beta = 0.1102 * (ATTENUATION_DB - 8.7);
  const taps = 2 * half;
  const phases = Math.min(stepUp, MAX_PHASES);
  const coefficients = new Float64Array((phases + 1) * taps);
  const identity = new Uint8Array(phases + 1);
  for (let phase = 0; phase <= phases; phase++) {
    const row = coefficients.subarray(phase * taps, (phase + 1) * taps);
    for (let tap = 0; tap < taps; tap++) {
      const distance = phase / phases + half - 1 - tap;
      const inside = 1 - (distance / half) ** 2;
      row[tap] = inside <= 0 ? 0 : sinc((distance * lowerHz) / fromHz) * besselI0(beta * Math.sqrt(inside));
    }
    // Every row passes a constant unchanged, so that no phase has its own loudness.
    const sum = row.reduce((total, value) => total + value, 0);
    for (let tap = 0; tap < taps; tap++) row[tap]! /= sum;
    if (row.every((value, tap) => value === (tap === half - 1 ? 1 : 0))) identity[phase] = 1;
  }
  return { taps, phases, coefficients, identity };
}

/** One row of the table over the input from `start` on. */
export function convolve(table: PolyphaseTable, row: number, input: Float64Array, start: number): number {
  const { coefficients, taps } = table;
  const first = row * taps;
  let sum = 0;
  for (let tap = 0; tap < taps; tap++) sum += coefficients[first + tap]! * input[start + tap]!;
  return sum;
}

/**
 * Four rows at once over the input from four places on, written to four places of `output`: four independent sums keep
 * the processor busy. Each is added up in the order of `convolve`, so that it does not matter which outputs meet here.
 */
export function convolveFour(
  { coefficients, taps }: PolyphaseTable,
  rows: Int32Array,
  input: Float64Array,
  starts: Int32Array,
  output: Float32Array,
  places: Int32Array,
): void {
  const row0 = rows[0]! * taps;
  const row1 = rows[1]! * taps;
  const row2 = rows[2]! * taps;
  const row3 = rows[3]! * taps;
  const start0 = starts[0]!;
  const start1 = starts[1]!;
  const start2 = starts[2]!;
  const start3 = starts[3]!;
  let sum0 = 0;
  let sum1 = 0;
  let sum2 = 0;
  let sum3 = 0;
  for (let tap = 0; tap < taps; tap++) {
    sum0 += coefficients[row0 + tap]! * input[start0 + tap]!;
    sum1 += coefficients[row1 + tap]! * input[start1 + tap]!;
    sum2 += coefficients[row2 + tap]! * input[start2 + tap]!;
    sum3 += coefficients[row3 + tap]! * input[start3 + tap]!;
  }
  output[places[0]!] = sum0;
  output[places[1]!] = sum1;
  output[places[2]!] = sum2;
  output[places[3]!] = sum3;
}

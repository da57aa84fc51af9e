import { VouchError } from '../errors.js';
import { isSampleRate } from './format.js';
import { convolve, convolveFour, polyphaseTable, type PolyphaseTable } from './polyphase.js';
import { Doubling } from './simd/doubling.js';

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** Longer input is worked through in blocks of this many samples, so that the memory of a call stays the same. */
const BLOCK_SAMPLES = 1024;

/** All calls of a thread use one: whatever the rates, the row in the middle between two samples is the same. */
let doubling: Doubling | undefined;

function doublingBy({ coefficients, taps }: PolyphaseTable): Doubling {
  doubling ??= new Doubling(coefficients.subarray(taps, 2 * taps), BLOCK_SAMPLES + taps);
  return doubling;
}

/**
 * Brings samples from one rate to another, band-limited, in pieces of any size: the output is the same to the last bit
 * however the input is cut. Output sample n stands at input time n * fromHz / toHz (no delay to take off), and
 * `length` samples in give `ceil(length * toHz / fromHz)` out, as with scipy.signal.resample_poly; what lies before the
 * first sample and after the last counts as zero. Towards a multiple of the rate each input sample is one of the output's. The response is given in polyphase.ts.
 */
export class Resampler {
  /** Output samples for every `#stepDown` input samples, without a common divisor. */
  readonly #stepUp: number;
  readonly #stepDown: number;
  /** Undefined when there is nothing to do. */
  readonly #table: PolyphaseTable | undefined;
  /** All audio is brought from telephone bandwidth to twice its rate, so that case has a way of its own. */
  readonly #doubles: boolean;
  /** Input that output to come depends on; in double precision, since each sample is read many times and widened at each. */
  readonly #input: Float64Array;
  #filled = 0;
  /** The next output: its first tap within `#input`, and its place after the sample there, in 1 / #stepUp samples. */
  #position = 0;
  #fraction = 0;
  /** Outputs that are put off until there are four, which is twice as fast: their rows, first taps and places. */
  readonly #batchRow = new Int32Array(4);
  readonly #batchInput = new Int32Array(4);
  readonly #batchOutput = new Int32Array(4);

  /**
   * @param fromHz,toHz whole rates from 8000 to 48000.
   * @throws VouchError SAMPLE_RATE_OUT_OF_RANGE.
   */
  constructor(
    readonly fromHz: number,
    readonly toHz: number,
  ) {
    if (!isSampleRate(fromHz) || !isSampleRate(toHz)) throw new VouchError('SAMPLE_RATE_OUT_OF_RANGE');
    const divisor = greatestCommonDivisor(fromHz, toHz);
    this.#stepUp = toHz / divisor;
    this.#stepDown = fromHz / divisor;
    this.#table = fromHz === toHz ? undefined : polyphaseTable(fromHz, toHz, this.#stepUp);
    this.#doubles = this.#stepUp === 2 && this.#stepDown === 1;
    this.#input = new Float64Array(this.#table ? this.#table.taps + BLOCK_SAMPLES : 0);
    this.#reset();
  }

  /**
   * Takes any number of samples and returns the output that they complete. The input is not kept; the output belongs to
   * the caller (with equal rates it is the input array itself).
   */
  push(samples: Float32Array): Float32Array {
    if (!this.#table) return samples;
    const output = new Float32Array(this.owed(samples.length));
    this.pushTo(output, 0, samples);
    return output;
  }

  /** How many samples the next push of so many gives. */
  owed(samples: number): number {
    if (!this.#table) return samples;
    const starts = this.#filled - this.#position + samples - this.#table.taps + 1;
    return Math.max(0, Math.ceil((starts * this.#stepUp - this.#fraction) / this.#stepDown));
  }

  /** As push, written to `output` from `at` on, where there must be room for what is owed; returns where it ended. */
  pushTo(output: Float32Array, at: number, samples: Float32Array): number {
    if (!this.#table) {
      output.set(samples, at);
      return at + samples.length;
    }
    let done = at;
    for (let from = 0; from < samples.length; from += BLOCK_SAMPLES) {
      this.#append(samples.subarray(from, from + BLOCK_SAMPLES));
      done = this.#doubles
        ? this.#double(this.#table, output, done)
        : this.#produce(this.#table, output, done);
    }
    return done;
  }

  /** Returns what is still owed, and starts afresh: the next push begins another signal. */
  finish(): Float32Array {
    const output = this.push(new Float32Array(this.#table ? this.#table.taps / 2 : 0));
    this.#reset();
    return output;
  }

  #reset(): void {
    // The first output has its centre on the first sample: half the taps, less one, lie before it.
    this.#filled = this.#table ? this.#table.taps / 2 - 1 : 0;
    this.#input.fill(0, 0, this.#filled);
    this.#position = 0;
    this.#fraction = 0;
  }

  #append(samples: Float32Array): void {
    this.#input.copyWithin(0, this.#position, this.#filled);
    this.#filled -= this.#position;
    this.#position = 0;
    this.#input.set(samples, this.#filled);
    this.#filled += samples.length;
  }

  /** As #produce. Both outputs of an input sample have the same taps, so that they come together. */
  #double(table: PolyphaseTable, output: Float32Array, at: number): number {
    const count = Math.max(0, this.#filled - table.taps + 1 - this.#position);
    doublingBy(table).double(this.#input, this.#position, count, output, at);
    this.#position += count;
    return at + 2 * count;
  }

  /** Writes to `output` from `at` on, and returns where it ended. */
  #produce(table: PolyphaseTable, output: Float32Array, at: number): number {
    const { taps, phases, identity } = table;
    const stepUp = this.#stepUp;
    const advance = Math.trunc(this.#stepDown / stepUp);
    const remainder = this.#stepDown % stepUp;
    const lastStart = this.#filled - taps;
    let position = this.#position;
    let fraction = this.#fraction;
    let n = at;
    let batched = 0;
    for (; position <= lastStart; n++) {
      if (phases !== stepUp) output[n] = this.#interpolate(table, position, (fraction * phases) / stepUp);
      else if (identity[fraction]) output[n] = this.#input[position + taps / 2 - 1]!;
      else batched = this.#batch(table, batched, fraction, position, n, output);
      position += advance;
      fraction += remainder;
      if (fraction >= stepUp) {
        fraction -= stepUp;
        position++;
      }
    }
    for (let k = 0; k < batched; k++) {
      output[this.#batchOutput[k]!] = convolve(table, this.#batchRow[k]!, this.#input, this.#batchInput[k]!);
    }
    this.#position = position;
    this.#fraction = fraction;
    return n;
  }

  /** Puts one output off until there are four; returns how many now wait. */
  #batch(
    table: PolyphaseTable,
    batched: number,
    row: number,
    position: number,
    n: number,
    output: Float32Array,
  ): number {
    this.#batchRow[batched] = row;
    this.#batchInput[batched] = position;
    this.#batchOutput[batched] = n;
    if (batched < 3) return batched + 1;
    convolveFour(table, this.#batchRow, this.#input, this.#batchInput, output, this.#batchOutput);
    return 0;
  }

  /** Between two rows, where the ratio has more phases than the table: see polyphase.ts. */
  #interpolate(table: PolyphaseTable, position: number, phase: number): number {
    const row = Math.floor(phase);
    const before = convolve(table, row, this.#input, position);
    const after = convolve(table, row + 1, this.#input, position);
    return before + (phase - row) * (after - before);
  }
}

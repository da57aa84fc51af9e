import { planStages } from '../fft.js';
import type { MelFilters } from '../mel.js';
import { FunctionCode, instantiate } from './assembler.js';
import {
  filterTables,
  loadCode,
  powerCode,
  sumCode,
  turnsOf,
  VECTOR_BYTES,
  type FrameOptions,
} from './band-code.js';
import { POINT_BYTES, rootsOf, stageCode } from './transform.js';

/** Frames that go through together: the lanes of a vector. */
export const FRAMES_AT_ONCE = 4;

/** The memory of a module: hands it out, and keeps what is to be in it from the beginning. */
class Layout {
  bytes = 0;
  readonly #tables: { readonly at: number; readonly values: Float32Array | Int32Array }[] = [];

  room(bytes: number): number {
    const at = this.bytes;
    this.bytes += Math.ceil(bytes / VECTOR_BYTES) * VECTOR_BYTES;
    return at;
  }

  table(values: Float32Array | Int32Array): number {
    const at = this.room(values.byteLength);
    this.#tables.push({ at, values });
    return at;
  }

  fill(memory: ArrayBuffer): void {
    for (const { at, values } of this.#tables) {
      const { buffer, byteOffset, byteLength } = values;
      new Uint8Array(memory, at, byteLength).set(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
}

/** Filters that add up the bins from one up to, not with, another. */
export function plainFilters(bands: readonly (readonly [from: number, to: number])[]): MelFilters {
  const offsets = Int32Array.from([0, ...bands.map(([from, to]) => to - from)]);
  for (let i = 1; i < offsets.length; i++) offsets[i]! += offsets[i - 1]!;
  return {
    firstBin: Int32Array.from(bands, ([from]) => from),
    offsets,
    weights: new Float64Array(offsets.at(-1)!).fill(1),
  };
}

/**
 * The energies of frames in filters: window, power spectrum as in fft.ts, weighted sums; in single precision. Four frames
 * go at a time, each in a lane of its own, so that it makes no difference to a frame which others go with it.
 * What it holds is good until it is used again, so that all calls of a thread may share one.
 */
export class BandEnergies {
  readonly #shift: number;
  readonly #input: Float32Array;
  readonly #energies: Float32Array;
  readonly #run: () => void;

  /** @throws RangeError for a size that has no transform (see RealFft). */
  constructor(options: FrameOptions & { readonly filters: MelFilters }) {
    const { frameShiftSamples, window, fftSize, filters } = options;
    const half = fftSize / 2;
    const stages = planStages(half);
    const code = new FunctionCode(0);
    const layout = new Layout();
    const inputSamples = (FRAMES_AT_ONCE - 1) * frameShiftSamples + window.length;
    const input = layout.room(4 * inputSamples);
    let [from, to] = [layout.room(half * POINT_BYTES), layout.room(half * POINT_BYTES)];
    code.add(...loadCode(code, options, { input, window: layout.table(window), frame: from }));
    for (const stage of stages) {
      code.add(stageCode(code, stage, { from, to, roots: layout.table(rootsOf(stage)) }));
      [from, to] = [to, from];
    }
    const power = layout.room((half + 1) * VECTOR_BYTES);
    code.add(...powerCode(code, half, { points: from, power, turns: layout.table(turnsOf(half)) }));
    const { bins, weights } = filterTables(filters);
    const addresses = Int32Array.from(bins.flat(), (bin) => power + bin * VECTOR_BYTES);
    const energies = layout.room(bins.length * VECTOR_BYTES);
    code.add(
      ...sumCode(code, bins.length, {
        filters: layout.table(addresses),
        weights: layout.table(weights),
        energies,
      }),
    );
    const { run, memory } = instantiate(code, layout.bytes);
    layout.fill(memory);
    this.#run = run;
    this.#shift = frameShiftSamples;
    this.#input = new Float32Array(memory, input, inputSamples);
    this.#energies = new Float32Array(memory, energies, bins.length * FRAMES_AT_ONCE);
  }

  /**
   * The energies of four frames from the `first` on: of the lowest filter those of all four, then of the next. What lies beyond
   * the samples counts as zero. Good until the next call.
   */
  of(samples: Float32Array, first: number): Float32Array {
    const start = first * this.#shift;
    const piece = samples.subarray(start, start + this.#input.length);
    this.#input.set(piece);
    if (piece.length < this.#input.length) this.#input.fill(0, piece.length);
    this.#run();
    return this.#energies;
  }
}

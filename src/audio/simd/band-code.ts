/* What is done to four frames before and after the transform; rounded to single precision after each operation. */
import type { MelFilters } from '../mel.js';
import { clear, f32x4, i32, repeat, v128, type Code, type FunctionCode, type Local } from './assembler.js';
import { POINT_BYTES } from './transform.js';

/** One number of each of the four frames. */
export const VECTOR_BYTES = 16;

const { add, sub, mul, div } = f32x4;

function advance(local: Local, bytes: number): Code {
  return local.set(i32.add(local.get, i32.constant(bytes)));
}

export interface FrameOptions {
  readonly frameShiftSamples: number;
  /** As long as a frame. */
  readonly window: Float32Array;
  /** Where given, the mean of each frame is removed, and this share of the sample before taken off each; the first is its own. */
  readonly preemphasis?: number;
  /** Samples that are transformed: the frame, and zeros after it. */
  readonly fftSize: number;
}

/** Puts the four frames beside each other, in the window. */
export function loadCode(
  code: FunctionCode,
  { frameShiftSamples, window: { length }, preemphasis, fftSize }: FrameOptions,
  places: { readonly input: number; readonly window: number; readonly frame: number },
): Code[] {
  const [from, to, weight] = [code.i32(), code.i32(), code.i32()];
  const start = [
    from.set(i32.constant(places.input)),
    to.set(i32.constant(places.frame)),
    weight.set(i32.constant(places.window)),
  ];
  const next = [advance(from, 4), advance(weight, 4)];
  const endOfFrame = places.frame + length * VECTOR_BYTES;
  const each = (statements: readonly Code[]): Code =>
    repeat(to, VECTOR_BYTES, i32.constant(endOfFrame), [...statements, ...next]);
  const samples = [1, 2, 3].reduce<Code>(
    (value, lane) => f32x4.loadLane(from.get, 4 * lane * frameShiftSamples, value, lane),
    f32x4.loadFirst(from.get),
  );
  const store = (value: Code): Code => v128.store(to.get, 0, value);
  const windowed = (value: Code): Code => store(mul(value, f32x4.loadSplat(weight.get)));
  const padding = clear(endOfFrame, (fftSize - length) * VECTOR_BYTES);
  if (preemphasis === undefined) return [padding, ...start, each([windowed(samples)])];
  const [sample, sum, mean, before] = [code.v128(), code.v128(), code.v128(), code.v128()];
  const centred = sub(v128.load(to.get), mean.get);
  const emphasised = sub(sample.get, mul(f32x4.constant(preemphasis), before.get));
  return [
    padding,
    ...start,
    sum.set(f32x4.constant(0)),
    each([sample.set(samples), store(sample.get), sum.set(add(sum.get, sample.get))]),
    ...start,
    mean.set(div(sum.get, f32x4.constant(length))),
    before.set(centred),
    each([sample.set(centred), windowed(emphasised), before.set(sample.get)]),
  ];
}

/** exp(-i pi (k / half + 1/2)) of k = 1 and on, which take the transforms of even and odd samples apart. */
export function turnsOf(half: number): Float32Array {
  return Float32Array.from({ length: 2 * Math.floor(half / 2) }, (_, i) => {
    const angle = -Math.PI * ((1 + (i >> 1)) / half + 0.5);
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle);
  });
}

/** |X[k]|^2 for k = 0 to half, as in RealFft (fft.ts), whose names these are. */
export function powerCode(
  code: FunctionCode,
  half: number,
  places: { readonly points: number; readonly power: number; readonly turns: number },
): Code[] {
  const each: Code[] = [];
  const keep = (value: Code): Code => code.keep(each, value);
  const pointAt = (at: Code) => ({ re: keep(v128.load(at)), im: keep(v128.load(at, 16)) });
  const squared = (statements: Code[], value: Code): Code => {
    const kept = code.keep(statements, value);
    return mul(kept, kept);
  };
  const [k, mirror, turn] = [code.i32(), code.i32(), code.i32()];
  const [powerOfK, powerOfMirror] = [code.i32(), code.i32()];
  const z = pointAt(k.get);
  const m = pointAt(mirror.get);
  const oddRe = keep(sub(z.re, m.re));
  const oddIm = keep(add(z.im, m.im));
  const cos = keep(f32x4.loadSplat(turn.get));
  const sin = keep(f32x4.loadSplat(turn.get, 4));
  const evenRe = keep(add(z.re, m.re));
  const evenIm = keep(sub(z.im, m.im));
  const turnedRe = keep(sub(mul(oddRe, cos), mul(oddIm, sin)));
  const turnedIm = keep(add(mul(oddRe, sin), mul(oddIm, cos)));
  const quarter = (re: Code, im: Code): Code =>
    mul(f32x4.constant(0.25), add(squared(each, re), squared(each, im)));
  const powers = [
    [powerOfK, quarter(add(evenRe, turnedRe), add(evenIm, turnedIm))],
    [powerOfMirror, quarter(sub(evenRe, turnedRe), sub(evenIm, turnedIm))],
  ] as const;
  for (const [at, value] of powers) each.push(v128.store(at.get, 0, value));
  each.push(
    advance(mirror, -POINT_BYTES),
    advance(turn, 8),
    advance(powerOfK, VECTOR_BYTES),
    advance(powerOfMirror, -VECTOR_BYTES),
  );
  const edges: Code[] = [];
  const { points, power } = places;
  const origin = i32.constant(points);
  const [sum, difference] = [add, sub].map((join) =>
    squared(edges, join(v128.load(origin), v128.load(origin, 16))),
  ) as [Code, Code];
  const whole = [
    ...edges,
    v128.store(i32.constant(power), 0, sum),
    v128.store(i32.constant(power), half * VECTOR_BYTES, difference),
  ];
  if (half < 2) return whole;
  return [
    ...whole,
    k.set(i32.constant(points + POINT_BYTES)),
    mirror.set(i32.constant(points + (half - 1) * POINT_BYTES)),
    turn.set(i32.constant(places.turns)),
    powerOfK.set(i32.constant(power + VECTOR_BYTES)),
    powerOfMirror.set(i32.constant(power + (half - 1) * VECTOR_BYTES)),
    repeat(k, POINT_BYTES, i32.constant(points + (Math.floor(half / 2) + 1) * POINT_BYTES), each),
  ];
}

/** The filters as `sumCode` reads them: of each its first bin and its last, then all of their weights; one without any gets a zero. */
export function filterTables({ firstBin, offsets, weights }: MelFilters): {
  readonly bins: readonly (readonly [first: number, end: number])[];
  readonly weights: Float32Array;
} {
  const all: number[] = [];
  const bins = Array.from(firstBin, (first, filter) => {
    const own = weights.subarray(offsets[filter], offsets[filter + 1]);
    all.push(...(own.length > 0 ? own : [0]));
    return [first, first + Math.max(1, own.length)] as const;
  });
  return { bins, weights: Float32Array.from(all) };
}

/** The weighted sums of the power. `filters`: of each the addresses of the power of its first bin and beyond its last. */
export function sumCode(
  code: FunctionCode,
  count: number,
  places: { readonly filters: number; readonly weights: number; readonly energies: number },
): Code[] {
  const [filter, weight, energy, bin, end] = [code.i32(), code.i32(), code.i32(), code.i32(), code.i32()];
  const sum = code.v128();
  return [
    weight.set(i32.constant(places.weights)),
    energy.set(i32.constant(places.energies)),
    filter.set(i32.constant(places.filters)),
    repeat(filter, 8, i32.constant(places.filters + 8 * count), [
      bin.set(i32.load(filter.get)),
      end.set(i32.load(filter.get, 4)),
      sum.set(f32x4.constant(0)),
      repeat(bin, VECTOR_BYTES, end.get, [
        sum.set(add(sum.get, mul(f32x4.loadSplat(weight.get), v128.load(bin.get)))),
        advance(weight, 4),
      ]),
      v128.store(energy.get, 0, sum.get),
      advance(energy, VECTOR_BYTES),
    ]),
  ];
}

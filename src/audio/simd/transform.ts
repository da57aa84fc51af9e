/* The stages of fft-stages.ts for four frames at a time, one a lane; rounded after each operation. */
import { f32x4, i32, repeat, v128, type Code, type FunctionCode, type Local } from './assembler.js';
import type { Stage } from '../fft-stages.js';

/** A complex number of each of the four frames: real parts, then imaginary parts. */
export const POINT_BYTES = 32;
const IMAGINARY = 16;

const { add, sub, mul } = f32x4;

interface Point {
  readonly re: Code;
  readonly im: Code;
}

/** The roots of a stage as it reads them: cosine and sine of each input, for one point after the other. */
export function rootsOf({ cos, sin }: Stage): Float32Array {
  return Float32Array.from({ length: 2 * cos.length }, (_, i) => (i % 2 === 0 ? cos : sin)[i >> 1]!);
}

/** Where a stage reads and writes, and where its roots are. */
export interface Places {
  readonly from: number;
  readonly to: number;
  readonly roots: number;
}

/** One stage. */
export function stageCode(code: FunctionCode, stage: Stage, places: Places): Code {
  const { radix, length, lanes } = stage;
  const inputs = radix - 1;
  const from = code.i32();
  const to = code.i32();
  const roots = code.i32();
  const laneEnd = code.i32();
  const groupBytes = lanes * POINT_BYTES;
  const end = places.roots + 8 * inputs * length;
  const ofPoint: Code[] = [];
  const at = (i: number): Point => ({
    re: code.keep(ofPoint, f32x4.loadSplat(roots.get, 8 * i)),
    im: code.keep(ofPoint, f32x4.loadSplat(roots.get, 8 * i + 4)),
  });
  const twiddles = Array.from({ length: inputs }, (_, i) => at(i));
  const join = [
    ...joinCode(code, stage, { from, to }, twiddles),
    to.set(i32.add(to.get, i32.constant(POINT_BYTES))),
  ];
  return [
    from.set(i32.constant(places.from)),
    to.set(i32.constant(places.to)),
    roots.set(i32.constant(places.roots)),
    repeat(roots, 8 * inputs, i32.constant(end), [
      ...ofPoint,
      laneEnd.set(i32.add(from.get, i32.constant(groupBytes))),
      repeat(from, POINT_BYTES, laneEnd.get, join),
      // The group's other inputs were read beside its first.
      from.set(i32.add(from.get, i32.constant(inputs * groupBytes))),
    ]),
  ].flat();
}

function joinCode(
  code: FunctionCode,
  { radix, length, lanes }: Stage,
  { from, to }: { readonly from: Local; readonly to: Local },
  twiddles: readonly Point[],
): Code[] {
  const statements: Code[] = [];
  const keep = (value: Code): Code => code.keep(statements, value);
  const turned = twiddles.map(({ re: c, im: s }, i): Point => {
    const offset = (i + 1) * lanes * POINT_BYTES;
    const re = keep(v128.load(from.get, offset));
    const im = keep(v128.load(from.get, offset + IMAGINARY));
    return { re: keep(sub(mul(re, c), mul(im, s))), im: keep(add(mul(re, s), mul(im, c))) };
  });
  const first = { re: keep(v128.load(from.get)), im: keep(v128.load(from.get, IMAGINARY)) };
  JOINED[radix](keep, [first, ...turned]).forEach(({ re, im }, t) => {
    const offset = t * length * lanes * POINT_BYTES;
    statements.push(v128.store(to.get, offset, re), v128.store(to.get, offset + IMAGINARY, im));
  });
  return statements;
}

type Keep = (value: Code) => Code;

function plus(keep: Keep, a: Point, b: Point): Point {
  return { re: keep(add(a.re, b.re)), im: keep(add(a.im, b.im)) };
}

function minus(keep: Keep, a: Point, b: Point): Point {
  return { re: keep(sub(a.re, b.re)), im: keep(sub(a.im, b.im)) };
}

/** a - i b. */
function minusI(a: Point, b: Point): Point {
  return { re: add(a.re, b.im), im: sub(a.im, b.re) };
}

/** a + i b. */
function plusI(a: Point, b: Point): Point {
  return { re: sub(a.re, b.im), im: add(a.im, b.re) };
}

function join2(keep: Keep, points: readonly Point[]): Point[] {
  const [a, b] = points as [Point, Point];
  return [plus(keep, a, b), minus(keep, a, b)];
}

function join4(keep: Keep, points: readonly Point[]): Point[] {
  const [p0, p1, p2, p3] = points as [Point, Point, Point, Point];
  const sum02 = plus(keep, p0, p2);
  const sum13 = plus(keep, p1, p3);
  const difference02 = minus(keep, p0, p2);
  const difference13 = minus(keep, p1, p3);
  return [
    plus(keep, sum02, sum13),
    minusI(difference02, difference13),
    minus(keep, sum02, sum13),
    plusI(difference02, difference13),
  ];
}

const [COS_1, COS_2] = [2, 4].map((n) => f32x4.constant(Math.cos((n * Math.PI) / 5))) as [Code, Code];
const [SIN_1, SIN_2] = [2, 4].map((n) => f32x4.constant(Math.sin((n * Math.PI) / 5))) as [Code, Code];

/** As radix5 in fft-stages.ts. */
function join5(keep: Keep, points: readonly Point[]): Point[] {
  const [p0, p1, p2, p3, p4] = points as [Point, Point, Point, Point, Point];
  const sum14 = plus(keep, p1, p4);
  const sum23 = plus(keep, p2, p3);
  const difference14 = minus(keep, p1, p4);
  const difference23 = minus(keep, p2, p3);
  const weighted = (a: Point, wa: Code, b: Point, wb: Code): Point => ({
    re: keep(add(mul(wa, a.re), mul(wb, b.re))),
    im: keep(add(mul(wa, a.im), mul(wb, b.im))),
  });
  const cos1 = plus(keep, p0, weighted(sum14, COS_1, sum23, COS_2));
  const cos2 = plus(keep, p0, weighted(sum14, COS_2, sum23, COS_1));
  const sin1 = weighted(difference14, SIN_1, difference23, SIN_2);
  const unsigned2 = { re: mul(SIN_1, difference23.re), im: mul(SIN_1, difference23.im) };
  const sin2 = {
    re: keep(sub(mul(SIN_2, difference14.re), unsigned2.re)),
    im: keep(sub(mul(SIN_2, difference14.im), unsigned2.im)),
  };
  return [
    plus(keep, p0, plus(keep, sum14, sum23)),
    minusI(cos1, sin1),
    minusI(cos2, sin2),
    plusI(cos2, sin2),
    plusI(cos1, sin1),
  ];
}

const JOINED = { 2: join2, 4: join4, 5: join5 } as const;

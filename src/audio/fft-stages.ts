/* The stages of the transform in fft.ts. Each reads one buffer and writes the other. */

const fround = Math.fround;

/** Points as real and imaginary parts. */
export interface Complex {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** Joins `radix` interleaved transforms of `length` points each into one, for each of `lanes` such groups. */
export interface Stage {
  readonly radix: 2 | 4 | 5;
  readonly length: number;
  readonly lanes: number;
  /** exp(-2 pi i k t / (radix * length)) of input t = 1 to radix - 1 at point k, at k * (radix - 1) + t - 1. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

function radix4(stage: Stage, from: Complex, to: Complex): void {
  radix4Untwiddled(stage, from, to);
  radix4Twiddled(stage, from, to);
}

/** The first point of each transform, whose roots are all 1: no products, and to the last bit what they would give. */
function radix4Untwiddled(
  { length, lanes }: Stage,
  { re, im }: Complex,
  { re: toRe, im: toIm }: Complex,
): void {
  const apart = length * lanes;
  for (let at = 0; at < lanes; at++) {
    const re0 = re[at]!;
    const im0 = im[at]!;
    const re1 = re[at + lanes]!;
    const im1 = im[at + lanes]!;
    const re2 = re[at + 2 * lanes]!;
    const im2 = im[at + 2 * lanes]!;
    const re3 = re[at + 3 * lanes]!;
    const im3 = im[at + 3 * lanes]!;
    const sumRe02 = fround(re0 + re2);
    const sumIm02 = fround(im0 + im2);
    const sumRe13 = fround(re1 + re3);
    const sumIm13 = fround(im1 + im3);
    const differenceRe02 = fround(re0 - re2);
    const differenceIm02 = fround(im0 - im2);
    const differenceRe13 = fround(re1 - re3);
    const differenceIm13 = fround(im1 - im3);
    toRe[at] = sumRe02 + sumRe13;
    toIm[at] = sumIm02 + sumIm13;
    toRe[at + apart] = differenceRe02 + differenceIm13;
    toIm[at + apart] = differenceIm02 - differenceRe13;
    toRe[at + 2 * apart] = sumRe02 - sumRe13;
    toIm[at + 2 * apart] = sumIm02 - sumIm13;
    toRe[at + 3 * apart] = differenceRe02 - differenceIm13;
    toIm[at + 3 * apart] = differenceIm02 + differenceRe13;
  }
}

/** The other points. */
function radix4Twiddled(
  { length, lanes, cos, sin }: Stage,
  { re, im }: Complex,
  { re: toRe, im: toIm }: Complex,
): void {
  const apart = length * lanes;
  for (let k = 1; k < length; k++) {
    const c1 = cos[3 * k]!;
    const s1 = sin[3 * k]!;
    const c2 = cos[3 * k + 1]!;
    const s2 = sin[3 * k + 1]!;
    const c3 = cos[3 * k + 2]!;
    const s3 = sin[3 * k + 2]!;
    for (let lane = 0, from = 4 * k * lanes, to = k * lanes; lane < lanes; lane++, from++, to++) {
      const re0 = re[from]!;
      const im0 = im[from]!;
      const xRe1 = re[from + lanes]!;
      const xIm1 = im[from + lanes]!;
      const xRe2 = re[from + 2 * lanes]!;
      const xIm2 = im[from + 2 * lanes]!;
      const xRe3 = re[from + 3 * lanes]!;
      const xIm3 = im[from + 3 * lanes]!;
      const re1 = fround(fround(xRe1 * c1) - fround(xIm1 * s1));
      const im1 = fround(fround(xRe1 * s1) + fround(xIm1 * c1));
      const re2 = fround(fround(xRe2 * c2) - fround(xIm2 * s2));
      const im2 = fround(fround(xRe2 * s2) + fround(xIm2 * c2));
      const re3 = fround(fround(xRe3 * c3) - fround(xIm3 * s3));
      const im3 = fround(fround(xRe3 * s3) + fround(xIm3 * c3));
      const sumRe02 = fround(re0 + re2);
      const sumIm02 = fround(im0 + im2);
      const sumRe13 = fround(re1 + re3);
      const sumIm13 = fround(im1 + im3);
      const differenceRe02 = fround(re0 - re2);
      const differenceIm02 = fround(im0 - im2);
      const differenceRe13 = fround(re1 - re3);
      const differenceIm13 = fround(im1 - im3);
      toRe[to] = sumRe02 + sumRe13;
      toIm[to] = sumIm02 + sumIm13;
      toRe[to + apart] = differenceRe02 + differenceIm13;
      toIm[to + apart] = differenceIm02 - differenceRe13;
      toRe[to + 2 * apart] = sumRe02 - sumRe13;
      toIm[to + 2 * apart] = sumIm02 - sumIm13;
      toRe[to + 3 * apart] = differenceRe02 - differenceIm13;
      toIm[to + 3 * apart] = differenceIm02 + differenceRe13;
    }
  }
}

function radix2(
  { length, lanes, cos, sin }: Stage,
  { re, im }: Complex,
  { re: toRe, im: toIm }: Complex,
): void {
  const apart = length * lanes;
  for (let k = 0; k < length; k++) {
    const c = cos[k]!;
    const s = sin[k]!;
    for (let lane = 0, from = 2 * k * lanes, to = k * lanes; lane < lanes; lane++, from++, to++) {
      const xRe = re[from + lanes]!;
      const xIm = im[from + lanes]!;
      const re1 = xRe * c - xIm * s;
      const im1 = xRe * s + xIm * c;
      toRe[to] = re[from]! + re1;
      toIm[to] = im[from]! + im1;
      toRe[to + apart] = re[from]! - re1;
      toIm[to + apart] = im[from]! - im1;
    }
  }
}

const COS_1 = Math.cos((2 * Math.PI) / 5);
const COS_2 = Math.cos((4 * Math.PI) / 5);
const SIN_1 = Math.sin((2 * Math.PI) / 5);
const SIN_2 = Math.sin((4 * Math.PI) / 5);

/** Inputs 1 and 4, and 2 and 3, meet conjugate roots: their sums go with the cosines, their differences with the sines. */
function radix5(
  { length, lanes, cos, sin }: Stage,
  { re, im }: Complex,
  { re: toRe, im: toIm }: Complex,
): void {
  const apart = length * lanes;
  for (let k = 0, w = 0; k < length; k++, w += 4) {
    for (let lane = 0, from = 5 * k * lanes, to = k * lanes; lane < lanes; lane++, from++, to++) {
      const at1 = from + lanes;
      const at2 = at1 + lanes;
      const at3 = at2 + lanes;
      const at4 = at3 + lanes;
      const re0 = re[from]!;
      const im0 = im[from]!;
      const re1 = re[at1]! * cos[w]! - im[at1]! * sin[w]!;
      const im1 = re[at1]! * sin[w]! + im[at1]! * cos[w]!;
      const re2 = re[at2]! * cos[w + 1]! - im[at2]! * sin[w + 1]!;
      const im2 = re[at2]! * sin[w + 1]! + im[at2]! * cos[w + 1]!;
      const re3 = re[at3]! * cos[w + 2]! - im[at3]! * sin[w + 2]!;
      const im3 = re[at3]! * sin[w + 2]! + im[at3]! * cos[w + 2]!;
      const re4 = re[at4]! * cos[w + 3]! - im[at4]! * sin[w + 3]!;
      const im4 = re[at4]! * sin[w + 3]! + im[at4]! * cos[w + 3]!;
      const cosRe1 = re0 + COS_1 * (re1 + re4) + COS_2 * (re2 + re3);
      const cosIm1 = im0 + COS_1 * (im1 + im4) + COS_2 * (im2 + im3);
      const cosRe2 = re0 + COS_2 * (re1 + re4) + COS_1 * (re2 + re3);
      const cosIm2 = im0 + COS_2 * (im1 + im4) + COS_1 * (im2 + im3);
      const sinRe1 = SIN_1 * (re1 - re4) + SIN_2 * (re2 - re3);
      const sinIm1 = SIN_1 * (im1 - im4) + SIN_2 * (im2 - im3);
      const sinRe2 = SIN_2 * (re1 - re4) - SIN_1 * (re2 - re3);
      const sinIm2 = SIN_2 * (im1 - im4) - SIN_1 * (im2 - im3);
      toRe[to] = re0 + re1 + re2 + re3 + re4;
      toIm[to] = im0 + im1 + im2 + im3 + im4;
      toRe[to + apart] = cosRe1 + sinIm1;
      toIm[to + apart] = cosIm1 - sinRe1;
      toRe[to + 2 * apart] = cosRe2 + sinIm2;
      toIm[to + 2 * apart] = cosIm2 - sinRe2;
      toRe[to + 3 * apart] = cosRe2 - sinIm2;
      toIm[to + 3 * apart] = cosIm2 + sinRe2;
      toRe[to + 4 * apart] = cosRe1 - sinIm1;
      toIm[to + 4 * apart] = cosIm1 + sinRe1;
    }
  }
}

/** The stages by their radix. */
export const JOIN = { 2: radix2, 4: radix4, 5: radix5 } as const;

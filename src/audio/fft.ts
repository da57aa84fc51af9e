/**
 * The power spectrum of real frames, from X[k] = sum of x[n] exp(-2 pi i k n / size), as a complex transform of half the
 * size (Cooley-Tukey, decimation in time, in Stockham's self-sorting form, with radices 4, 2 and 5; C. Van Loan,
 * Computational Frameworks for the Fast Fourier Transform, 1992, sections 1.7 and 2.3).
 *
 * In single precision, each operation rounded, as in Kaldi's ports: next to a strong tone the weak bins hold little but
 * that rounding, and with double precision some of them come out 1.5e-3 from models/reference/fbank.json (after the
 * logarithm), more than the 1e-3 that the tests ask for.
 *
 * Twiddles are computed once; nothing is allocated afterwards.
 */
export class RealFft {
  readonly #half: number;
  readonly #stages: readonly Stage[];
  /** Two buffers that the stages write in turn; even and odd samples as real and imaginary parts. */
  readonly #buffers: readonly [Complex, Complex];
  /** exp(-i pi (k / half + 1/2)), to take the transforms of even and odd samples apart. */
  readonly #cos: Float32Array;
  readonly #sin: Float32Array;

  /**
   * @param size real samples a frame; even, and without prime factors other than 2 and 5.
   * @throws RangeError for any other size.
   */
  constructor(readonly size: number) {
    this.#half = size / 2;
    this.#stages = planStages(this.#half);
    const buffer = (): Complex => ({ re: new Float32Array(this.#half), im: new Float32Array(this.#half) });
    this.#buffers = [buffer(), buffer()];
    const angles = Float64Array.from({ length: this.#half }, (_, k) => -Math.PI * (k / this.#half + 0.5));
    this.#cos = Float32Array.from(angles, Math.cos);
    this.#sin = Float32Array.from(angles, Math.sin);
  }

  /**
   * Writes |X[k]|^2 for k = 0 to size / 2 to `power`.
   * @param frame `size` samples; not changed.
   * @param power room for size / 2 + 1 values.
   */
  powerSpectrum(frame: Float32Array, power: Float32Array): void {
    const half = this.#half;
    const { re, im } = this.#transform(frame);
    power[0] = fround(re[0]! + im[0]!) ** 2;
    power[half] = fround(re[0]! - im[0]!) ** 2;
    for (let k = 1, mirror = half - 1; k <= mirror; k++, mirror--) {
      // Z = transform of even + i odd: E = (Z[k] + conj Z[half-k]) / 2, O = (Z[k] - conj Z[half-k]) / 2i,
      // X[k] = E + w^k O and X[half-k] = conj(E - w^k O); `cos` and `sin` hold w^k / i.
      const evenRe = fround(re[k]! + re[mirror]!);
      const evenIm = fround(im[k]! - im[mirror]!);
      const oddRe = fround(re[k]! - re[mirror]!);
      const oddIm = fround(im[k]! + im[mirror]!);
      const turnedRe = fround(fround(oddRe * this.#cos[k]!) - fround(oddIm * this.#sin[k]!));
      const turnedIm = fround(fround(oddRe * this.#sin[k]!) + fround(oddIm * this.#cos[k]!));
      const sumRe = fround(evenRe + turnedRe) / 2;
      const sumIm = fround(evenIm + turnedIm) / 2;
      const differenceRe = fround(evenRe - turnedRe) / 2;
      const differenceIm = fround(evenIm - turnedIm) / 2;
      power[k] = sumRe * sumRe + sumIm * sumIm;
      power[mirror] = differenceRe * differenceRe + differenceIm * differenceIm;
    }
  }

  #transform(frame: Float32Array): Complex {
    let [from, to] = this.#buffers;
    for (let n = 0; n < this.#half; n++) {
      from.re[n] = frame[2 * n]!;
      from.im[n] = frame[2 * n + 1]!;
    }
    for (const stage of this.#stages) {
      if (stage.radix === 4) radix4(stage, from, to);
      else anyRadix(stage, from, to);
      [from, to] = [to, from];
    }
    return from;
  }
}

const fround = Math.fround;

interface Complex {
  readonly re: Float32Array;
  readonly im: Float32Array;
}

/** Joins `radix` interleaved transforms of `length` points each into one, for each of `lanes` such groups. */
interface Stage {
  readonly radix: 2 | 4 | 5;
  readonly length: number;
  readonly lanes: number;
  /** exp(-2 pi i k t / (radix * length)) of input t = 1 to radix - 1 at point k, at k * (radix - 1) + t - 1. */
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

function planStages(size: number): Stage[] {
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`No transform of ${2 * size} points`);
  const stages: Stage[] = [];
  for (let length = 1, rest = size; rest > 1;) {
    const radix = ([4, 2, 5] as const).find((candidate) => rest % candidate === 0);
    if (radix === undefined) throw new RangeError(`No transform of ${2 * size} points`);
    const inputs = radix - 1;
    const joined = radix * length;
    const angle = (_: unknown, i: number): number =>
      (-2 * Math.PI * Math.floor(i / inputs) * ((i % inputs) + 1)) / joined;
    const angles = Float64Array.from({ length: length * inputs }, angle);
    rest /= radix;
    stages.push({
      radix,
      length,
      lanes: rest,
      cos: Float32Array.from(angles, Math.cos),
      sin: Float32Array.from(angles, Math.sin),
    });
    length = joined;
  }
  return stages;
}

function radix4(
  { length, lanes, cos, sin }: Stage,
  { re, im }: Complex,
  { re: toRe, im: toIm }: Complex,
): void {
  const apart = length * lanes;
  for (let k = 0; k < length; k++) {
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

/** exp(-2 pi i j / radix) for j = 0 to radix - 1. */
const roots = (radix: number, part: (angle: number) => number): Float64Array =>
  Float64Array.from({ length: radix }, (_, j) => part((-2 * Math.PI * j) / radix));
const ROOTS = {
  2: { cos: roots(2, Math.cos), sin: roots(2, Math.sin) },
  4: { cos: roots(4, Math.cos), sin: roots(4, Math.sin) },
  5: { cos: roots(5, Math.cos), sin: roots(5, Math.sin) },
} as const;

/** As the definition says; for the few stages that are not of radix 4. */
function anyRadix(stage: Stage, { re, im }: Complex, { re: toRe, im: toIm }: Complex): void {
  const { radix, length, lanes, cos, sin } = stage;
  const apart = length * lanes;
  const root = ROOTS[radix];
  for (let k = 0; k < length; k++) {
    for (let lane = 0, from = radix * k * lanes, to = k * lanes; lane < lanes; lane++, from++, to++) {
      for (let j = 0; j < radix; j++) {
        let sumRe = re[from]!;
        let sumIm = im[from]!;
        for (let t = 1, turn = j; t < radix; t++, turn = (turn + j) % radix) {
          const c = cos[k * (radix - 1) + t - 1]!;
          const s = sin[k * (radix - 1) + t - 1]!;
          const xRe = re[from + t * lanes]! * c - im[from + t * lanes]! * s;
          const xIm = re[from + t * lanes]! * s + im[from + t * lanes]! * c;
          sumRe += xRe * root.cos[turn]! - xIm * root.sin[turn]!;
          sumIm += xRe * root.sin[turn]! + xIm * root.cos[turn]!;
        }
        toRe[to + j * apart] = sumRe;
        toIm[to + j * apart] = sumIm;
      }
    }
  }
}

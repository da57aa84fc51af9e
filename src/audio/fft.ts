import { JOIN, type Complex, type Stage } from './fft-stages.js';

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
      JOIN[stage.radix](stage, from, to);
      [from, to] = [to, from];
    }
    return from;
  }
}

const fround = Math.fround;

/** How a transform of so many complex points is put together. Throws RangeError where it cannot be. */
export function planStages(size: number): Stage[] {
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

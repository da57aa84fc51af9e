import { TELEPHONE_RATE_HZ } from '../domain/audio.js';

/** The band of a telephone channel (ITU-T G.712). */
const LOW_HZ = 250;
const HIGH_HZ = 3400;
const ORDER = 2;
/** Nothing of this is left in 32 bits; far smaller numbers would make silence slow to compute. */
const NOTHING = 1e-40;

/** y[n] = gain (x[n] - x[n - 2]) - a1 y[n - 1] - a2 y[n - 2]. */
interface Section {
  readonly gain: number;
  readonly a1: number;
  readonly a2: number;
}

/**
 * Butterworth band-pass: the poles of the low-pass prototype, taken to the band (s -> (s^2 + low high) / (s (high - low)))
 * and to the unit circle by the bilinear transform, corners prewarped (A. Oppenheim, R. Schafer, Discrete-Time Signal
 * Processing, 3rd edition, 2010, section 7.3 and appendix B). Each pair of poles has one zero at 0 Hz and one at half the
 * rate; each section has gain 1 at the centre of the band. It is `scipy.signal.butter(2, [250, 3400], 'bandpass', fs=8000)`.
 */
function design(): Section[] {
  const [low, high] = [LOW_HZ, HIGH_HZ].map((hz) => Math.tan((Math.PI * hz) / TELEPHONE_RATE_HZ)) as [
    number,
    number,
  ];
  const centre = 2 * Math.atan(Math.sqrt(low * high));
  return Array.from({ length: ORDER }, (_, i) => {
    const angle = (Math.PI * (ORDER + 1 + 2 * (i >> 1))) / (2 * ORDER);
    const re = ((high - low) / 2) * Math.cos(angle);
    const im = ((high - low) / 2) * Math.sin(angle);
    const root = squareRoot(re * re - im * im - low * high, 2 * re * im);
    const sign = i % 2 === 0 ? 1 : -1;
    return section(re + sign * root.re, im + sign * root.im, centre);
  });
}

/** The section of the analogue pole re + j im and its conjugate. */
function section(re: number, im: number, centre: number): Section {
  // z = (1 + s) / (1 - s)
  const below = (1 - re) ** 2 + im * im;
  const a1 = (-2 * (1 - re * re - im * im)) / below;
  const a2 = ((1 + re) ** 2 + im * im) / below;
  const atCentre = Math.hypot(
    1 + a1 * Math.cos(centre) + a2 * Math.cos(2 * centre),
    a1 * Math.sin(centre) + a2 * Math.sin(2 * centre),
  );
  return { gain: atCentre / (2 * Math.sin(centre)), a1, a2 };
}

function squareRoot(re: number, im: number): { re: number; im: number } {
  const length = Math.sqrt(Math.hypot(re, im));
  const angle = Math.atan2(im, re) / 2;
  return { re: length * Math.cos(angle), im: length * Math.sin(angle) };
}

/** The telephone band, 250 to 3400 Hz, of samples at 8 kHz that come in pieces. */
export class TelephoneBand {
  readonly #sections = design();
  /** x[n - 1], x[n - 2], y[n - 1], y[n - 2] of each section. */
  readonly #state = new Float64Array(4 * ORDER);

  /** As many samples as come in, in a new array; delayed by a fraction of a millisecond within the band. */
  push(samples: Float32Array): Float32Array {
    const signal = Float64Array.from(samples);
    this.#sections.forEach(({ gain, a1, a2 }, at) => {
      const state = this.#state.subarray(4 * at, 4 * at + 4);
      let [x1, x2, y1, y2] = state as unknown as [number, number, number, number];
      for (let i = 0; i < signal.length; i++) {
        const x = signal[i]!;
        const y = gain * (x - x2) - a1 * y1 - a2 * y2;
        x2 = x1;
        x1 = x;
        y2 = y1;
        y1 = signal[i] = y;
      }
      state.set([x1, x2, y1, y2].map((value) => (Math.abs(value) < NOTHING ? 0 : value)));
    });
    return Float32Array.from(signal);
  }
}

/** The telephone band, 250 to 3400 Hz, of a whole signal at 8 kHz: a new array. */
export function telephoneBand(samples: Float32Array): Float32Array {
  return new TelephoneBand().push(samples);
}

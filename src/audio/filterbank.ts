import { RealFft } from './fft.js';
import { kaldiMel, kaldiMelToHz, kaldiTriangle, melEnergy, melFilters, type MelFilters } from './mel.js';

/** What a log-mel filterbank does; the defaults are those of campplus in models/models.json. */
export interface FilterbankOptions {
  readonly sampleRateHz: number;
  readonly melBins: number;
  readonly frameLengthMs: number;
  readonly frameShiftMs: number;
  /** Samples that are transformed: the frame, and zeros after it. */
  readonly fftSize: number;
  /** How much of the sample before is taken off each sample. */
  readonly preemphasis: number;
  /** Lower corner of the lowest filter. */
  readonly lowHz: number;
  /** Upper corner of the highest filter. */
  readonly highHz: number;
}

export const CAMPPLUS_FILTERBANK: FilterbankOptions = {
  sampleRateHz: 16_000,
  melBins: 80,
  frameLengthMs: 25,
  frameShiftMs: 10,
  fftSize: 512,
  preemphasis: 0.97,
  lowHz: 20,
  highHz: 8000,
};

/** Kaldi floors the energies at the epsilon of float32 before the logarithm (feat/feature-fbank.cc). */
const ENERGY_FLOOR = 2 ** -23;

/** Frames whose sums are made together. */
const AT_ONCE = 4;

/** "povey", Kaldi's own window: a Hann window to the power of 0.85 (feat/feature-window.cc). */
function poveyWindow(length: number): Float32Array {
  const hann = (i: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (length - 1));
  return Float32Array.from({ length }, (_, i) => hann(i) ** 0.85);
}

/**
 * Kaldi's log-mel filterbank (feat/feature-fbank.cc) without dither, energy column or mean normalisation: of each whole
 * frame the mean is removed, then pre-emphasis, Povey window, power spectrum, triangular mel filters, natural logarithm.
 * Not to be shared between calls that interleave: it holds the buffers of one frame.
 */
export class Filterbank {
  /** Values a frame. */
  readonly melBins: number;
  readonly frameLengthSamples: number;
  readonly frameShiftSamples: number;
  readonly #preemphasis: number;
  readonly #window: Float32Array;
  readonly #fft: RealFft;
  readonly #filters: MelFilters;
  readonly #frame: Float32Array;
  readonly #power: Float32Array;
  readonly #sums = new Float32Array(AT_ONCE);

  constructor(options: FilterbankOptions = CAMPPLUS_FILTERBANK) {
    const { sampleRateHz, fftSize, melBins, lowHz, highHz } = options;
    this.melBins = melBins;
    this.frameLengthSamples = (sampleRateHz * options.frameLengthMs) / 1000;
    this.frameShiftSamples = (sampleRateHz * options.frameShiftMs) / 1000;
    this.#preemphasis = options.preemphasis;
    this.#window = poveyWindow(this.frameLengthSamples);
    this.#fft = new RealFft(fftSize);
    const step = (kaldiMel(highHz) - kaldiMel(lowHz)) / (melBins + 1);
    const corners = Array.from({ length: melBins + 2 }, (_, i) => kaldiMelToHz(kaldiMel(lowHz) + i * step));
    // Kaldi leaves out the bin at half the sample rate.
    this.#filters = melFilters(corners, fftSize / 2, sampleRateHz / fftSize, kaldiTriangle);
    this.#frame = new Float32Array(fftSize);
    this.#power = new Float32Array(fftSize / 2 + 1);
  }

  /** Whole frames in that many samples ("snip edges"). */
  frameCount(samples: number): number {
    const { frameLengthSamples, frameShiftSamples } = this;
    return samples < frameLengthSamples
      ? 0
      : 1 + Math.floor((samples - frameLengthSamples) / frameShiftSamples);
  }

  /**
   * The log-mel energies of all whole frames, `frameCount(samples.length)` rows of `melBins`, before mean normalisation.
   * @param samples at the rate of the options, in the range -1 to 1.
   * @param out written to, from its beginning, and returned, when given; it must have room.
   */
  compute(
    samples: Float32Array,
    out: Float32Array = new Float32Array(this.frameCount(samples.length) * this.melBins),
  ): Float32Array {
    const frames = this.frameCount(samples.length);
    const { melBins } = this;
    for (let frame = 0; frame < frames; frame++) {
      if (frame % AT_ONCE === 0) this.#sumFrames(samples, frame, frames);
      this.#loadFrame(samples, frame * this.frameShiftSamples, this.#sums[frame % AT_ONCE]!);
      this.#fft.powerSpectrum(this.#frame, this.#power);
      for (let bin = 0; bin < melBins; bin++) {
        out[frame * melBins + bin] = Math.log(
          Math.max(melEnergy(this.#filters, bin, this.#power), ENERGY_FLOOR),
        );
      }
    }
    return out;
  }

  /** The sums of the next frames, each in its own order: four at once keep the processor busy, where each waits for its roundings. */
  #sumFrames(samples: Float32Array, frame: number, frames: number): void {
    const last = frames - 1;
    const [start0, start1, start2, start3] = [0, 1, 2, 3].map(
      (i) => Math.min(frame + i, last) * this.frameShiftSamples,
    ) as [number, number, number, number];
    let sum0 = 0;
    let sum1 = 0;
    let sum2 = 0;
    let sum3 = 0;
    for (let i = 0; i < this.frameLengthSamples; i++) {
      sum0 = Math.fround(sum0 + samples[start0 + i]!);
      sum1 = Math.fround(sum1 + samples[start1 + i]!);
      sum2 = Math.fround(sum2 + samples[start2 + i]!);
      sum3 = Math.fround(sum3 + samples[start3 + i]!);
    }
    this.#sums.set([sum0, sum1, sum2, sum3]);
  }

  /** Frame mean removed, pre-emphasis (the first sample's predecessor is itself), window; rounded as in fft.ts. */
  #loadFrame(samples: Float32Array, start: number, sum: number): void {
    const length = this.frameLengthSamples;
    const frame = this.#frame;
    const window = this.#window;
    const preemphasis = Math.fround(this.#preemphasis);
    const mean = Math.fround(sum / length);
    let before = Math.fround(samples[start]! - mean);
    for (let i = 0; i < length; i++) {
      const value = Math.fround(samples[start + i]! - mean);
      frame[i] = Math.fround(value - Math.fround(preemphasis * before)) * window[i]!;
      before = value;
    }
  }
}

/**
 * Takes the mean over all frames off each bin, in place.
 * @param features `frames` rows of `bins` values, from the beginning of the array.
 */
export function subtractMeanPerBin(features: Float32Array, frames: number, bins: number): void {
  for (let bin = 0; bin < bins; bin++) {
    let sum = 0;
    for (let at = bin; at < frames * bins; at += bins) sum += features[at]!;
    const mean = sum / frames;
    for (let at = bin; at < frames * bins; at += bins) features[at]! -= mean;
  }
}

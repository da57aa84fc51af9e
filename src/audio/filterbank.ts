import { kaldiMel, kaldiMelToHz, kaldiTriangle, melFilters } from './mel.js';
import { FRAMES_AT_ONCE, BandEnergies } from './simd/band-energies.js';

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

/** "povey", Kaldi's own window: a Hann window to the power of 0.85 (feat/feature-window.cc). */
function poveyWindow(length: number): Float32Array {
  const hann = (i: number): number => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / (length - 1));
  return Float32Array.from({ length }, (_, i) => hann(i) ** 0.85);
}

/**
 * Kaldi's log-mel filterbank (feat/feature-fbank.cc) without dither, energy column or mean normalisation: of each whole
 * frame the mean is removed, then pre-emphasis, Povey window, power spectrum, triangular mel filters, natural logarithm.
 * Not to be shared between calls that interleave: it holds the buffers of some frames.
 */
export class Filterbank {
  /** Values a frame. */
  readonly melBins: number;
  /** The middle of each filter. */
  readonly centresHz: readonly number[];
  readonly frameLengthSamples: number;
  readonly frameShiftSamples: number;
  readonly #energies: BandEnergies;

  constructor(options: FilterbankOptions = CAMPPLUS_FILTERBANK) {
    const { sampleRateHz, fftSize, melBins, lowHz, highHz, preemphasis } = options;
    this.melBins = melBins;
    this.frameLengthSamples = (sampleRateHz * options.frameLengthMs) / 1000;
    this.frameShiftSamples = (sampleRateHz * options.frameShiftMs) / 1000;
    const step = (kaldiMel(highHz) - kaldiMel(lowHz)) / (melBins + 1);
    const corners = Array.from({ length: melBins + 2 }, (_, i) => kaldiMelToHz(kaldiMel(lowHz) + i * step));
    this.centresHz = corners.slice(1, -1);
    // Kaldi leaves out the bin at half the sample rate.
    const filters = melFilters(corners, fftSize / 2, sampleRateHz / fftSize, kaldiTriangle);
    this.#energies = new BandEnergies({
      frameShiftSamples: this.frameShiftSamples,
      window: poveyWindow(this.frameLengthSamples),
      preemphasis,
      fftSize,
      filters,
    });
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
    for (let first = 0; first < frames; first += FRAMES_AT_ONCE) {
      const energies = this.#energies.of(samples, first);
      for (let lane = 0; lane < FRAMES_AT_ONCE && first + lane < frames; lane++) {
        const row = (first + lane) * melBins;
        for (let bin = 0; bin < melBins; bin++) {
          out[row + bin] = Math.log(Math.max(energies[bin * FRAMES_AT_ONCE + lane]!, ENERGY_FLOOR));
        }
      }
    }
    return out;
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

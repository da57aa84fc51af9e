import { melFilters, slaneyMel, slaneyMelToHz, slaneyTriangle } from './mel.js';
import { FRAMES_AT_ONCE, BandEnergies } from './simd/band-energies.js';

/** What a mel power spectrogram does; the defaults are those of ge2e in models/models.json. */
export interface MelSpectrogramOptions {
  readonly sampleRateHz: number;
  readonly melBins: number;
  /** Samples of a frame, all of which are transformed; even, without prime factors other than 2 and 5. */
  readonly frameLengthSamples: number;
  readonly frameShiftSamples: number;
  /** Lower corner of the lowest filter. */
  readonly lowHz: number;
  /** Upper corner of the highest filter. */
  readonly highHz: number;
  /** The input is scaled to this root mean square first, relative to full scale. */
  readonly levelDbfs: number;
}

export const GE2E_MEL_SPECTROGRAM: MelSpectrogramOptions = {
  sampleRateHz: 16_000,
  melBins: 40,
  frameLengthSamples: 400,
  frameShiftSamples: 160,
  lowHz: 0,
  highHz: 8000,
  levelDbfs: -30,
};

/**
 * The mel power spectrogram of librosa (`melspectrogram` with `center=False`, Slaney's scale and norm, periodic Hann
 * window, power 2, no logarithm) of an input brought to a fixed level.
 * Not to be shared between calls that interleave: it holds the buffers of some frames.
 */
export class MelSpectrogram {
  /** Values a frame. */
  readonly melBins: number;
  readonly #options: MelSpectrogramOptions;
  readonly #energies: BandEnergies;

  constructor(options: MelSpectrogramOptions = GE2E_MEL_SPECTROGRAM) {
    const { sampleRateHz, frameLengthSamples: length, melBins, lowHz, highHz } = options;
    this.melBins = melBins;
    this.#options = options;
    const window = Float32Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
    const step = (slaneyMel(highHz) - slaneyMel(lowHz)) / (melBins + 1);
    const corners = Array.from({ length: melBins + 2 }, (_, i) => slaneyMelToHz(slaneyMel(lowHz) + i * step));
    const filters = melFilters(corners, length / 2 + 1, sampleRateHz / length, slaneyTriangle);
    this.#energies = new BandEnergies({
      frameShiftSamples: options.frameShiftSamples,
      window,
      fftSize: length,
      filters,
    });
  }

  /** Whole frames in that many samples. */
  frameCount(samples: number): number {
    const { frameLengthSamples, frameShiftSamples } = this.#options;
    return samples < frameLengthSamples
      ? 0
      : 1 + Math.floor((samples - frameLengthSamples) / frameShiftSamples);
  }

  /**
   * The mel power of all whole frames, `frameCount(samples.length)` rows of `melBins`.
   * @param samples at the rate of the options; their level does not matter, and silence gives zeros.
   * @param out written to, from its beginning, and returned, when given; it must have room.
   */
  compute(
    samples: Float32Array,
    out: Float32Array = new Float32Array(this.frameCount(samples.length) * this.melBins),
  ): Float32Array {
    const { melBins } = this;
    const gain = gainToLevel(samples, this.#options.levelDbfs) ** 2;
    const frames = this.frameCount(samples.length);
    for (let first = 0; first < frames; first += FRAMES_AT_ONCE) {
      const energies = this.#energies.of(samples, first);
      for (let lane = 0; lane < FRAMES_AT_ONCE && first + lane < frames; lane++) {
        const row = (first + lane) * melBins;
        for (let bin = 0; bin < melBins; bin++) {
          out[row + bin] = gain * energies[bin * FRAMES_AT_ONCE + lane]!;
        }
      }
    }
    return out;
  }
}

/** What brings the root mean square of the samples to a level; 0 for silence. */
function gainToLevel(samples: Float32Array, levelDbfs: number): number {
  let energy = 0;
  // eslint-disable-next-line @typescript-eslint/prefer-for-of -- an iterator makes an object of each sample
  for (let i = 0; i < samples.length; i++) energy += samples[i]! * samples[i]!;
  return energy === 0 ? 0 : 10 ** (levelDbfs / 20) / Math.sqrt(energy / samples.length);
}

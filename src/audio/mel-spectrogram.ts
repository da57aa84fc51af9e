import { RealFft } from './fft.js';
import { melEnergy, melFilters, slaneyMel, slaneyMelToHz, slaneyTriangle, type MelFilters } from './mel.js';

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
 * Not to be shared between calls that interleave: it holds the buffers of one frame.
 */
export class MelSpectrogram {
  /** Values a frame. */
  readonly melBins: number;
  readonly #options: MelSpectrogramOptions;
  readonly #window: Float32Array;
  readonly #fft: RealFft;
  readonly #filters: MelFilters;
  readonly #frame: Float32Array;
  readonly #power: Float32Array;

  constructor(options: MelSpectrogramOptions = GE2E_MEL_SPECTROGRAM) {
    const { sampleRateHz, frameLengthSamples: length, melBins, lowHz, highHz } = options;
    this.melBins = melBins;
    this.#options = options;
    this.#window = Float32Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
    this.#fft = new RealFft(length);
    const step = (slaneyMel(highHz) - slaneyMel(lowHz)) / (melBins + 1);
    const corners = Array.from({ length: melBins + 2 }, (_, i) => slaneyMelToHz(slaneyMel(lowHz) + i * step));
    this.#filters = melFilters(corners, length / 2 + 1, sampleRateHz / length, slaneyTriangle);
    this.#frame = new Float32Array(length);
    this.#power = new Float32Array(length / 2 + 1);
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
    const { frameLengthSamples, frameShiftSamples, levelDbfs } = this.#options;
    const gain = gainToLevel(samples, levelDbfs);
    const frames = this.frameCount(samples.length);
    for (let frame = 0; frame < frames; frame++) {
      const start = frame * frameShiftSamples;
      for (let i = 0; i < frameLengthSamples; i++)
        this.#frame[i] = gain * samples[start + i]! * this.#window[i]!;
      this.#fft.powerSpectrum(this.#frame, this.#power);
      for (let bin = 0; bin < this.melBins; bin++) {
        out[frame * this.melBins + bin] = melEnergy(this.#filters, bin, this.#power);
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

import { SPEECH_RATE_HZ, TELEPHONE_RATE_HZ } from '../domain/audio.js';
import type { SpeechQuality } from '../domain/speech.js';
import {
  measureFrame,
  QualityMeter,
  SpeechSpectrum,
  telephoneSamples,
  WindowLevelMeter,
} from '../speech-activity/index.js';

/** The quality of a call's speech: of the window that fills, and of all so far. */
export class SpeechMeasures {
  readonly #stream = new QualityMeter();
  readonly #window = new QualityMeter();
  readonly #windowLevels = new WindowLevelMeter();
  /** Of the windows so far: their sums and how many. */
  #levels = { snrDb: 0, levelSpreadDb: 0, windows: 0 };
  #embeddings = { length: 0, windows: 0 };
  readonly #spectrum: SpeechSpectrum;

  /** @param frameSamples samples at 16 kHz in a frame. */
  constructor(frameSamples: number) {
    this.#spectrum = new SpeechSpectrum((frameSamples * TELEPHONE_RATE_HZ) / SPEECH_RATE_HZ);
  }

  /** Adds a frame of speech, 16 kHz, and its probability, 0 to 1. */
  add(samples: Float32Array, probability: number): void {
    const telephone = telephoneSamples(samples);
    const measure = measureFrame(telephone);
    this.#stream.add(measure, probability);
    this.#window.add(measure, probability);
    this.#windowLevels.add(measure, probability);
    this.#spectrum.add(telephone);
  }

  /** The quality of the window, as far as it is known before it is embedded; the next frame begins another. */
  takeWindow(): SpeechQuality {
    const levels = this.#windowLevels.take();
    if (levels.snrDb !== null && levels.levelSpreadDb !== null) {
      this.#levels.snrDb += levels.snrDb;
      this.#levels.levelSpreadDb += levels.levelSpreadDb;
      this.#levels.windows++;
    }
    const quality = { ...this.#window.quality, ...levels, bandwidthHz: this.#spectrum.bandwidthHz };
    this.#window.clear();
    return { ...quality, embeddingLength: null };
  }

  /** Forgets the window that fills; what was measured of the call stays. */
  discardWindow(): void {
    this.#window.clear();
    this.#windowLevels.take();
  }

  /** Of all speech so far; what is measured window by window is the mean of the windows. */
  get quality(): SpeechQuality {
    const { snrDb, levelSpreadDb, windows } = this.#levels;
    return {
      ...this.#stream.quality,
      snrDb: windows > 0 ? snrDb / windows : null,
      levelSpreadDb: windows > 0 ? levelSpreadDb / windows : null,
      bandwidthHz: this.#spectrum.bandwidthHz,
      embeddingLength:
        this.#embeddings.windows > 0 ? this.#embeddings.length / this.#embeddings.windows : null,
    };
  }

  /** A window was embedded: the length of the first model's output. */
  addEmbedding(length: number): void {
    this.#embeddings.length += length;
    this.#embeddings.windows++;
  }
}

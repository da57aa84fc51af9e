import { SPEECH_RATE_HZ, TELEPHONE_RATE_HZ } from '../domain/audio.js';
import type { SpeechQuality } from '../domain/speech.js';
import {
  measureFrame,
  QualityMeter,
  SpeechSpectrum,
  telephoneSamples,
  WindowSnr,
} from '../speech-activity/index.js';

/** The quality of a call's speech: of the window that fills, and of all so far. */
export class SpeechMeasures {
  readonly #stream = new QualityMeter();
  readonly #window = new QualityMeter();
  readonly #windowSnr = new WindowSnr();
  /** Of the windows so far: their sum and how many. */
  #snr = { sumDb: 0, windows: 0 };
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
    this.#windowSnr.add(measure, probability);
    this.#spectrum.add(telephone);
  }

  /** The quality of the window; the next frame begins another. */
  takeWindow(): SpeechQuality {
    const snrDb = this.#windowSnr.take();
    if (snrDb !== null) this.#snr = { sumDb: this.#snr.sumDb + snrDb, windows: this.#snr.windows + 1 };
    const quality = { ...this.#window.quality, snrDb, bandwidthHz: this.#spectrum.bandwidthHz };
    this.#window.clear();
    return quality;
  }

  /** Forgets the window that fills; what was measured of the call stays. */
  discardWindow(): void {
    this.#window.clear();
    this.#windowSnr.take();
  }

  /** Of all speech so far; its snrDb is the mean of the windows. */
  get quality(): SpeechQuality {
    return {
      ...this.#stream.quality,
      snrDb: this.#snr.windows > 0 ? this.#snr.sumDb / this.#snr.windows : null,
      bandwidthHz: this.#spectrum.bandwidthHz,
    };
  }
}

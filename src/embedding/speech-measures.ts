import { SPEECH_RATE_HZ, TELEPHONE_RATE_HZ } from '../domain/audio.js';
import { UNKNOWN_QUALITY, type SpeechQuality } from '../domain/speech.js';
import {
  measureFrame,
  QualityMeter,
  SpeechSpectrum,
  telephoneSamples,
  ToneOrMusicMeter,
  WindowLevelMeter,
} from '../speech-activity/index.js';
import type { Embedding } from './extractor.js';

/** The quality of a call's speech: of the window that fills, and of all so far. */
export class SpeechMeasures {
  readonly #stream = new QualityMeter();
  readonly #window = new QualityMeter();
  readonly #windowLevels = new WindowLevelMeter();
  /** Of the windows so far. */
  readonly #levels = { snrDb: new Mean(), levelSpreadDb: new Mean() };
  readonly #embeddings = { embeddingLength: new Mean(), bandContrastDb: new Mean(), slowDecayDb: new Mean() };
  /** The frame in hand. */
  readonly #telephone: Float32Array;
  readonly #spectrum: SpeechSpectrum;
  readonly #toneOrMusic: ToneOrMusicMeter;
  /** Frames that sound, of the stream and since the window's first one. */
  readonly #sounds = { stream: new SoundShare(), window: new SoundShare() };

  /** @param frameSamples samples at 16 kHz in a frame. */
  constructor(frameSamples: number) {
    const telephoneFrame = (frameSamples * TELEPHONE_RATE_HZ) / SPEECH_RATE_HZ;
    this.#telephone = new Float32Array(telephoneFrame);
    this.#spectrum = new SpeechSpectrum(telephoneFrame);
    this.#toneOrMusic = new ToneOrMusicMeter(telephoneFrame);
  }

  /** Adds a frame of speech, 16 kHz, and its probability, 0 to 1. Returns it at 8 kHz, until the next frame. */
  add(samples: Float32Array, probability: number): Float32Array {
    const telephone = telephoneSamples(samples, this.#telephone);
    const measure = measureFrame(telephone);
    this.#stream.add(measure, probability);
    this.#window.add(measure, probability);
    this.#windowLevels.add(measure, probability);
    this.#spectrum.add(telephone);
    this.#toneOrMusic.interrupt();
    this.#sounds.stream.add(1, 0);
    this.#sounds.window.add(1, 0);
    return telephone;
  }

  /** Adds a frame without speech, 16 kHz. Whether it is settled now that it, or frames before it, are tones or music. */
  addOther(samples: Float32Array): boolean {
    const { sounds, toneOrMusicFrames } = this.#toneOrMusic.add(telephoneSamples(samples, this.#telephone));
    if (!sounds) return false;
    this.#sounds.stream.add(1, toneOrMusicFrames);
    // What was heard before a window begins says nothing of it: a ringing tone, music on hold.
    if (!this.#sounds.window.empty) this.#sounds.window.add(1, toneOrMusicFrames);
    return toneOrMusicFrames > 0;
  }

  /** The quality of the window, as far as it is known before it is embedded; the next frame begins another. */
  takeWindow(): SpeechQuality {
    const levels = this.#windowLevels.take();
    this.#levels.snrDb.add(levels.snrDb);
    this.#levels.levelSpreadDb.add(levels.levelSpreadDb);
    const quality = { ...this.#window.quality, ...levels, bandwidthHz: this.#spectrum.bandwidthHz };
    const toneOrMusicShare = this.#sounds.window.share;
    this.#window.clear();
    this.#sounds.window.clear();
    return { ...UNKNOWN_QUALITY, ...quality, toneOrMusicShare };
  }

  /** Forgets the window that fills; what was measured of the call stays. */
  discardWindow(): void {
    this.#window.clear();
    this.#windowLevels.take();
    this.#toneOrMusic.interrupt();
    this.#sounds.window.clear();
  }

  /** Of all speech so far; what is measured window by window is the mean of the windows. */
  get quality(): SpeechQuality {
    const { snrDb, levelSpreadDb } = this.#levels;
    const { embeddingLength, bandContrastDb, slowDecayDb } = this.#embeddings;
    return {
      ...this.#stream.quality,
      snrDb: snrDb.value,
      levelSpreadDb: levelSpreadDb.value,
      bandContrastDb: bandContrastDb.value,
      slowDecayDb: slowDecayDb.value,
      bandwidthHz: this.#spectrum.bandwidthHz,
      toneOrMusicShare: this.#sounds.stream.share,
      otherVoiceShare: null,
      embeddingLength: embeddingLength.value,
    };
  }

  /** A window was embedded: what its quality was before, and the first model's embedding. Returns its quality. */
  addEmbedding(before: SpeechQuality, { length, bands }: Embedding): SpeechQuality {
    this.#embeddings.embeddingLength.add(length);
    this.#embeddings.bandContrastDb.add(bands.bandContrastDb);
    this.#embeddings.slowDecayDb.add(bands.slowDecayDb);
    return { ...before, ...bands, embeddingLength: length };
  }
}

/** The mean of what is known of some measure. */
class Mean {
  #sum = 0;
  #count = 0;

  get value(): number | null {
    return this.#count > 0 ? this.#sum / this.#count : null;
  }

  add(value: number | null): void {
    if (value === null) return;
    this.#sum += value;
    this.#count++;
  }
}

/** The share of tones and music among the frames that sound. */
class SoundShare {
  #frames = 0;
  #toneOrMusic = 0;

  get empty(): boolean {
    return this.#frames === 0;
  }

  get share(): number {
    return this.#frames === 0 ? 0 : Math.min(1, this.#toneOrMusic / this.#frames);
  }

  add(frames: number, toneOrMusic: number): void {
    this.#frames += frames;
    this.#toneOrMusic += toneOrMusic;
  }

  clear(): void {
    this.#frames = this.#toneOrMusic = 0;
  }
}

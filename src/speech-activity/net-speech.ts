import { SPEECH_RATE_HZ } from '../domain/audio.js';

/** Speech put end to end, cut into windows of equal length. */
export interface SpeechStretch {
  /** At 16 kHz; belongs to whoever took it. */
  readonly samples: Float32Array;
  /** Media time of the first sample and of the end of the last one, ms. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Media ms that `samples` samples at 16 kHz last. */
export function speechMs(samples: number): number {
  return (samples * 1000) / SPEECH_RATE_HZ;
}

/** Collects the speech of a stream into windows of a fixed length; each sample is in one window at most. */
export class NetSpeech {
  #window: Float32Array;
  #filled = 0;
  #startMs = 0;
  #endMs = 0;

  /** @param windowSamples samples at 16 kHz a window. */
  constructor(private readonly windowSamples: number) {
    this.#window = new Float32Array(windowSamples);
  }

  /** Speech that waits for its window to fill, ms. */
  get waitingMs(): number {
    return speechMs(this.#filled);
  }

  /**
   * Takes speech, 16 kHz, whose first sample stands at media time `startMs`. The samples are copied.
   * @returns the windows that it fills, oldest first.
   */
  push(samples: Float32Array, startMs: number): readonly SpeechStretch[] {
    const full: SpeechStretch[] = [];
    for (let from = 0; from < samples.length;) {
      const piece = samples.subarray(from, from + this.windowSamples - this.#filled);
      if (this.#filled === 0) this.#startMs = startMs + speechMs(from);
      this.#window.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      this.#endMs = startMs + speechMs(from);
      if (this.#filled === this.windowSamples) full.push(this.#take());
    }
    return full;
  }

  /** Ends the stream: the rest when it is at least half a window, else nothing. What is left is thrown away. */
  finish(): SpeechStretch | undefined {
    const rest = 2 * this.#filled >= this.windowSamples ? this.#take() : undefined;
    this.discard();
    return rest;
  }

  /** Throws away what waits. */
  discard(): void {
    this.#window.fill(0);
    this.#filled = 0;
  }

  #take(): SpeechStretch {
    const samples = this.#window.subarray(0, this.#filled);
    this.#window = new Float32Array(this.windowSamples);
    this.#filled = 0;
    return { samples, startMs: this.#startMs, endMs: this.#endMs };
  }
}

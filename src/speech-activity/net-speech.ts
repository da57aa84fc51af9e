import { SPEECH_RATE_HZ } from '../domain/audio.js';
import { WindowMemory } from './window-memory.js';

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
  /** Undefined while there is no speech. */
  #window: Float32Array | undefined;
  #filled = 0;
  #startMs = 0;
  #endMs = 0;

  /**
   * @param windowSamples samples at 16 kHz a window.
   * @param memory where it comes from, and goes when it is thrown away.
   */
  constructor(
    private readonly windowSamples: number,
    private readonly memory = new WindowMemory(windowSamples),
  ) {}

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
      this.#window ??= this.memory.take();
      this.#window.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      this.#endMs = startMs + speechMs(from);
      if (this.#filled === this.windowSamples) full.push(this.#take(this.#window));
    }
    return full;
  }

  /** Ends the stream: the rest when it is at least half a window, else nothing. What is left is thrown away. */
  finish(): SpeechStretch | undefined {
    const rest =
      this.#window && 2 * this.#filled >= this.windowSamples ? this.#take(this.#window) : undefined;
    this.discard();
    return rest;
  }

  /** Throws away what waits. */
  discard(): void {
    if (this.#window) this.memory.giveBack(this.#window);
    this.#window = undefined;
    this.#filled = 0;
  }

  #take(window: Float32Array): SpeechStretch {
    const samples = window.subarray(0, this.#filled);
    this.#window = undefined;
    this.#filled = 0;
    return { samples, startMs: this.#startMs, endMs: this.#endMs };
  }
}

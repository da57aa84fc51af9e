import type { SpeechWindow } from '../domain/speech.js';
import { cosine, Pool, pool } from '../scoring/index.js';

/** How a change of speaker is recognised: cosines below which speech is another's. */
export interface SpeakerChangeOptions {
  /** The space whose vectors are compared. */
  readonly space: string;
  /** The latest window alone. */
  readonly oneWindowCosine: number;
  /** The latest two windows pooled. */
  readonly twoWindowsCosine: number;
}

/**
 * Of 600 calls spliced from development speech (docs/accuracy.md) these notice 571 within 6 s of net speech; of 737 unspliced
 * calls of 20 to 30 s, 5 have an alarm. At 0.64 and 0.69: 579, and 9.
 */
export const SPEAKER_CHANGE_DEFAULTS = { oneWindowCosine: 0.62, twoWindowsCosine: 0.69 } as const;

/**
 * Watches whether the latest windows still agree with the earlier ones of the same call, or with the voiceprints that
 * they were compared with. Holds the pooled earlier speech and two windows, whatever the length of the call.
 */
export class SpeakerChangeDetector {
  readonly #options: SpeakerChangeOptions;
  /** All windows but the latest two. */
  #earlier = new Pool();
  #recent: SpeechWindow[] = [];

  constructor(options: SpeakerChangeOptions) {
    this.#options = options;
  }

  /**
   * Takes the next window.
   *
   * @param voiceprints vectors of the voiceprints that this call is compared with; may be empty
   * @returns the windows that are another's, oldest first, when the speaker changed (the detector then starts again with
   * them), else undefined
   */
  push(window: SpeechWindow, voiceprints: readonly Float32Array[]): readonly SpeechWindow[] | undefined {
    this.#recent.push(window);
    if (this.#recent.length > 2) {
      const oldest = this.#recent.shift();
      if (oldest) this.#earlier.add(oldest);
    }
    // From the third window on: before, nothing is known well enough to be held against.
    if (this.#earlier.windows === 0) return undefined;
    const changed = this.#changed(voiceprints);
    if (!changed) return undefined;
    this.reset();
    this.#recent = [...changed];
    return changed;
  }

  /** Forgets everything: the evidence starts again. */
  reset(): void {
    this.#earlier = new Pool();
    this.#recent = [];
  }

  #changed(voiceprints: readonly Float32Array[]): readonly SpeechWindow[] | undefined {
    const [previous, latest] = this.#recent;
    if (!previous || !latest) return undefined;
    const { oneWindowCosine, twoWindowsCosine } = this.#options;
    const before = this.#earlier.take().vectors[this.#options.space];
    if (this.#agreement([previous, latest], before, voiceprints) < twoWindowsCosine) {
      // Both together are another's; the earlier of them alone may still be the caller's from before.
      const after = latest.vectors[this.#options.space];
      const isBefore =
        this.#agreement([previous], before, voiceprints) > this.#agreement([previous], after, []);
      return isBefore ? [latest] : this.#recent;
    }
    const upToPrevious = pool([...this.#earlierAsWindow(), previous]).vectors[this.#options.space];
    return this.#agreement([latest], upToPrevious, voiceprints) < oneWindowCosine ? [latest] : undefined;
  }

  /** The best agreement of windows with what is known of the caller, cosine. */
  #agreement(
    windows: readonly SpeechWindow[],
    earlier: Float32Array | undefined,
    voiceprints: readonly Float32Array[],
  ): number {
    const test = pool(windows).vectors[this.#options.space];
    if (!test) return 1;
    const known = earlier ? [earlier, ...voiceprints] : voiceprints;
    return Math.max(...known.map((vector) => cosine(test, vector)));
  }

  /** The earlier speech as if it were one long window, so that it pools with others by its length. */
  #earlierAsWindow(): SpeechWindow[] {
    const { vectors, netSpeechMs, quality } = this.#earlier.take();
    return [{ index: 0, vectors, netSpeechMs, startMs: 0, endMs: 0, quality }];
  }
}

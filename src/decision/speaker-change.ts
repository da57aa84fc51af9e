import type { SpeechWindow } from '../domain/speech.js';
import { cosine, Pool, pool } from '../scoring/index.js';

/** How a change of speaker is recognised. */
export interface SpeakerChangeOptions {
  /** The space whose vectors are compared. */
  readonly space: string;
  /** How many of the latest windows are held against the earlier ones. */
  readonly recentWindows: number;
  /** At or below this cosine of recent and earlier speech, they are two people's. */
  readonly maximumCosine: number;
}

/**
 * Watches whether the latest windows still agree with the earlier ones of the same call. Needs no voiceprint, so it works
 * for every call alike. Holds the pooled earlier speech and the few windows under test, whatever the length of the call.
 */
export class SpeakerChangeDetector {
  readonly #options: SpeakerChangeOptions;
  #earlier = new Pool();
  #recent: SpeechWindow[] = [];

  constructor(options: SpeakerChangeOptions) {
    this.#options = options;
  }

  /**
   * Takes the next window. Returns the windows that are another's, oldest first, when the speaker changed (the detector
   * then starts again with them), else undefined.
   */
  push(window: SpeechWindow): readonly SpeechWindow[] | undefined {
    this.#recent.push(window);
    const { recentWindows } = this.#options;
    if (this.#recent.length > recentWindows) {
      const oldest = this.#recent.shift();
      if (oldest) this.#earlier.add(oldest);
    }
    if (this.#recent.length < recentWindows || this.#earlier.windows === 0) return undefined;
    if (!this.#disagrees()) return undefined;
    const changed = this.#recent;
    this.reset();
    for (const each of changed) this.push(each);
    return changed;
  }

  /** Forgets everything: the evidence starts again. */
  reset(): void {
    this.#earlier = new Pool();
    this.#recent = [];
  }

  #disagrees(): boolean {
    const { space, maximumCosine } = this.#options;
    const earlier = this.#earlier.take().vectors[space];
    const recent = pool(this.#recent).vectors[space];
    return earlier !== undefined && recent !== undefined && cosine(earlier, recent) <= maximumCosine;
  }
}

import { UNKNOWN_QUALITY, type SpeechQuality, type SpeechWindow } from '../domain/speech.js';
import { otherVoiceShare } from './other-voice.js';
import { normalise } from './vector.js';

/** Windows brought together: what is compared with a voiceprint, and what becomes one. */
export interface PooledSpeech {
  /**
   * One L2-normalised vector for each embedding space that every window had one in: a vector always stands for all of
   * `netSpeechMs`. Empty before the first window.
   */
  readonly vectors: Readonly<Record<string, Float32Array>>;
  readonly netSpeechMs: number;
  readonly windows: number;
  readonly quality: SpeechQuality;
}

/**
 * Length-weighted mean of window embeddings, renormalised: the plain pooling of Kaldi's and 3D-Speaker's recipes. Each
 * window's vectors are weighted by its net speech. A space that any window lacks is left out: pooled from fewer windows, its
 * vector would be taken for all of the speech. Grows with nothing: windows are added and forgotten.
 */
export class Pool {
  readonly #sums = new Map<string, Float32Array>();
  #netSpeechMs = 0;
  #windows = 0;
  /** Sum of the squares of the windows' weights. */
  #squaredMs = 0;
  readonly #quality = new QualityMean();

  get netSpeechMs(): number {
    return this.#netSpeechMs;
  }

  get windows(): number {
    return this.#windows;
  }

  add(window: SpeechWindow): void {
    if (this.#windows === 0) {
      for (const [space, { length }] of Object.entries(window.vectors)) {
        this.#sums.set(space, new Float32Array(length));
      }
    }
    for (const [space, sum] of this.#sums) {
      const vector = window.vectors[space];
      if (!vector) this.#sums.delete(space);
      else for (let i = 0; i < sum.length; i++) sum[i]! += vector[i]! * window.netSpeechMs;
    }
    this.#netSpeechMs += window.netSpeechMs;
    this.#squaredMs += window.netSpeechMs ** 2;
    this.#windows++;
    this.#quality.add(window.quality, window.netSpeechMs);
  }

  /** As SpeechQuality says; by the vectors of the first space, as the windows name them. */
  get otherVoiceShare(): number | null {
    const [sum] = this.#sums.values();
    return sum ? otherVoiceShare(sum, this.#netSpeechMs, this.#squaredMs, this.#windows) : null;
  }

  /** What was pooled so far. The vectors are the caller's own copies. */
  take(): PooledSpeech {
    const vectors: Record<string, Float32Array> = {};
    for (const [space, sum] of this.#sums) vectors[space] = normalise(Float32Array.from(sum));
    const quality = { ...this.#quality.take(), otherVoiceShare: this.otherVoiceShare };
    return { vectors, netSpeechMs: this.#netSpeechMs, windows: this.#windows, quality };
  }
}

/** Pools all the windows at once. */
export function pool(windows: Iterable<SpeechWindow>): PooledSpeech {
  const all = new Pool();
  for (const window of windows) all.add(window);
  return all.take();
}

/**
 * A voiceprint's vector brought together with that of new speech: the mean weighted by net speech, renormalised. The old
 * weighs at least as much as the new, so that no one call takes a voiceprint over, and no more than a minute's speech, so
 * that it goes on following a voice that ages.
 *
 * @param old unit vector, of `oldMs` of net speech; `fresh` likewise
 */
export function mergeVectors(
  old: Float32Array,
  oldMs: number,
  fresh: Float32Array,
  freshMs: number,
): Float32Array {
  const oldWeight = Math.min(oldMs, 60_000);
  const freshWeight = Math.min(freshMs, oldWeight);
  return normalise(old.map((value, i) => value * oldWeight + fresh[i]! * freshWeight));
}

const MEASURES = Object.keys(UNKNOWN_QUALITY) as (keyof SpeechQuality)[];

/** Length-weighted means of the measures that windows carry; a measure that no window has stays as it is for no speech. */
class QualityMean {
  readonly #sums = new Map<keyof SpeechQuality, { sum: number; weight: number }>();

  add(quality: SpeechQuality, weight: number): void {
    for (const key of MEASURES) {
      const value = quality[key];
      if (value === null) continue;
      const before = this.#sums.get(key) ?? { sum: 0, weight: 0 };
      this.#sums.set(key, { sum: before.sum + value * weight, weight: before.weight + weight });
    }
  }

  take(): SpeechQuality {
    const means = [...this.#sums].map(([key, { sum, weight }]) => [key, sum / weight]);
    return { ...UNKNOWN_QUALITY, ...(Object.fromEntries(means) as Partial<SpeechQuality>) };
  }
}

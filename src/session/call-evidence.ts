import type { SpeechWindow } from '../domain/speech.js';
import { Pool, pool, type Calibration } from '../scoring/index.js';
import type { Heard } from './call-decision.js';
import type { ClaimTrack } from './claim-track.js';
import { EarlierEvidence, keep } from './earlier-evidence.js';
import type { KeptEvidence } from './kept-evidence.js';
import { FINGERPRINTS_KEPT } from './replay-watch.js';

/**
 * Recent windows are kept for enrolment and for evaluations since a media time; 20 minutes of net speech, about 300 KiB.
 * What is older counts in the pool and is gone otherwise; only the latest have their fingerprints.
 */
const WINDOWS_KEPT = 400;

/** What was heard of the present caller: in this stream, and by an earlier one of the call where speech agrees with it. */
export class CallEvidence {
  #windows: SpeechWindow[] = [];
  /** All windows since the evidence began. */
  #pool = new Pool();
  #sinceMs = 0;
  #earlier: EarlierEvidence | undefined;

  /** The latest of this stream, oldest first. */
  get windows(): readonly SpeechWindow[] {
    return this.#windows;
  }

  /** All of it. */
  get heard(): Heard {
    const sinceMs = this.#sinceMs;
    return { speech: this.#pool.take(), sinceMs, untilMs: this.#windows.at(-1)?.endMs ?? sinceMs };
  }

  /** How much of it is another voice's, as SpeechQuality says. */
  get otherVoiceShare(): number | null {
    return this.#pool.otherVoiceShare;
  }

  /** What an earlier stream heard, once speech of this one agreed. */
  get earlierThatCounts(): EarlierEvidence | undefined {
    return this.#earlier?.counts === true ? this.#earlier : undefined;
  }

  /** Takes the next window. */
  add(window: SpeechWindow): void {
    this.#windows.push(window);
    this.#pool.add(window);
    const old = this.#windows.at(-1 - FINGERPRINTS_KEPT);
    if (old) this.#windows[this.#windows.length - 1 - FINGERPRINTS_KEPT] = withoutFingerprint(old);
    if (this.#windows.length > WINDOWS_KEPT) this.#windows.shift();
  }

  /** What was said so far is not the present caller's, or may not count. */
  restart(sinceMs: number): void {
    this.#earlier = undefined;
    this.#windows = [];
    this.#pool = new Pool();
    this.#sinceMs = sinceMs;
  }

  /** The part of it since a media time, which is one of this stream; null: all of it. */
  since(mediaMs: number | null): Heard {
    const sinceMs = Math.max(mediaMs ?? 0, this.#sinceMs);
    const earlier = mediaMs === null ? this.earlierThatCounts : undefined;
    const windows = this.#windows.filter((window) => window.startMs >= sinceMs);
    return {
      speech: pool([...(earlier?.windows ?? []), ...windows]),
      sinceMs,
      untilMs: windows.at(-1)?.endMs ?? sinceMs,
    };
  }

  /** Takes what an earlier stream of the call heard. It counts once speech agrees. False where there is no ground for it. */
  takeUp(kept: KeptEvidence, claims: readonly ClaimTrack[]): boolean {
    const earlier = new EarlierEvidence(kept);
    if (!claims.some((claim) => earlier.isFor(claim))) return false;
    this.#earlier = earlier;
    return true;
  }

  /**
   * Compares what an earlier stream heard with the speech of this one, and says when it is known what came of it.
   *
   * @param claims those whose evidence it becomes
   * @param targetFalseMatchRate at which two voices may be taken for one
   */
  settleEarlier(
    claims: readonly ClaimTrack[],
    calibration: Calibration,
    targetFalseMatchRate: number,
  ): 'AGREES' | 'DISAGREES' | undefined {
    const earlier = this.#earlier;
    if (!earlier || earlier.counts) return undefined;
    const found = earlier.compare(this.#pool.take(), calibration, targetFalseMatchRate);
    if (found === 'UNKNOWN') return undefined;
    if (found === 'DISAGREES') this.#earlier = undefined;
    else {
      for (const window of earlier.windows) this.#pool.add(window);
      for (const claim of claims) if (earlier.isFor(claim)) claim.addEarlier(earlier.windows);
    }
    return found;
  }

  /** For another stream of the call; null where there is nothing, or no ground for keeping it. */
  keptFor(claims: readonly ClaimTrack[]): KeptEvidence | null {
    if (this.#windows.length === 0 && this.#earlier) return this.#earlier.kept;
    return keep(claims, this.#windows, this.earlierThatCounts);
  }
}

/** What is kept for long is kept without: nothing is held against it any more. */
function withoutFingerprint(window: SpeechWindow): SpeechWindow {
  const kept: { -readonly [Name in keyof SpeechWindow]: SpeechWindow[Name] } = { ...window };
  delete kept.fingerprint;
  return kept;
}

import type { SpeechWindow } from '../domain/speech.js';
import { pool, soundAlike, type Calibration, type PooledSpeech } from '../scoring/index.js';
import type { ClaimTrack } from './claim-track.js';
import { groundOf } from './ground.js';
import type { KeptEvidence, KeptWindow } from './kept-evidence.js';

/**
 * Net speech of the new stream, ms, that has not agreed by then is another voice's: three windows. One alone misses its own
 * voice too often.
 */
const DISAGREES_AFTER_MS = 8000;

/** Windows that are kept for another stream: half a minute of net speech, more than most calls need. */
const MOST_WINDOWS = 12;

/** What an earlier stream of a call heard. A token proves that the platform is the same, and only speech that the caller is. */
export class EarlierEvidence {
  /** Without times, which are another stream's: before anything that this one heard. */
  readonly windows: readonly SpeechWindow[];
  readonly #kept: KeptEvidence;
  readonly #speech: PooledSpeech;
  #counts = false;

  constructor(kept: KeptEvidence) {
    this.#kept = kept;
    this.windows = kept.windows.map((window, index) => ({ ...window, index, startMs: 0, endMs: 0 }));
    this.#speech = pool(this.windows);
  }

  get kept(): KeptEvidence {
    return this.#kept;
  }

  /** Whether speech of this stream agreed. */
  get counts(): boolean {
    return this.#counts;
  }

  /** Whether it may count for a claim: the consent that it was heard under is still the one in force. */
  isFor({ claimNumber, dossier }: ClaimTrack): boolean {
    const ground = this.#kept.grounds.find((each) => each.claimNumber === claimNumber);
    return ground !== undefined && ground.consentEventId === groundOf(dossier)?.key;
  }

  /**
   * Compares it with the speech of this stream.
   *
   * @param targetFalseMatchRate at which two voices may be taken for one
   */
  compare(
    speech: PooledSpeech,
    calibration: Calibration,
    targetFalseMatchRate: number,
  ): 'AGREES' | 'DISAGREES' | 'UNKNOWN' {
    this.#counts = soundAlike(speech, this.#speech, calibration, targetFalseMatchRate);
    if (this.#counts) return 'AGREES';
    return speech.netSpeechMs >= DISAGREES_AFTER_MS ? 'DISAGREES' : 'UNKNOWN';
  }
}

/**
 * What one stream heard, for the next one; null where there is nothing, or no claim that all of it counts for.
 *
 * @param windows of this stream, oldest first
 * @param earlier what counts of those before it
 */
export function keep(
  claims: readonly ClaimTrack[],
  windows: readonly SpeechWindow[],
  earlier: EarlierEvidence | undefined,
): KeptEvidence | null {
  const all: readonly KeptWindow[] = [...(earlier?.windows ?? []), ...windows].slice(-MOST_WINDOWS);
  const grounds = claims.flatMap((claim) => {
    const { speakerRef } = claim.dossier;
    const ground = groundOf(claim.dossier);
    const isFor = earlier?.isFor(claim) !== false && windows.every((window) => claim.counts(window));
    if (!isFor || !ground || speakerRef === null) return [];
    return [{ claimNumber: claim.claimNumber, speakerRef, consentEventId: ground.key }];
  });
  return all.length > 0 && grounds.length > 0 ? { windows: all, grounds } : null;
}

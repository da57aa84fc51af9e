import type { Grant } from '../consent/index.js';
import type { RiskResult } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';
import type { Fingerprint, SpeechWindow } from '../domain/speech.js';
import { bestMatch, isReplay } from '../replay/index.js';
import type { AssessmentTerms } from './assessment-terms.js';
import type { ClaimTrack } from './claim-track.js';

/** Of the speech that somebody was accepted by. */
export interface ClaimFingerprint {
  readonly grant: Grant;
  /** Of its windows, oldest first. */
  readonly parts: readonly Fingerprint[];
}

/** Windows that a claim is held against which comes late: the latest minute of speech. */
const MOST_WINDOWS = 20;

/**
 * Whether the audio of a call is that of an earlier call or enrolment of whoever is claimed. Each window is looked at once,
 * when it comes; what was suspected once stays so for the whole call, on whatever stream.
 */
export class ReplayWatch {
  #performed = false;
  readonly #handling: Policy['replayedCalls'];
  #suspected: boolean;

  constructor({ policy, replay }: Pick<AssessmentTerms, 'policy' | 'replay'>) {
    this.#handling = replay ? policy.replayedCalls : 'OFF';
    this.#suspected = replay?.suspected ?? false;
  }

  /** Whether it is looked for at all. */
  get looks(): boolean {
    return this.#handling !== 'OFF';
  }

  get result(): RiskResult {
    if (this.#suspected) return 'SUSPECTED';
    return this.#performed ? 'NOT_SUSPECTED' : 'NOT_PERFORMED';
  }

  /** What is to be kept of the claims that were accepted: nothing of a call that is itself a copy. */
  toKeep(
    claims: readonly ClaimTrack[],
    windowsFor: (claim: ClaimTrack) => readonly SpeechWindow[],
  ): ClaimFingerprint[] {
    if (!this.looks || this.#suspected) return [];
    return claims.flatMap((claim) => {
      const { grant } = claim.dossier;
      if (!claim.accepted || grant === null) return [];
      return [{ grant, parts: windowsFor(claim).flatMap(({ fingerprint }) => fingerprint ?? []) }];
    });
  }

  /** Takes a window of those claims that it counts for. */
  hear(window: SpeechWindow, claims: readonly ClaimTrack[]): void {
    for (const claim of claims) if (claim.counts(window)) this.#compare(window, claim.dossier.fingerprints);
  }

  /** Takes a claim that was made after these windows. */
  claimed(claim: ClaimTrack, windows: readonly SpeechWindow[]): void {
    for (const window of windows.slice(-MOST_WINDOWS)) this.hear(window, [claim]);
  }

  #compare({ fingerprint }: SpeechWindow, earlier: readonly Fingerprint[]): void {
    if (!this.looks || this.#suspected || !fingerprint || earlier.length === 0) return;
    this.#performed = true;
    if (isReplay(bestMatch(fingerprint, earlier))) this.#suspected = true;
  }
}

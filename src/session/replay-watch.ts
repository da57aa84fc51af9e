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

/** The sound of a window. */
interface Heard extends Pick<SpeechWindow, 'startMs'> {
  readonly fingerprint: Fingerprint;
}

/** Windows that a claim is held against which comes late, the latest minute of speech: older ones need no fingerprint. */
export const FINGERPRINTS_KEPT = 20;

/** Codes of a minute of speech, one each 16 ms: more are not kept of a call. */
const MINUTE_CODES = 3750;

/** After a minute of speech and everybody's decision, one window in so many is compared: a copy that goes on is noticed still. */
const LATER_EVERY = 4;

/**
 * Whether the audio of a call is that of an earlier call or enrolment of whoever is claimed. Each window is looked at once,
 * when it comes; what was suspected once stays so for the whole call, on whatever stream.
 */
export class ReplayWatch {
  #performed = false;
  /** Windows so far. */
  #heard = 0;
  /** What is collected for each claim, oldest first. */
  readonly #first = new Map<ClaimTrack, readonly Heard[]>();
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
  toKeep(claims: readonly ClaimTrack[]): ClaimFingerprint[] {
    if (!this.looks || this.#suspected) return [];
    return claims.flatMap((claim) => {
      const { grant } = claim.dossier;
      return claim.accepted && grant !== null ? [{ grant, parts: this.firstMinute(claim) }] : [];
    });
  }

  /** Of the first minute of speech that counts for a claim, oldest first. */
  firstMinute(claim: ClaimTrack): readonly Fingerprint[] {
    return this.#counting(claim).map(({ fingerprint }) => fingerprint);
  }

  /** Compares a window with what is known of those that it counts for. */
  hear(window: SpeechWindow, claims: readonly ClaimTrack[]): void {
    const grounded = claims.filter((claim) => claim.hasGround);
    const later = this.#heard++ >= FINGERPRINTS_KEPT && grounded.every((claim) => claim.decided);
    if (!later || this.#heard % LATER_EVERY === 0) this.#compare(window, grounded);
  }

  /** Takes a window that belongs to the present caller's speech. */
  keep({ startMs, fingerprint }: SpeechWindow, claims: readonly ClaimTrack[]): void {
    if (!fingerprint) return;
    for (const claim of claims) {
      if (!claim.counts({ startMs })) continue;
      const first = this.#counting(claim);
      const codes = first.reduce((sum, each) => sum + each.fingerprint.codes.length, 0);
      this.#first.set(claim, codes < MINUTE_CODES ? [...first, { startMs, fingerprint }] : first);
    }
  }

  /** Takes a claim that was made after these windows. */
  claimed(claim: ClaimTrack, windows: readonly SpeechWindow[]): void {
    for (const window of windows.slice(-FINGERPRINTS_KEPT)) {
      this.#compare(window, [claim]);
      this.keep(window, [claim]);
    }
  }

  /** What was said so far is not the present caller's. */
  restart(): void {
    this.#first.clear();
  }

  /** What was collected for a claim and was spoken under its present ground. */
  #counting(claim: ClaimTrack): readonly Heard[] {
    return (this.#first.get(claim) ?? []).filter((each) => claim.counts(each));
  }

  #compare(window: SpeechWindow, claims: readonly ClaimTrack[]): void {
    const { fingerprint } = window;
    if (!this.looks || this.#suspected || !fingerprint) return;
    const earlier = claims.flatMap((claim) => (claim.counts(window) ? claim.dossier.fingerprints : []));
    if (earlier.length === 0) return;
    this.#performed = true;
    if (isReplay(bestMatch(fingerprint, earlier))) this.#suspected = true;
  }
}

import type { CallStart, ClaimMethod } from '../domain/call.js';
import type { ReasonCode } from '../domain/decision.js';
import type { SpeechWindow } from '../domain/speech.js';
import type { Assessment } from './assessment.js';
import type { Checkpoints } from './checkpoints.js';
import type { ClaimTrack } from './claim-track.js';
import { askedForBeside, groundOf } from './ground.js';
import type { KeptEvidence } from './kept-evidence.js';
import type { ClaimDossier } from './ports.js';
import type { SessionTeller } from './session-teller.js';
import type { SpeechFeed } from './speech-feed.js';

export interface SessionEvidenceParts {
  readonly start: CallStart;
  readonly assessment: Assessment;
  readonly audio: SpeechFeed;
  readonly teller: SessionTeller;
  readonly checkpoints: Checkpoints;
  /** When this stream got its call; all its speech is later. */
  readonly openedAt: Date;
}

/**
 * What changes the assessment of a running session: claims, the consent that they rest on, speech, and what an earlier stream
 * heard. Each is told, and kept for another stream; whoever brings it looks at the decision afterwards.
 */
export class SessionEvidence {
  readonly #parts: SessionEvidenceParts;

  constructor(parts: SessionEvidenceParts) {
    this.#parts = parts;
  }

  /** Takes what an earlier stream of the call heard, null for nothing; that nothing of it can count is told. */
  takeUp(kept: KeptEvidence | null): void {
    const { assessment, teller } = this.#parts;
    if (kept !== null && assessment.takeUp(kept)) return;
    teller.tell({ type: 'evidenceRestarted', reason: 'EVIDENCE_RESTARTED' });
  }

  /** Adds a claim that was numbered and kept. */
  claimed(claimNumber: number, speakerId: string, method: ClaimMethod | null, dossier: ClaimDossier): void {
    const { assessment, audio, teller, openedAt } = this.#parts;
    // What a decision rests on begins with the first ground, not with the audio that was dropped before it.
    if (!assessment.hasGround) assessment.restart(audio.nowMs);
    // Speech from before the grant never counts: a grant given during the call counts from now on.
    const ground = groundOf(dossier);
    const grantedBefore = ground !== null && ground.since <= openedAt;
    assessment.addClaim(claimNumber, speakerId, method, dossier, grantedBefore ? 0 : audio.nowMs);
    teller.tell({ type: 'claimReceived', claimNumber, speakerId, method });
  }

  /** Takes what is now known of a claimed speaker. */
  consentRead(claim: ClaimTrack, dossier: ClaimDossier): void {
    const { start, assessment, audio, teller, checkpoints } = this.#parts;
    const change = assessment.updateClaim(claim, dossier, audio.nowMs);
    if (!assessment.hasGround) audio.discard();
    if (change === 'SAME') return;
    // What was kept rests on the consent that was.
    checkpoints.put(assessment.kept);
    // Of those who only help to tell who answered nothing is told.
    const told = askedForBeside(start, assessment.claims, claim.claimNumber) === undefined;
    if (told) teller.consentChanged(claim, change === 'GAINED');
  }

  /** Takes a window of speech. Returns the reasons that it gives for another decision. */
  heard(window: SpeechWindow): readonly ReasonCode[] {
    const { assessment, teller } = this.#parts;
    const withdrawn = assessment.current?.decisionId ?? '';
    const sinceMs = assessment.push(window);
    if (sinceMs !== undefined) {
      teller.speakerChanged(sinceMs, withdrawn);
      return ['SPEAKER_CHANGED'];
    }
    if (assessment.settleEarlier() === 'DISAGREES')
      teller.tell({ type: 'evidenceRestarted', reason: 'SPEAKER_CHANGED' });
    return [];
  }

  /** Keeps what was heard for another stream; of a call that is decided nothing. */
  keep(): void {
    const { assessment, checkpoints } = this.#parts;
    checkpoints.put(assessment.settled ? null : assessment.kept);
  }
}

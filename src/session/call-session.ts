import type { CallStart, ClaimMethod, ControlOrigin, EndReason } from '../domain/call.js';
import type { Decision, ReasonCode } from '../domain/decision.js';
import type { Overridden } from '../domain/event.js';
import type { SpeechWindow } from '../domain/speech.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { Assessment } from './assessment.js';
import { AudioIntake } from './audio-intake.js';
import { BesideDecisions } from './beside-decisions.js';
import type { Checkpoints } from './checkpoints.js';
import type { ClaimTrack } from './claim-track.js';
import type { EventLog } from './event-log.js';
import type { KeptEvidence } from './kept-evidence.js';
import type { Load } from './load.js';
import type { StreamSummary } from './observer.js';
import type { CallsParts, ClaimDossier, StartedAs } from './ports.js';
import { ProgressTeller } from './progress-teller.js';
import { SessionEvidence } from './session-evidence.js';
import { SessionGround } from './session-ground.js';
import { SessionTeller } from './session-teller.js';
import { SpeechFeed } from './speech-feed.js';

export interface CallSessionParts extends Pick<CallsParts, 'extractor' | 'clock' | 'consentLeaseMs'> {
  readonly principal: Principal;
  readonly start: CallStart;
  readonly assessment: Assessment;
  readonly log: EventLog;
  readonly checkpoints: Checkpoints;
  readonly load: Pick<Load, 'isBusy'>;
  readonly maximumDurationMs: number;
  readonly paused: boolean;
  readonly controlVersion: number;
}

/**
 * One stream of one call, from its first byte to its last event: lets audio through to the speech stages only while it is
 * not paused and somebody's consent allows it, and tells what comes of it. Throws VouchErrors for what may not be done.
 */
export class CallSession {
  /** Pauses in force that the database does not know of yet: nothing older may end them. */
  unstoredPauses = 0;
  /** Up to which change of `paused` in the database this session is. */
  controlVersion: number;
  /** When this stream got its call; all its speech is later. */
  readonly openedAt: Date;
  readonly principal: Principal;
  readonly start: CallStart;
  readonly assessment: Assessment;
  readonly log: EventLog;
  readonly #audio: SpeechFeed;
  readonly #intake: AudioIntake;
  readonly #ground: SessionGround;
  readonly #teller: SessionTeller;
  readonly #progress: ProgressTeller;
  readonly #beside: BesideDecisions;
  readonly #evidence: SessionEvidence;
  #finished = false;

  constructor(parts: CallSessionParts) {
    this.principal = parts.principal;
    this.start = parts.start;
    this.assessment = parts.assessment;
    this.log = parts.log;
    this.#audio = new SpeechFeed(parts.extractor, parts.start.format, {
      onWindow: (window) => {
        this.#onWindow(window);
      },
      onProgress: (progress) => {
        const { otherVoiceShare } = this.assessment;
        if (!this.#finished) this.#progress.heard(progress, otherVoiceShare, this.#audio.nowMs);
      },
      onLost: (sinceMs, untilMs) => {
        if (!this.#finished) this.#teller.audioLost(sinceMs, untilMs);
      },
    });
    this.#ground = new SessionGround(this.assessment, parts.clock, parts);
    this.#intake = new AudioIntake(this.#audio, this.#ground, parts.load, parts.maximumDurationMs);
    this.controlVersion = parts.controlVersion;
    this.#teller = new SessionTeller(parts.log, this.#audio);
    this.#progress = new ProgressTeller(parts.log);
    this.#beside = new BesideDecisions(this.assessment, this.#ground, this.#teller);
    const openedAt = (this.openedAt = parts.clock.now());
    this.#evidence = new SessionEvidence({ ...parts, audio: this.#audio, teller: this.#teller, openedAt });
  }

  get callId(): string {
    return this.start.callId;
  }

  /** Whether a person was heard in this stream, as against nobody, a machine, tones or music. */
  get personAnswered(): boolean {
    return this.#progress.personAnswered;
  }

  get paused(): boolean {
    return this.#ground.paused;
  }

  get finished(): boolean {
    return this.#finished;
  }

  /** How much came so far, as StreamSummary says. */
  get heard(): Pick<StreamSummary, 'audioMs' | 'droppedMs' | 'netSpeechMs'> {
    return { ...this.#audio.amount, netSpeechMs: this.#progress.netSpeechMs };
  }

  /** Tells the stream that the call is its own now. */
  started(as: StartedAs): void {
    this.#teller.started(as, this.paused);
  }

  /** Takes what an earlier stream of the call heard, null for nothing; that nothing of it can count is told. */
  takeUp(kept: KeptEvidence | null): void {
    if (!this.#finished) this.#evidence.takeUp(kept);
  }

  /** Takes a piece of audio; resolves when there is room for more, undefined where there is. */
  audio(data: Uint8Array, gapMs: number): Promise<void> | undefined {
    this.#assertRunning();
    this.#intake.count(data, gapMs);
    this.checkLease();
    const room = this.#intake.take(data);
    this.#progress.heardMore(this.#audio, this.assessment);
    return room;
  }

  /** Adds a claim that was numbered and kept. */
  claimed(claimNumber: number, speakerId: string, method: ClaimMethod | null, dossier: ClaimDossier): void {
    this.#assertRunning();
    this.#evidence.claimed(claimNumber, speakerId, method, dossier);
    this.look();
  }

  /** Drops audio from now on and empties every buffer before it returns. */
  pause(reason: string, origin: ControlOrigin): void {
    if (this.#finished || !this.#ground.setPaused(true)) return;
    this.#audio.discard();
    this.#teller.tell({ type: 'paused', reason, origin });
  }

  resume(origin: ControlOrigin): void {
    if (this.#finished || !this.#ground.setPaused(false)) return;
    this.#teller.tell({ type: 'resumed', origin });
  }

  /** Tells that somebody did otherwise than a decision suggested. False where that was told before, or the call ended. */
  overridden(override: Overridden): boolean {
    return !this.#finished && this.#beside.overridden(override);
  }

  /** The consent of all claims was read from the database at this moment. */
  renewLease(readAtMs: number): void {
    if (this.#ground.renew(readAtMs) && !this.#finished) this.look();
  }

  /** Stops comparing when the consent that was read does not hold any more. */
  checkLease(): void {
    if (this.#finished || !this.#ground.runsOut()) return;
    this.#audio.discard();
    this.look();
  }

  /** Takes what is now known of a claimed speaker: within a running call, at once. */
  consentRead(claim: ClaimTrack, dossier: ClaimDossier): void {
    if (this.#finished) return;
    this.#evidence.consentRead(claim, dossier);
    this.look();
  }

  /** Looks at the evidence and tells the decision when it is news. */
  look(options: { ended?: boolean; reasons?: readonly ReasonCode[] } = {}): Decision | undefined {
    const decision = this.assessment.look({
      ended: options.ended ?? false,
      withheld: this.#ground.withheld,
      reasons: options.reasons ?? [],
      insteadOfSpeech: this.#progress.insteadOfSpeech,
    });
    if (decision) this.#teller.tell({ type: 'decision', decision });
    const { wanted, settled } = this.assessment;
    this.#intake.serve(wanted, settled);
    if (settled) this.#evidence.keep();
    return decision;
  }

  /** The decision as of now, or over the speech since a media time; told, and beside the call's own. */
  evaluate(sinceMs: number | null): Decision {
    this.#assertRunning();
    return this.#beside.evaluate(sinceMs);
  }

  /** Somebody wants to enrol the caller: speech is embedded in all spaces from now on, decided or not. */
  wantForEnrolment(): void {
    this.assessment.wantForEnrolment();
    const { wanted, settled } = this.assessment;
    this.#intake.serve(wanted, settled);
  }

  /**
   * Ends the call in good order: what was heard is worked through, then the last decision and the end are told.
   * Rejects with AUDIO_INCOMPLETE, after that, when the bytes ended within a sample.
   */
  async end(reason: EndReason, note: string): Promise<void> {
    if (this.#finished) return;
    const whole = this.#audio.complete;
    // A half sample at the end is told below, after everything that was whole has counted.
    await this.#audio.finish().catch((error: unknown) => {
      if (!(error instanceof VouchError && error.reason === 'AUDIO_INCOMPLETE')) throw error;
    });
    if (this.finished) return;
    this.look({ ended: true });
    this.#close(whole ? reason : 'ERROR', note);
    if (!whole) throw new VouchError('AUDIO_INCOMPLETE', { field: 'audio.data' });
  }

  /** Ends the call for an error; what was not embedded yet is lost. */
  abort(reason: EndReason): void {
    if (this.#finished) return;
    this.look({ ended: true });
    this.#close(reason, '');
  }

  /** The stream broke or another one took over: frees everything and tells nothing more. */
  drop(): void {
    this.#finished = true;
    this.#audio.close();
  }

  tellDrain(deadline: Date): void {
    if (!this.#finished) this.#teller.tell({ type: 'drain', deadline });
  }

  #assertRunning(): void {
    if (this.#finished) throw new VouchError('CALL_ENDED');
  }

  #onWindow(window: SpeechWindow): void {
    if (this.#finished || !this.#ground.mayCompare) return;
    this.look({ reasons: this.#evidence.heard(window) });
    this.#evidence.keep();
  }

  #close(reason: EndReason, note: string): void {
    const decisionId = this.assessment.current?.decisionId ?? '';
    this.#teller.ended(reason, note, this.#progress.netSpeechMs, decisionId);
    this.drop();
  }
}

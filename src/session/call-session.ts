import type { CallStart, ClaimMethod, ControlOrigin, EndReason } from '../domain/call.js';
import type { Decision, ReasonCode } from '../domain/decision.js';
import type { Overridden } from '../domain/event.js';
import type { SpeechWindow } from '../domain/speech.js';
import type { Principal } from '../domain/principal.js';
import type { SpeechExtractor } from '../embedding/index.js';
import { VouchError } from '../errors.js';
import type { Assessment } from './assessment.js';
import { Capacity } from './capacity.js';
import type { Checkpoints } from './checkpoints.js';
import type { ClaimTrack } from './claim-track.js';
import { ConsentLease } from './consent-lease.js';
import type { EventLog } from './event-log.js';
import { askedForBeside, groundOf } from './ground.js';
import type { KeptEvidence } from './kept-evidence.js';
import type { Load } from './load.js';
import type { StreamSummary } from './observer.js';
import type { ClaimDossier, StartedAs } from './ports.js';
import { ProgressTeller } from './progress-teller.js';
import { SessionTeller } from './session-teller.js';
import { SpeechFeed } from './speech-feed.js';
import type { Clock } from '../domain/clock.js';

export interface CallSessionParts {
  readonly principal: Principal;
  readonly start: CallStart;
  readonly assessment: Assessment;
  readonly log: EventLog;
  readonly checkpoints: Checkpoints;
  readonly load: Pick<Load, 'isBusy'>;
  readonly extractor: SpeechExtractor;
  readonly clock: Clock;
  /** How long consent that was read holds, ms. */
  readonly consentLeaseMs: number;
  readonly maximumDurationMs: number;
  readonly paused: boolean;
  readonly controlVersion: number;
}

/** Evaluations that one stream may ask for. */
const MOST_EVALUATIONS = 100;

/**
 * One stream of one call, from its first byte to its last event: lets audio through to the speech stages only while it is
 * not paused and somebody's consent allows it, and tells what comes of it. Throws VouchErrors for what may not be done.
 */
export class CallSession {
  /** Pauses in force that the database does not know of yet: nothing older may end them. */
  unstoredPauses = 0;
  /** Up to which change of `paused` in the database this session is. */
  controlVersion: number;
  readonly principal: Principal;
  readonly start: CallStart;
  readonly assessment: Assessment;
  readonly log: EventLog;
  readonly #checkpoints: Checkpoints;
  readonly #maximumDurationMs: number;
  readonly #audio: SpeechFeed;
  #paused: boolean;
  readonly #teller: SessionTeller;
  readonly #progress: ProgressTeller;
  readonly #openedAt: Date;
  readonly #lease: ConsentLease;
  readonly #capacity: Capacity;
  #finished = false;
  /** Whether more speech decides nothing more, as of the last look. */
  #settled = false;
  #evaluations = 0;
  readonly #overrides = new Set<string>();

  constructor(parts: CallSessionParts) {
    this.principal = parts.principal;
    this.start = parts.start;
    this.assessment = parts.assessment;
    this.log = parts.log;
    this.#checkpoints = parts.checkpoints;
    this.#capacity = new Capacity(parts.load);
    this.#maximumDurationMs = parts.maximumDurationMs;
    this.#audio = new SpeechFeed(parts.extractor, parts.start.format, {
      onWindow: (window) => {
        this.#onWindow(window);
      },
      onProgress: (progress) => {
        if (this.#finished) return;
        this.#progress.heard(progress, this.assessment.otherVoiceShare, this.#audio.nowMs);
      },
      onLost: (sinceMs, untilMs) => {
        if (!this.#finished) this.#teller.audioLost(sinceMs, untilMs);
      },
    });
    this.#paused = parts.paused;
    this.controlVersion = parts.controlVersion;
    this.#teller = new SessionTeller(parts.log, this.#audio);
    this.#progress = new ProgressTeller(parts.log);
    this.#openedAt = parts.clock.now();
    this.#lease = new ConsentLease(parts.clock, parts.consentLeaseMs);
  }

  get callId(): string {
    return this.start.callId;
  }

  /** Whether a person was heard in this stream, as against nobody, a machine, tones or music. */
  get personAnswered(): boolean {
    return this.#progress.personAnswered;
  }

  /** When this stream got its call; all its speech is later. */
  get openedAt(): Date {
    return this.#openedAt;
  }

  get paused(): boolean {
    return this.#paused;
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
    this.#teller.started(as, this.#paused);
  }

  /** Takes what an earlier stream of the call heard, null for nothing; that nothing of it can count is told. */
  takeUp(kept: KeptEvidence | null): void {
    if (this.#finished || (kept !== null && this.assessment.takeUp(kept))) return;
    this.#teller.tell({ type: 'evidenceRestarted', reason: 'EVIDENCE_RESTARTED' });
  }

  /** Takes a piece of audio; resolves when there is room for more, undefined where there is. */
  audio(data: Uint8Array, gapMs: number): Promise<void> | undefined {
    this.#assertRunning();
    if (gapMs > 0) this.#audio.gap(gapMs);
    this.#audio.count(data);
    if (this.#audio.nowMs > this.#maximumDurationMs) throw new VouchError('CALL_TOO_LONG');
    this.checkLease();
    let room: Promise<void> | undefined;
    if (this.#open) room = this.#audio.read(data);
    else this.#audio.drop(data);
    this.#progress.heardMore(this.#audio, this.assessment);
    if (this.#capacity.count(this.#audio.sentMs)) this.#tellUrgency();
    // Most of the time there is nothing to wait for.
    return this.#capacity.wait(this.#audio.sentMs, room, this.#settled);
  }

  /** Whether this speaker was claimed before. */
  hasClaimed(speakerId: string): boolean {
    return this.assessment.claims.some((claim) => claim.speakerId === speakerId);
  }

  /** Adds a claim that was numbered and kept. */
  claimed(claimNumber: number, speakerId: string, method: ClaimMethod | null, dossier: ClaimDossier): void {
    this.#assertRunning();
    // What a decision rests on begins with the first ground, not with the audio that was dropped before it.
    if (!this.assessment.hasGround) this.assessment.restart(this.#audio.nowMs);
    // Speech from before the grant never counts: a grant given during the call counts from now on.
    const ground = groundOf(dossier);
    const grantedBefore = ground !== null && ground.since <= this.#openedAt;
    this.assessment.addClaim(claimNumber, speakerId, method, dossier, grantedBefore ? 0 : this.#audio.nowMs);
    this.#teller.tell({ type: 'claimReceived', claimNumber, speakerId, method });
    this.look();
  }

  /** Drops audio from now on and empties every buffer before it returns. */
  pause(reason: string, origin: ControlOrigin): void {
    if (this.#paused || this.#finished) return;
    this.#paused = true;
    this.#audio.discard();
    this.#teller.tell({ type: 'paused', reason, origin });
  }

  resume(origin: ControlOrigin): void {
    if (!this.#paused || this.#finished) return;
    this.#paused = false;
    this.#teller.tell({ type: 'resumed', origin });
  }

  /** Tells that somebody did otherwise than a decision suggested. False where that was told before, or the call ended. */
  overridden({ overrideId, decisionId, action, reason }: Overridden): boolean {
    if (this.#finished || this.#overrides.has(overrideId)) return false;
    this.#overrides.add(overrideId);
    this.#teller.tell({ type: 'overridden', overrideId, decisionId, action, reason });
    return true;
  }

  /** The consent of all claims was read from the database at this moment. */
  renewLease(readAtMs: number): void {
    if (this.#lease.renew(readAtMs) && !this.#finished) this.look();
  }

  /** Stops comparing when the consent that was read does not hold any more. */
  checkLease(): void {
    if (this.#finished || !this.#lease.runsOut()) return;
    this.#audio.discard();
    this.look();
  }

  /** Takes what is now known of a claimed speaker: within a running call, at once. */
  consentRead(claim: ClaimTrack, dossier: ClaimDossier): void {
    if (this.#finished) return;
    const change = this.assessment.updateClaim(claim, dossier, this.#audio.nowMs);
    if (!this.assessment.hasGround) this.#audio.discard();
    // What was kept rests on the consent that was.
    if (change !== 'SAME') this.#checkpoints.put(this.assessment.kept);
    // Of those who only help to tell who answered nothing is told.
    const told = askedForBeside(this.start, this.assessment.claims, claim.claimNumber) === undefined;
    if (change !== 'SAME' && told) this.#teller.consentChanged(claim, change === 'GAINED');
    this.look();
  }

  /** Looks at the evidence and tells the decision when it is news. */
  look(options: { ended?: boolean; reasons?: readonly ReasonCode[] } = {}): Decision | undefined {
    const decision = this.assessment.look({
      ended: options.ended ?? false,
      withheld: this.#lease.withheld,
      reasons: options.reasons ?? [],
      insteadOfSpeech: this.#progress.insteadOfSpeech,
    });
    if (decision) this.#teller.tell({ type: 'decision', decision });
    this.#audio.compute(this.#capacity.affords(this.assessment.wanted));
    this.#settled = this.assessment.settled;
    this.#tellUrgency();
    // Of a call that is decided nothing is kept.
    if (this.#settled) this.#checkpoints.put(null);
    return decision;
  }

  /** The decision as of now, or over the speech since a media time; told, and beside the call's own. */
  evaluate(sinceMs: number | null): Decision {
    this.#assertRunning();
    if (this.#evaluations >= MOST_EVALUATIONS) throw new VouchError('TOO_MANY_EVALUATIONS');
    this.#evaluations++;
    const decision = this.assessment.evaluate(sinceMs, this.#lease.withheld);
    this.#teller.tell({ type: 'evaluation', decision });
    return decision;
  }

  /** Somebody wants to enrol the caller: speech is embedded in all spaces from now on, decided or not. */
  wantForEnrolment(): void {
    this.assessment.wantForEnrolment();
    this.#audio.compute(this.#capacity.affords(this.assessment.wanted));
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
    if (this.#isFinished()) return;
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

  /** Whether audio may pass now. */
  get #open(): boolean {
    return this.#mayCompare && !this.#capacity.spares(this.#audio.nowMs, this.#settled);
  }

  get #mayCompare(): boolean {
    return !this.#paused && !this.#lease.lost && this.assessment.hasGround;
  }

  #tellUrgency(): void {
    this.#audio.setUrgency(this.#capacity.urgency(this.#settled));
  }

  #isFinished(): boolean {
    return this.#finished;
  }

  #assertRunning(): void {
    if (this.#finished) throw new VouchError('CALL_ENDED');
  }

  #onWindow(window: SpeechWindow): void {
    if (this.#finished || !this.#mayCompare) return;
    const withdrawn = this.assessment.current?.decisionId ?? '';
    const sinceMs = this.assessment.push(window);
    if (sinceMs !== undefined) {
      this.#teller.speakerChanged(sinceMs, withdrawn);
    } else if (this.assessment.settleEarlier() === 'DISAGREES') {
      this.#teller.tell({ type: 'evidenceRestarted', reason: 'SPEAKER_CHANGED' });
    }
    this.look({ reasons: sinceMs === undefined ? [] : ['SPEAKER_CHANGED'] });
    if (!this.#settled) this.#checkpoints.put(this.assessment.kept);
  }

  #close(reason: EndReason, note: string): void {
    const decisionId = this.assessment.current?.decisionId ?? '';
    this.#teller.ended(reason, note, this.#progress.netSpeechMs, decisionId);
    this.drop();
  }
}

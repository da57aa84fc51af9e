import type { ClaimMethod } from '../domain/call.js';
import type { Decision, ReasonCode } from '../domain/decision.js';
import type { EmbeddingSpace, Fingerprint, SpeechWindow } from '../domain/speech.js';
import { SPEAKER_CHANGE_DEFAULTS, SpeakerChangeDetector } from '../decision/index.js';
import type { AssessmentTerms, LookOptions } from './assessment-terms.js';
import { takeDecision, type Heard } from './call-decision.js';
import { CallEvidence } from './call-evidence.js';
import { ClaimTrack } from './claim-track.js';
import type { AlikeTerms } from './enrolment-speech.js';
import type { KeptEvidence } from './kept-evidence.js';
import type { ClaimDossier } from './ports.js';
import { ReplayWatch, type ClaimFingerprint } from './replay-watch.js';
import { sameNews } from './same-news.js';
import { SpoofWatch } from './spoof-watch.js';
import { wantedModels } from './wanted-models.js';

/**
 * All that is thought about one caller: the claims, the evidence for each, whether it is still the same voice, and the
 * decision that follows. The same for live calls and recordings; knows nothing of streams, storage or time.
 */
export class Assessment {
  readonly #terms: AssessmentTerms;
  readonly #claims: ClaimTrack[] = [];
  readonly #change: SpeakerChangeDetector;
  readonly #evidence = new CallEvidence();
  #looks = 0;
  #current: Decision | undefined;
  #confidence: number | null = null;
  #enrols = false;
  readonly #replay: ReplayWatch;
  readonly #spoof: SpoofWatch;

  constructor(terms: AssessmentTerms) {
    this.#terms = terms;
    this.#replay = new ReplayWatch(terms);
    this.#spoof = new SpoofWatch(terms);
    this.#change = new SpeakerChangeDetector({
      space: terms.calibration.primarySpace,
      ...SPEAKER_CHANGE_DEFAULTS,
    });
  }

  /** Whether the audio is held against that of earlier calls. */
  get looksForReplays(): boolean {
    return this.#replay.looks;
  }

  /** The spaces that windows have vectors in. */
  get spaces(): readonly EmbeddingSpace[] {
    return this.#terms.spaces;
  }

  /** When speech of this call counts as that of a voiceprint. */
  get alikeTerms(): AlikeTerms {
    const { calibration, policy } = this.#terms;
    return { calibration, targetFalseMatchRate: policy.targetFalseMatchRate };
  }

  get claims(): readonly ClaimTrack[] {
    return this.#claims;
  }

  /** What is to be computed of speech from here on, as {@link wantedModels} says. */
  get wanted(): readonly string[] {
    return wantedModels(this.#terms, this.#claims, this.#enrols, this.#spoof.wanted);
  }

  /** A voiceprint is to be made of this call: all spaces are wanted whatever was decided. */
  wantForEnrolment(): void {
    this.#enrols = true;
  }

  /** The last decision that was news; undefined before the first. */
  get current(): Decision | undefined {
    return this.#current;
  }

  /** Confidence of the best claim at the last look, 0 to 100; null where nothing was compared. */
  get confidence(): number | null {
    return this.#confidence;
  }

  /** How much of the evidence is another voice's, as SpeechQuality says. */
  get otherVoiceShare(): number | null {
    return this.#evidence.otherVoiceShare;
  }

  /** Whether any claim allows the caller's speech to be embedded. */
  get hasGround(): boolean {
    return this.#claims.some((claim) => claim.hasGround);
  }

  /** Adds a claim that was not made before. Speech since `groundSinceMs` counts for it. */
  addClaim(
    claimNumber: number,
    speakerId: string,
    method: ClaimMethod | null,
    dossier: ClaimDossier,
    groundSinceMs: number,
  ): ClaimTrack {
    const claim = new ClaimTrack(claimNumber, speakerId, method, dossier, groundSinceMs);
    for (const window of this.#evidence.windows) claim.add(window);
    this.#claims.push(claim);
    this.#replay.claimed(claim, this.#evidence.windows);
    return claim;
  }

  /** Takes what is now known of a claimed speaker; where no other claim allows it, the evidence begins or ends here. */
  updateClaim(claim: ClaimTrack, dossier: ClaimDossier, nowMs: number): 'GAINED' | 'LOST' | 'SAME' {
    const change = claim.update(dossier, nowMs);
    const others = this.#claims.some((each) => each !== claim && each.hasGround);
    if (change !== 'SAME' && !others) this.restart(nowMs);
    return change;
  }

  /**
   * Takes the next window. When the caller changed, the evidence starts again with the new caller's windows, and the
   * time since when it is another's is returned, ms of the stream's clock.
   */
  push(window: SpeechWindow): number | undefined {
    this.#replay.hear(window, this.#claims);
    const changed = this.#change.push(window, this.#comparedVectors());
    if (!changed) {
      this.#keep(window);
      return undefined;
    }
    const sinceMs = changed[0]?.startMs ?? window.startMs;
    this.#forget(sinceMs);
    for (const each of changed) this.#keep(each);
    return sinceMs;
  }

  /** Forgets all speech: what comes from now on is the evidence. */
  restart(nowMs: number): void {
    this.#change.reset();
    this.#forget(nowMs);
  }

  /** Takes what an earlier stream of the call heard. It counts once speech agrees. False where there is no ground for it. */
  takeUp(kept: KeptEvidence): boolean {
    return this.#evidence.takeUp(kept, this.#claims);
  }

  /** Compares what an earlier stream heard with the speech of this one, and says when it is known what came of it. */
  settleEarlier(): 'AGREES' | 'DISAGREES' | undefined {
    const { calibration, policy } = this.#terms;
    return this.#evidence.settleEarlier(this.#claims, calibration, policy.targetFalseMatchRate);
  }

  /** The evidence so far, for another stream of the call; null where there is none, or no ground for keeping it. */
  get kept(): KeptEvidence | null {
    return this.#evidence.keptFor(this.#claims);
  }

  /** Whether what was found stays, whatever more is said. */
  get settled(): boolean {
    const compared = this.#claims.filter((claim) => claim.hasGround && claim.voiceprintCount > 0);
    return compared.length > 0 && compared.every((claim) => claim.decided);
  }

  /** What is to be kept of accepted claims' speech, so that its replay is noticed. */
  get fingerprints(): readonly ClaimFingerprint[] {
    return this.#replay.toKeep(this.#claims);
  }

  /** What the first minute of speech for a claim is known by. */
  firstMinute(claim: ClaimTrack): readonly Fingerprint[] {
    return this.#replay.firstMinute(claim);
  }

  /** Windows of the current evidence spoken under this claim's ground, oldest first. */
  windowsFor(claim: ClaimTrack): readonly SpeechWindow[] {
    return this.#evidence.windows.filter((window) => claim.counts(window));
  }

  /**
   * Looks at every claim and returns the decision when it is news: the first one, or another kind, finality or claim
   * than before. `reasons` concern the call; the reason alone makes no news. The last look of a call that has others is news
   * in any case: what was found of them is kept with it.
   */
  look(options: LookOptions): Decision | undefined {
    this.#looks++;
    const decision = this.#decide(this.#claims, options, this.#evidence.heard);
    this.#confidence = decision.confidence;
    const isLast = options.ended && decision.others !== undefined;
    if (this.#current && !isLast && sameNews(this.#current, decision)) return undefined;
    this.#current = decision;
    return decision;
  }

  /** The decision as of now over the speech since a media time, beside the call's own: it supersedes nothing. */
  evaluate(sinceMs: number | null, withheld: ReasonCode | null): Decision {
    const heard = this.#evidence.since(sinceMs);
    const earlier = sinceMs === null ? this.#evidence.earlierThatCounts : undefined;
    const claims = this.#claims.map((claim) => {
      const { claimNumber, speakerId, method, dossier } = claim;
      const view = new ClaimTrack(claimNumber, speakerId, method, dossier, heard.sinceMs);
      for (const window of this.windowsFor(claim)) view.add(window);
      if (earlier?.isFor(claim) === true) view.addEarlier(earlier.windows);
      return view;
    });
    const options = { ended: false, withheld, reasons: [] };
    return { ...this.#decide(claims, options, heard), supersedesDecisionId: '' };
  }

  /**
   * The voiceprints that a voice may agree with and be the same caller's. Once a claim was accepted these are its own alone:
   * another claimed speaker who takes the phone is a change.
   */
  #comparedVectors(): Float32Array[] {
    const space = this.#terms.calibration.primarySpace;
    const accepted = this.#claims.filter((claim) => claim.accepted);
    return (accepted.length > 0 ? accepted : this.#claims).flatMap((claim) =>
      claim.dossier.voiceprints.flatMap((voiceprint) => voiceprint.vectors[space] ?? []),
    );
  }

  #keep(window: SpeechWindow): void {
    this.#evidence.add(window);
    this.#spoof.hear(window);
    this.#replay.keep(window, this.#claims);
    for (const claim of this.#claims) claim.add(window);
  }

  #forget(sinceMs: number): void {
    this.#evidence.restart(sinceMs);
    this.#spoof.restart();
    this.#replay.restart();
    for (const claim of this.#claims) claim.reset();
  }

  #decide(claims: readonly ClaimTrack[], options: LookOptions, heard: Heard): Decision {
    const ground = {
      terms: this.#terms,
      risks: { replay: this.#replay.result, spoof: this.#spoof.result },
      countermeasure: this.#spoof.restsOn,
      looks: this.#looks,
      supersedesDecisionId: this.#current?.decisionId ?? this.#terms.previousDecisionId,
    };
    return takeDecision(ground, claims, options, heard);
  }
}

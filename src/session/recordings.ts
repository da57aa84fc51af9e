import type { CallContext, Claim, ClaimMethod } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import { UNKNOWN_QUALITY, type SpeechQuality } from '../domain/speech.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import type { JsonValue } from '../crypto/index.js';
import { insteadOfSpeech } from '../decision/index.js';
import type { SpeechExtractor } from '../embedding/index.js';
import { VouchError } from '../errors.js';
import type { VersionedPolicy } from '../tenant/index.js';
import { checkCallerAlone } from './mixed-audio.js';
import { Assessment } from './assessment.js';
import type { CallCalibration } from './call-calibrations.js';
import type { ClaimDossier } from './ports.js';
import {
  enrolFromRecording,
  type RecordingEnrolmentParts,
  type RecordingToEnrol,
} from './recording-enrolment.js';
import { digestOf, RecordingIntake, sentJson, type SentRecording } from './recording-intake.js';
import type { KeptRecording, RecordingStore } from './recording-store.js';

export interface RecordingToVerify extends SentRecording {
  readonly claims: readonly Claim[];
  readonly policyId: string;
  readonly context: CallContext;
  /** As in CallStart. */
  readonly sourceId: string;
  readonly idempotencyKey: string;
}

export interface RecordingsParts extends RecordingEnrolmentParts {
  readonly extractor: SpeechExtractor;
  readonly store: RecordingStore;
  /** Told of each decision, not of answers that are given again. It must be quick, and not throw. */
  readonly onDecision: (decision: Decision) => void;
  /** Recordings worked on at once. */
  readonly maximumAtOnce: number;
}

/** Finished recordings: verified, or enrolled from. Only so many at once; a further one is told to come back. */
export class Recordings {
  readonly #parts: RecordingsParts;
  readonly #intake: RecordingIntake;

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
    this.#intake = new RecordingIntake(parts.extractor, parts.maximumAtOnce);
  }

  /** The decision over a whole recording. Without a ground for any claim its bytes are not even asked for. */
  async verify(
    principal: Principal,
    recording: RecordingToVerify,
    signal: AbortSignal,
  ): Promise<KeptRecording> {
    const { policies, calibrations, store, openDossier, onDecision } = this.#parts;
    const { claims, policyId, context, source, sourceId, idempotencyKey } = recording;
    const versioned = await policies.current(principal.tenantId, policyId);
    if (claims.length > versioned.policy.maximumClaims)
      throw new VouchError('TOO_MANY_CLAIMS', { field: 'start.claims' });
    if (recording.raw && !versioned.policy.allowMixedAudio) checkCallerAlone(recording.raw);
    const calibration = await calibrations.forCall(principal.tenantId, source);
    const assessment = this.#assessment(versioned, calibration, context);
    const kept: { speakerId: string; speakerRef: string | null; method: ClaimMethod | null }[] = [];
    for (const { speakerId, method } of claims) {
      if (kept.some((claim) => claim.speakerId === speakerId)) continue;
      const dossier: ClaimDossier = await openDossier(principal.tenantId, speakerId, { sourceId });
      kept.push({ speakerId, speakerRef: dossier.speakerRef, method });
      assessment.addClaim(kept.length, speakerId, method, dossier, 0);
    }
    const file = assessment.hasGround ? await this.#intake.receive(recording) : null;
    const request = { key: idempotencyKey, start: verificationJson(recording), file: file && digestOf(file) };
    const answered = await store.find(principal, request);
    if (answered) return answered;
    const found = await this.#assess(principal.tenantId, assessment, recording, file, signal);
    const facts = { claims: kept, raw: recording.raw, source, context, sourceId };
    const keptNow = await store.keep(principal, request, facts, found);
    if (keptNow.decision.decisionId === found.decision.decisionId) onDecision(keptNow.decision);
    return keptNow;
  }

  #assessment(
    { policy, reference }: VersionedPolicy,
    { calibration, fit }: CallCalibration,
    context: CallContext,
  ): Assessment {
    const { extractor, clock } = this.#parts;
    return new Assessment({
      policy,
      policyReference: reference,
      calibration,
      calibrationFit: fit,
      spaces: extractor.spaces,
      transactionRisk: context.transactionRisk,
      shadow: false,
      clock,
      previousDecisionId: '',
    });
  }

  async #assess(
    tenantId: string,
    assessment: Assessment,
    recording: RecordingToVerify,
    file: Uint8Array | null,
    signal: AbortSignal,
  ): Promise<KeptRecording> {
    if (file === null)
      return {
        decision: finalLook(assessment, false, UNKNOWN_QUALITY),
        audioMs: 0,
        container: '',
        codec: '',
      };
    const { sourceId } = recording;
    const speech = await this.#intake.analyse(recording, file, signal);
    await this.#readAgain(tenantId, assessment, sourceId, speech.progress.audioMs);
    // Without a ground nothing is compared, not even windows with each other.
    const windows = speech.windows.filter((window) =>
      assessment.claims.some((claim) => claim.counts(window)),
    );
    let severalSpeakers = false;
    for (const window of windows) if (assessment.push(window) !== undefined) severalSpeakers = true;
    return {
      decision: finalLook(assessment, severalSpeakers, speech.progress.quality),
      audioMs: Math.round(speech.progress.audioMs),
      container: speech.container.toLowerCase(),
      codec: speech.codec,
    };
  }

  /**
   * Reads consent anew: the bytes took long to come and to be worked through. What was given meanwhile is no ground for
   * audio that came before it.
   */
  async #readAgain(
    tenantId: string,
    assessment: Assessment,
    sourceId: string,
    audioMs: number,
  ): Promise<void> {
    for (const claim of assessment.claims) {
      const dossier = await this.#parts.openDossier(tenantId, claim.speakerId, { sourceId });
      assessment.updateClaim(claim, dossier, audioMs);
    }
  }

  /** Makes a voiceprint from a recording, as {@link enrolFromRecording}. */
  enrol(principal: Principal, recording: RecordingToEnrol, signal: AbortSignal): Promise<Voiceprint> {
    return enrolFromRecording(this.#parts, this.#intake, principal, recording, signal);
  }
}

function verificationJson(recording: RecordingToVerify): JsonValue {
  const { claims, policyId, context, sourceId } = recording;
  return {
    ...sentJson(recording),
    claims: claims.map((claim) => ({ ...claim })),
    policyId,
    context: { ...context },
    ...(sourceId === '' ? {} : { sourceId }),
  };
}

/** @param quality of all its audio. */
function finalLook(assessment: Assessment, severalSpeakers: boolean, quality: SpeechQuality): Decision {
  const decision = assessment.look({
    ended: true,
    withheld: severalSpeakers ? 'SEVERAL_SPEAKERS' : null,
    reasons: [],
    insteadOfSpeech: insteadOfSpeech(quality),
  });
  if (!decision) throw new VouchError('INTERNAL', { message: 'A recording came out without a decision.' });
  return decision;
}

import { requireGrant } from '../consent/index.js';
import type { CallContext, Claim, ClaimMethod, SourceProfile } from '../domain/call.js';
import type { Clock } from '../domain/clock.js';
import type { Decision } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import { UNKNOWN_QUALITY, type RecordingSpeech, type SpeechQuality } from '../domain/speech.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import { sha256, type JsonValue } from '../crypto/index.js';
import { insteadOfSpeech } from '../decision/index.js';
import type { SpeechExtractor } from '../embedding/index.js';
import type { EnrolmentRequest, Voiceprints } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import type { Policies, VersionedPolicy } from '../tenant/index.js';
import { checkCallerAlone } from './mixed-audio.js';
import { Assessment } from './assessment.js';
import type { CallCalibration, CallCalibrations } from './call-calibrations.js';
import type { ClaimDossier, OpenDossier } from './ports.js';
import { enrolmentSpeech } from './enrolment-speech.js';
import type { KeptRecording, RawAudio, RecordingStore } from './recording-store.js';

/** Bytes of a file, or headerless audio, as they were sent. */
export interface SentRecording {
  /** For headerless audio; undefined for a file that says so itself. */
  readonly raw: RawAudio | undefined;
  /** Of a file, from 0; undefined where none was named, which only a file of one channel may. */
  readonly callerChannel: number | undefined;
  readonly source: SourceProfile | null;
  /** Asked for only once there is a ground for reading them. */
  readonly bytes: () => Promise<Uint8Array>;
}

export interface RecordingToVerify extends SentRecording {
  readonly claims: readonly Claim[];
  readonly policyId: string;
  readonly context: CallContext;
  /** As in CallStart. */
  readonly sourceId: string;
  readonly idempotencyKey: string;
}

export interface RecordingToEnrol extends SentRecording {
  readonly request: Omit<EnrolmentRequest, 'source' | 'callId' | 'recording'>;
  /** When it was begun. */
  readonly recordedAt: Date;
}

export interface RecordingsParts {
  readonly extractor: SpeechExtractor;
  readonly calibrations: CallCalibrations;
  readonly policies: Policies;
  readonly openDossier: OpenDossier;
  readonly store: RecordingStore;
  readonly voiceprints: Voiceprints;
  readonly clock: Clock;
  /** Told of each decision, not of answers that are given again. It must be quick, and not throw. */
  readonly onDecision: (decision: Decision) => void;
  /** Recordings worked on at once. */
  readonly maximumAtOnce: number;
}

/** Recordings that arrive at once, for each that may be worked on: those that trickle keep nobody from their turn. */
const ARRIVING_EACH = 16;
/** How much faster than ours a clock that stamps recordings may run, ms. */
const CLOCK_TOLERANCE_MS = 5000;

/** Finished recordings: verified, or enrolled from. Only so many at once; a further one is told to come back. */
export class Recordings {
  readonly #parts: RecordingsParts;
  #underWay = 0;
  #arriving = 0;

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
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
    const file = assessment.hasGround ? await this.#receive(recording) : null;
    const request = { key: idempotencyKey, start: verificationJson(recording), file: file && hexOf(file) };
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
    const speech = await this.#analyse(recording, file, signal);
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

  /**
   * Makes a voiceprint from a recording. Without a grant its bytes are not even asked for.
   *
   * @throws MIXED_AUDIO_REFUSED, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED, CONSENT_MISSING, IDEMPOTENCY_KEY_REUSED,
   *   the audio reasons, NOT_ENOUGH_SPEECH, QUALITY_TOO_LOW, SPEECH_INCONSISTENT, PROOFING_REQUIRED, TOO_MANY_VOICEPRINTS
   */
  async enrol(principal: Principal, recording: RecordingToEnrol, signal: AbortSignal): Promise<Voiceprint> {
    const { voiceprints, policies, calibrations, openDossier, extractor, clock } = this.#parts;
    const { recordedAt } = recording;
    if (recording.raw) checkCallerAlone(recording.raw);
    if (recordedAt.getTime() > clock.now().getTime() + CLOCK_TOLERANCE_MS) {
      throw new VouchError('FIELD_INVALID', {
        field: 'start.recorded_at',
        message: 'start.recorded_at is in the future.',
      });
    }
    const { policy } = await policies.current(principal.tenantId);
    const grant = requireGrant(await openDossier(principal.tenantId, recording.request.speakerId));
    if (recordedAt < grant.since) {
      throw new VouchError('CONSENT_MISSING', {
        field: 'start.recorded_at',
        message: 'The recording is from before the grant.',
      });
    }
    const file = await this.#receive(recording);
    const asked = { ...sentJson(recording), recordedAt: recordedAt.toISOString(), sha256: hexOf(file) };
    const request: EnrolmentRequest = {
      ...recording.request,
      source: 'RECORDING',
      callId: '',
      recording: asked,
    };
    const made = await voiceprints.createdBefore(principal, request);
    if (made) return made;
    const { windows, codec } = await this.#analyse(recording, file, signal);
    const { calibration } = await calibrations.forCall(principal.tenantId, recording.source);
    const { targetFalseMatchRate } = policy;
    const terms = { calibration, targetFalseMatchRate };
    const speech = enrolmentSpeech(windows, extractor.spaces, recordedAt, codec, terms);
    return voiceprints.create(principal, grant, request, speech, policy.enrolment);
  }

  /** All the bytes. While others are worked on there is no turn to be had: that is said before they are sent. */
  async #receive(recording: SentRecording): Promise<Uint8Array> {
    const { maximumAtOnce } = this.#parts;
    if (this.#underWay >= maximumAtOnce || this.#arriving >= ARRIVING_EACH * maximumAtOnce) throw tooMany();
    this.#arriving++;
    try {
      return await recording.bytes();
    } finally {
      this.#arriving--;
    }
  }

  async #analyse(
    { raw, callerChannel }: SentRecording,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<RecordingSpeech> {
    if (this.#underWay >= this.#parts.maximumAtOnce) throw tooMany();
    this.#underWay++;
    try {
      const input = raw
        ? { bytes, format: raw.format }
        : { bytes, ...(callerChannel === undefined ? {} : { callerChannel }) };
      return await this.#parts.extractor.analyseRecording(input, signal);
    } catch (error) {
      throw ofTheContract(error);
    } finally {
      this.#underWay--;
    }
  }
}

function tooMany(): VouchError {
  return new VouchError('TOO_MANY_RECORDINGS', { retryAfterMs: 1000 });
}

/** The stages know of no contract: the one field that they name is named as the sender knows it. */
function ofTheContract(error: unknown): unknown {
  if (!(error instanceof VouchError) || error.field !== 'callerChannel') return error;
  const { reason, message, metadata } = error;
  return new VouchError(reason, { message, metadata, field: 'start.caller_channel' });
}

function hexOf(file: Uint8Array): string {
  return sha256(file).toString('hex');
}

/** What tells one start from another, besides the claims and what a voiceprint is asked for. */
function sentJson({ raw, callerChannel, source }: SentRecording) {
  const format = raw ? { ...raw.format, layout: raw.layout } : null;
  return { format, callerChannel: callerChannel ?? null, source };
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

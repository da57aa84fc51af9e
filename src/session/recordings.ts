import type { AudioFormat } from '../domain/audio.js';
import type { CallContext, Claim, ClaimMethod, SourceProfile } from '../domain/call.js';
import type { Clock } from '../domain/clock.js';
import type { Decision } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import type { RecordingSpeech } from '../domain/speech.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import type { SpeechExtractor } from '../embedding/index.js';
import type { EnrolmentRequest, Voiceprints } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import type { Calibration } from '../scoring/index.js';
import type { Policies, VersionedPolicy } from '../tenant/index.js';
import { Assessment } from './assessment.js';
import type { ClaimDossier, OpenDossier } from './ports.js';
import { enrolmentSpeech } from './enrolment-speech.js';
import type { KeptRecording, RecordingStore } from './recording-store.js';

/** Bytes of a file, or headerless audio, as they were sent. */
export interface SentRecording {
  /** For headerless audio; undefined for a file that says so itself. */
  readonly format: AudioFormat | undefined;
  /** From 0. */
  readonly callerChannel: number;
  readonly source: SourceProfile | null;
  /** Asked for only once there is a ground for reading them. */
  readonly bytes: () => Promise<Uint8Array>;
}

export interface RecordingToVerify extends SentRecording {
  readonly claims: readonly Claim[];
  readonly policyId: string;
  readonly context: CallContext;
  readonly idempotencyKey: string;
}

export interface RecordingToEnrol extends SentRecording {
  readonly request: Omit<EnrolmentRequest, 'source' | 'callId'>;
  /** When it was spoken; null: now. */
  readonly recordedAt: Date | null;
}

export interface RecordingsParts {
  readonly extractor: SpeechExtractor;
  readonly calibration: Calibration;
  readonly policies: Policies;
  readonly openDossier: OpenDossier;
  readonly store: RecordingStore;
  readonly voiceprints: Voiceprints;
  readonly clock: Clock;
  /** Recordings worked on at once. */
  readonly maximumAtOnce: number;
}

/** What is kept as the format of a file that says so itself: what it is decoded to. */
const DECODED: AudioFormat = { encoding: 'PCM_S16LE', sampleRateHz: 8000, channels: 1, callerChannel: 0 };

/** Finished recordings: verified, or enrolled from. Only so many at once; a further one is told to come back. */
export class Recordings {
  readonly #parts: RecordingsParts;
  #underWay = 0;

  constructor(parts: RecordingsParts) {
    this.#parts = parts;
  }

  /** The decision over a whole recording. Without a ground for any claim its bytes are not even asked for. */
  async verify(
    principal: Principal,
    recording: RecordingToVerify,
    signal: AbortSignal,
  ): Promise<KeptRecording> {
    const { policies, store, openDossier } = this.#parts;
    const { claims, policyId, context, source, idempotencyKey } = recording;
    const request = {
      claims: claims.map(({ speakerId }) => speakerId),
      policyId,
      channel: recording.callerChannel,
    };
    const answered = await store.find(principal, idempotencyKey, request);
    if (answered) return answered;
    const versioned = await policies.current(principal.tenantId, policyId);
    if (claims.length > versioned.policy.maximumClaims)
      throw new VouchError('TOO_MANY_CLAIMS', { field: 'start.claims' });
    const assessment = this.#assessment(versioned, context);
    const kept: { speakerId: string; speakerRef: string | null; method: ClaimMethod | null }[] = [];
    for (const { speakerId, method } of claims) {
      if (kept.some((claim) => claim.speakerId === speakerId)) continue;
      const dossier: ClaimDossier = await openDossier(principal.tenantId, speakerId);
      kept.push({ speakerId, speakerRef: dossier.speakerRef, method });
      assessment.addClaim(kept.length, speakerId, method, dossier, 0);
    }
    const found = await this.#assess(assessment, recording, signal);
    const facts = { claims: kept, format: recording.format ?? DECODED, source, context };
    return store.keep(principal, idempotencyKey, request, facts, found);
  }

  #assessment({ policy, reference }: VersionedPolicy, context: CallContext): Assessment {
    const { calibration, extractor, clock } = this.#parts;
    return new Assessment({
      policy,
      policyReference: reference,
      calibration,
      spaces: extractor.spaces,
      transactionRisk: context.transactionRisk,
      shadow: false,
      clock,
      previousDecisionId: '',
    });
  }

  async #assess(
    assessment: Assessment,
    recording: SentRecording,
    signal: AbortSignal,
  ): Promise<KeptRecording> {
    if (!assessment.hasGround)
      return { decision: finalLook(assessment, false), audioMs: 0, container: '', codec: '' };
    const speech = await this.#analyse(recording, signal);
    let severalSpeakers = false;
    for (const window of speech.windows) if (assessment.push(window) !== undefined) severalSpeakers = true;
    return {
      decision: finalLook(assessment, severalSpeakers),
      audioMs: Math.round(speech.progress.audioMs),
      container: speech.container.toLowerCase(),
      codec: speech.codec,
    };
  }

  /**
   * Makes a voiceprint from a recording. Without a grant its bytes are not even asked for.
   *
   * @throws SPEAKER_OPTED_OUT, CONSENT_MISSING, the audio reasons, NOT_ENOUGH_SPEECH, QUALITY_TOO_LOW,
   *   SPEECH_INCONSISTENT, PROOFING_REQUIRED, TOO_MANY_VOICEPRINTS
   */
  async enrol(principal: Principal, recording: RecordingToEnrol, signal: AbortSignal): Promise<Voiceprint> {
    const { voiceprints, policies, openDossier, extractor, clock } = this.#parts;
    const request: EnrolmentRequest = { ...recording.request, source: 'RECORDING', callId: '' };
    const made = await voiceprints.createdBefore(principal, request);
    if (made) return made;
    const { policy } = await policies.current(principal.tenantId);
    const { optedOut, grant } = await openDossier(principal.tenantId, request.speakerId);
    if (optedOut) throw new VouchError('SPEAKER_OPTED_OUT');
    if (grant === null) throw new VouchError('CONSENT_MISSING');
    const spokenFrom = recording.recordedAt ?? clock.now();
    if (spokenFrom < grant.since) {
      throw new VouchError('CONSENT_MISSING', {
        field: 'start.recorded_at',
        message: 'The recording is from before the grant.',
      });
    }
    const { windows, codec } = await this.#analyse(recording, signal);
    const speech = enrolmentSpeech(windows, extractor.spaces, spokenFrom, codec);
    return voiceprints.create(principal, grant, request, speech, policy.enrolment);
  }

  async #analyse(recording: SentRecording, signal: AbortSignal): Promise<RecordingSpeech> {
    if (this.#underWay >= this.#parts.maximumAtOnce) {
      throw new VouchError('TOO_MANY_RECORDINGS', { retryAfterMs: 1000 });
    }
    this.#underWay++;
    try {
      const bytes = await recording.bytes();
      const { format, callerChannel } = recording;
      return await this.#parts.extractor.analyseRecording(
        { bytes, callerChannel, ...(format ? { format } : {}) },
        signal,
      );
    } finally {
      this.#underWay--;
    }
  }
}

function finalLook(assessment: Assessment, severalSpeakers: boolean): Decision {
  const decision = assessment.look({
    ended: true,
    withheld: severalSpeakers ? 'SEVERAL_SPEAKERS' : null,
    reasons: [],
  });
  if (!decision) throw new VouchError('INTERNAL', { message: 'A recording came out without a decision.' });
  return decision;
}

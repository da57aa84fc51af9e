import { requireGrant } from '../consent/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import type { SpeechExtractor } from '../embedding/index.js';
import type { EnrolmentRequest, Voiceprints } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import type { Policies } from '../tenant/index.js';
import type { CallCalibrations } from './call-calibrations.js';
import { enrolmentSpeech } from './enrolment-speech.js';
import { checkCallerAlone } from './mixed-audio.js';
import type { OpenDossier } from './ports.js';
import { digestOf, sentJson, type RecordingIntake, type SentRecording } from './recording-intake.js';

export interface RecordingToEnrol extends SentRecording {
  readonly request: Omit<EnrolmentRequest, 'source' | 'callId' | 'recording'>;
  /** When it was begun. */
  readonly recordedAt: Date;
}

export interface RecordingEnrolmentParts {
  readonly extractor: Pick<SpeechExtractor, 'spaces'>;
  readonly calibrations: CallCalibrations;
  readonly policies: Policies;
  readonly openDossier: OpenDossier;
  readonly voiceprints: Voiceprints;
  readonly clock: Clock;
}

/** How much faster than ours a clock that stamps recordings may run, ms. */
const CLOCK_TOLERANCE_MS = 5000;

/**
 * Makes a voiceprint from a recording. Without a grant its bytes are not even asked for.
 *
 * @throws MIXED_AUDIO_REFUSED, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED, CONSENT_MISSING, IDEMPOTENCY_KEY_REUSED,
 *   the audio reasons, NOT_ENOUGH_SPEECH, QUALITY_TOO_LOW, SPEECH_INCONSISTENT, PROOFING_REQUIRED, TOO_MANY_VOICEPRINTS
 */
export async function enrolFromRecording(
  { voiceprints, policies, calibrations, openDossier, extractor, clock }: RecordingEnrolmentParts,
  intake: RecordingIntake,
  principal: Principal,
  recording: RecordingToEnrol,
  signal: AbortSignal,
): Promise<Voiceprint> {
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
  const file = await intake.receive(recording);
  const asked = { ...sentJson(recording), recordedAt: recordedAt.toISOString(), sha256: digestOf(file) };
  const request: EnrolmentRequest = {
    ...recording.request,
    source: 'RECORDING',
    callId: '',
    recording: asked,
  };
  const made = await voiceprints.createdBefore(principal, request);
  if (made) return made;
  const { windows, codec } = await intake.analyse(recording, file, signal);
  const { calibration } = await calibrations.forCall(principal.tenantId, recording.source);
  const { targetFalseMatchRate } = policy;
  const terms = { calibration, targetFalseMatchRate };
  const speech = enrolmentSpeech(windows, extractor.spaces, recordedAt, codec, terms);
  return voiceprints.create(principal, grant, request, speech, policy.enrolment);
}

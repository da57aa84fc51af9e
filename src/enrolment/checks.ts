import type { Grant } from '../consent/index.js';
import type { EnrolmentPolicy } from '../domain/policy.js';
import { VouchError } from '../errors.js';
import type { EnrolmentRequest, EnrolmentSpeech, PooledVector } from './inputs.js';

/**
 * Share of the speech that may be another voice's. Of stretches of one voice 0 to 0.2 % read more on clean lines, 0.4 to 0.9 %
 * in noise and rooms (docs/decisions/0018-one-voice-in-an-enrolment.md).
 */
const MOST_OTHER_VOICE = 0.2;

/**
 * Checks that a voiceprint may be made of this speech.
 *
 * @throws PROOFING_REQUIRED, CONSENT_MISSING for speech from before the grant, NOT_ENOUGH_SPEECH, QUALITY_TOO_LOW,
 *   SPEECH_INCONSISTENT; INTERNAL for vectors that are none
 */
export function checkEnrolment(
  grant: Grant,
  request: EnrolmentRequest,
  speech: EnrolmentSpeech,
  policy: EnrolmentPolicy,
): void {
  if (grant.purpose !== 'VERIFY' || grant.speakerId !== request.speakerId) {
    throw new VouchError('INTERNAL', { message: 'A grant of another purpose or speaker.' });
  }
  if (request.proofing === null) throw new VouchError('PROOFING_REQUIRED', { field: 'proofing' });
  if (speech.spokenFrom < consentBegan(grant, request)) {
    throw new VouchError('CONSENT_MISSING', { message: 'The speech is from before the grant.' });
  }
  checkAmount(request, speech, policy);
  checkSpeech(speech, policy);
}

/**
 * Checks that speech is good enough and one person's, however much of it there is.
 *
 * @throws QUALITY_TOO_LOW, SPEECH_INCONSISTENT; INTERNAL for vectors that are none
 */
export function checkSpeech(speech: Omit<EnrolmentSpeech, 'findAlike'>, policy: EnrolmentPolicy): void {
  checkQuality(speech, policy);
  const several = (speech.quality.otherVoiceShare ?? 0) > MOST_OTHER_VOICE;
  if (several || speech.consistency < policy.minimumConsistency) throw new VouchError('SPEECH_INCONSISTENT');
  if (speech.vectors.length === 0) throw new VouchError('INTERNAL', { message: 'There is no vector.' });
  speech.vectors.forEach(checkVector);
}

/** From when on speech may be enrolled under a grant. */
export function consentBegan(
  grant: Grant,
  { recordedBeforeEntry = false }: Pick<EnrolmentRequest, 'recordedBeforeEntry'>,
): Date {
  return recordedBeforeEntry ? grant.givenAt : grant.since;
}

function checkAmount(
  { source }: EnrolmentRequest,
  { netSpeechMs }: EnrolmentSpeech,
  policy: EnrolmentPolicy,
): void {
  const minimum =
    source === 'CALL' ? policy.minimumNetSpeechFromCallMs : policy.minimumNetSpeechFromRecordingMs;
  if (netSpeechMs >= minimum) return;
  throw new VouchError('NOT_ENOUGH_SPEECH', {
    metadata: { netSpeechMs: String(Math.round(netSpeechMs)), minimumNetSpeechMs: String(minimum) },
  });
}

/** A background that was never heard is no bad one: the quality's SNR is null then. */
function checkQuality({ quality }: Pick<EnrolmentSpeech, 'quality'>, policy: EnrolmentPolicy): void {
  if (quality.snrDb !== null && quality.snrDb < policy.minimumSnrDb) {
    throw new VouchError('QUALITY_TOO_LOW', {
      metadata: { problem: 'LOW_SNR', minimumSnrDb: String(policy.minimumSnrDb) },
    });
  }
  if (quality.clippedShare > policy.maximumClippedShare) {
    throw new VouchError('QUALITY_TOO_LOW', {
      metadata: { problem: 'CLIPPED', maximumClippedShare: String(policy.maximumClippedShare) },
    });
  }
}

/** A vector that is not of unit length would be compared wrongly ever after. */
function checkVector({ space, vector }: PooledVector): void {
  const norm = Math.hypot(...vector);
  if (vector.length !== space.dimension || !(Math.abs(norm - 1) < 1e-3)) {
    throw new VouchError('INTERNAL', {
      message: `A vector of ${space.id} is not a unit vector of its space.`,
    });
  }
}

import { requireGrant } from '../consent/index.js';
import type { IdentityProofing } from '../domain/people.js';
import type { Principal } from '../domain/principal.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import type { EnrolmentRequest, Voiceprints } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import type { Policies } from '../tenant/index.js';
import type { Calls } from './calls.js';
import { enrolmentSpeech } from './enrolment-speech.js';

/** A live call to enrol its caller from. */
export interface CallToEnrol {
  readonly callId: string;
  readonly speakerId: string;
  readonly label: string;
  readonly proofing: IdentityProofing | null;
  readonly onBehalfOf: string;
  readonly idempotencyKey: string;
}

/**
 * Makes a voiceprint from the speech of a live call that was spoken under the speaker's grant, by the present caller. A
 * voiceprint needs all embedding spaces, and once a call is decided its speech is embedded in one only: what was said since
 * then does not count, and from the first such request on all speech is embedded in all spaces again.
 *
 * @throws CALL_NOT_FOUND, SPEAKER_NOT_CLAIMED, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED, CONSENT_MISSING,
 *   NOT_ENOUGH_SPEECH, QUALITY_TOO_LOW, SPEECH_INCONSISTENT, PROOFING_REQUIRED, TOO_MANY_VOICEPRINTS, IDEMPOTENCY_KEY_REUSED
 */
export async function enrolFromCall(
  parts: { readonly calls: Calls; readonly policies: Policies; readonly voiceprints: Voiceprints },
  principal: Principal,
  asked: CallToEnrol,
): Promise<Voiceprint> {
  const request: EnrolmentRequest = { ...asked, source: 'CALL', recording: null };
  const made = await parts.voiceprints.createdBefore(principal, request);
  if (made) return made;
  const live = parts.calls.find(principal.tenantId, asked.callId);
  if (!live)
    throw new VouchError('CALL_NOT_FOUND', { field: 'call_id', message: 'The call is not live here.' });
  const { assessment, start } = live.session;
  const claim = assessment.claims.find((each) => each.speakerId === asked.speakerId);
  if (!claim) throw new VouchError('SPEAKER_NOT_CLAIMED', { field: 'speaker_id' });
  const grant = requireGrant(claim.dossier);
  const { policy } = await parts.policies.current(principal.tenantId, start.policyId);
  const codec = start.upstreamCodec === '' ? start.format.encoding.toLowerCase() : start.upstreamCodec;
  // Windows count from the grant on (ClaimTrack.counts), so nothing among them is older.
  const windows = assessment.windowsFor(claim);
  const whole = windows.filter(({ vectors }) => assessment.spaces.every(({ id }) => id in vectors));
  // Where these do not suffice, there will be more of them when the request is repeated.
  if (whole.length < windows.length) live.session.wantForEnrolment();
  const speech = enrolmentSpeech(whole, assessment.spaces, grant.since, codec, assessment.alikeTerms);
  return parts.voiceprints.create(principal, grant, request, speech, policy.enrolment);
}

import { requireGrant } from '../consent/index.js';
import type { IdentityProofing } from '../domain/people.js';
import type { EnrolmentPolicy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import type { OpenVoiceprint, Voiceprint } from '../domain/voiceprint.js';
import {
  checkSpeech,
  type BroughtPart,
  type EnrolmentRequest,
  type EnrolmentSpeech,
  type PartialEvidence,
  type PartialSpeech,
  type Voiceprints,
} from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import { packFingerprint } from '../replay/index.js';
import type { Policies } from '../tenant/index.js';
import { callOfCallerAlone } from './caller-alone.js';
import type { Calls } from './calls.js';
import { addUp, enrolmentSpeech, type AlikeTerms } from './enrolment-speech.js';

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
 * then does not count, and from the first such request on all speech is embedded in all spaces again. Where the policy keeps
 * what was not enough, speech of earlier calls under the same consent is added.
 *
 * @throws CALL_NOT_FOUND, MIXED_AUDIO_REFUSED, SPEAKER_NOT_CLAIMED, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED, CONSENT_MISSING,
 *   NOT_ENOUGH_SPEECH, QUALITY_TOO_LOW, SPEECH_INCONSISTENT, PROOFING_REQUIRED, TOO_MANY_VOICEPRINTS, IDEMPOTENCY_KEY_REUSED
 */
export async function enrolFromCall(
  parts: {
    readonly calls: Calls;
    readonly policies: Policies;
    readonly voiceprints: Voiceprints;
    readonly partial: PartialEvidence;
  },
  principal: Principal,
  asked: CallToEnrol,
): Promise<Voiceprint> {
  const request: EnrolmentRequest = { ...asked, source: 'CALL', recording: null };
  const made = await parts.voiceprints.createdBefore(principal, request);
  if (made) return made;
  const live = callOfCallerAlone(parts.calls, principal.tenantId, asked.callId);
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
  const own = {
    ...enrolmentSpeech(whole, assessment.spaces, grant.since, codec, assessment.alikeTerms),
    fingerprint: packFingerprint(assessment.firstMinute(claim)),
  };
  const { label, callId, proofing, onBehalfOf } = asked;
  const part = { grant, label, callId, onBehalfOf };
  const joining = { policy: policy.enrolment, proofing, terms: assessment.alikeTerms };
  const speech = await withOtherCalls(parts.partial, principal, part, own, joining);
  return parts.voiceprints.create(principal, grant, request, speech, policy.enrolment);
}

/** On what terms calls are added up. */
interface Joining {
  readonly policy: EnrolmentPolicy;
  /** Null: the request is not complete, and nothing is added or kept for it. */
  readonly proofing: IdentityProofing | null;
  readonly terms: AlikeTerms;
}

/**
 * Adds what earlier calls gave, where this one is not enough; and keeps what this one gave where it is not enough with
 * them. That the calls are one person's is held to the same error rate as an acceptance: a part that somebody else slipped
 * in would be in the voiceprint for good. Of two calls that do not sound alike either may be the other person's: both are
 * kept, and the next call tells.
 */
async function withOtherCalls(
  partial: PartialEvidence,
  principal: Principal,
  part: Omit<BroughtPart, 'proofing'>,
  own: EnrolmentSpeech,
  { policy, proofing, terms }: Joining,
): Promise<EnrolmentSpeech> {
  const { minimumNetSpeechFromCallMs: minimumMs, partialEvidenceMs } = policy;
  const enough = own.netSpeechMs >= minimumMs;
  if (partialEvidenceMs === 0 || enough || proofing === null || own.vectors.length === 0) return own;
  checkSpeech(own, policy);
  const others = (await partial.ofOtherCalls(part)).filter((other) => ofSameModels(own, other));
  const alike = others.filter((other) => own.findAlike([asVoiceprint(other)]) !== undefined);
  const isOdd = others.length > 0 && alike.length === 0;
  const speech = addUp([own, ...alike], terms);
  if (isOdd ? others.length === 1 : speech.netSpeechMs < minimumMs)
    await partial.keep(principal, { ...part, proofing }, own, policy);
  if (isOdd)
    throw new VouchError('SPEECH_INCONSISTENT', { message: 'Earlier calls do not sound like this one.' });
  return { ...speech, earlier: alike.map(({ origin }) => origin) };
}

function ofSameModels(a: PartialSpeech, b: PartialSpeech): boolean {
  const models = ({ vectors }: PartialSpeech) => vectors.map(({ space }) => space.modelSha256).sort();
  return JSON.stringify(models(a)) === JSON.stringify(models(b));
}

function asVoiceprint({ vectors }: PartialSpeech): OpenVoiceprint {
  const named = vectors.map(({ space, vector }) => [space.id, vector] as const);
  return { voiceprintId: '', label: '', version: 0, vectors: Object.fromEntries(named) };
}

import { requireGrant, type ConsentGate } from '../consent/index.js';
import type { Principal } from '../domain/principal.js';
import type { SpeechWindow } from '../domain/speech.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import type { Adaptation, Adaptations } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import { compareBest, pool } from '../scoring/index.js';
import type { Policies } from '../tenant/index.js';
import type { Assessment } from './assessment.js';
import { callOfCallerAlone } from './caller-alone.js';
import type { Calls } from './calls.js';
import type { ClaimTrack } from './claim-track.js';
import { enrolmentSpeech } from './enrolment-speech.js';

/** About 9 s: of fewer it cannot be told whether they are one person's. */
const FEWEST_WINDOWS = 3;

/**
 * Makes the next version of the voiceprint that the caller of a live call was accepted by. Speech counts that was embedded in
 * all spaces, as for {@link enrolFromCall}: from the first request on it is.
 *
 * @throws CALL_NOT_FOUND, MIXED_AUDIO_REFUSED, SPEAKER_NOT_CLAIMED, ADAPTATION_OFF, ACCEPTANCE_NOT_STRONG; without ADAPT CONSENT_MISSING,
 *   SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED; CALL_ALREADY_LEARNT, NOT_ENOUGH_SPEECH, QUALITY_TOO_LOW, SPEECH_INCONSISTENT, VOICEPRINT_NOT_FOUND, IDEMPOTENCY_KEY_REUSED
 */
export async function adaptFromCall(
  parts: {
    readonly calls: Calls;
    readonly policies: Policies;
    readonly gate: ConsentGate;
    readonly adaptations: Adaptations;
  },
  principal: Principal,
  asked: Adaptation,
): Promise<Voiceprint> {
  const { calls, policies, gate, adaptations } = parts;
  const made = await adaptations.madeBefore(principal, asked);
  if (made) return made;
  const live = callOfCallerAlone(calls, principal.tenantId, asked.callId);
  const { assessment, start } = live.session;
  const claim = assessment.claims.find((each) => each.speakerId === asked.speakerId);
  if (!claim) throw new VouchError('SPEAKER_NOT_CLAIMED', { field: 'speaker_id' });
  const { enrolment } = (await policies.current(principal.tenantId, start.policyId)).policy;
  if (!enrolment.adaptation) throw new VouchError('ADAPTATION_OFF');
  const grant = requireGrant(
    await gate.openClaim(principal.tenantId, asked.speakerId, 'ADAPT'),
    'speaker_id',
  );
  const windows = assessment.windowsFor(claim);
  const whole = windows.filter(({ vectors }) => assessment.spaces.every(({ id }) => id in vectors));
  if (whole.length < windows.length) live.session.wantForEnrolment();
  if (whole.length < FEWEST_WINDOWS) throw new VouchError('NOT_ENOUGH_SPEECH');
  const voiceprintId = strongMatch(assessment, claim, whole, enrolment.adaptationMarginLlr);
  const codec = start.upstreamCodec === '' ? start.format.encoding.toLowerCase() : start.upstreamCodec;
  const spokenFrom = live.session.openedAt;
  const speech = enrolmentSpeech(whole, assessment.spaces, spokenFrom, codec, assessment.alikeTerms);
  return adaptations.adapt(principal, grant, asked, voiceprintId, speech, enrolment);
}

/**
 * The voiceprint that the caller was finally accepted by, and that the speech to be learnt is far above the threshold of:
 * what was said after an acceptance may be somebody else's. Nothing is learnt from what may be synthetic. Throws ACCEPTANCE_NOT_STRONG.
 */
function strongMatch(
  assessment: Assessment,
  claim: ClaimTrack,
  learnt: readonly SpeechWindow[],
  marginLlr: number,
): string {
  const { current, alikeTerms } = assessment;
  const result = current?.claims.find(({ claimNumber }) => claimNumber === claim.claimNumber);
  const accepted = current?.finality === 'FINAL' && result?.kind === 'ACCEPT';
  const best = compareBest(pool(learnt), claim.dossier.voiceprints, alikeTerms.calibration);
  const comparisons = assessment.claims.reduce((sum, each) => sum + each.voiceprintCount, 0);
  const threshold = best?.map.acceptThreshold(alikeTerms.targetFalseMatchRate, comparisons).llr ?? Infinity;
  // Whatever the policy makes of it otherwise: a made voice would stay in the voiceprint.
  const synthetic = current?.risks.spoof === 'SUSPECTED';
  if (!accepted || synthetic || !best || best.llr < threshold + marginLlr)
    throw new VouchError('ACCEPTANCE_NOT_STRONG');
  return best.voiceprint.voiceprintId;
}

import { requireGrant } from '../consent/index.js';
import type { Principal } from '../domain/principal.js';
import type { TrustPhrases } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import { callOfCallerAlone } from './caller-alone.js';
import type { Calls } from './calls.js';

/**
 * The trust phrase of the person whom an outbound call asks for, the first one claimed: for the agent who handles the call,
 * once a person has spoken in it.
 *
 * @throws CALL_NOT_FOUND, MIXED_AUDIO_REFUSED, NOT_OUTBOUND, SPEAKER_NOT_CLAIMED, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED, CONSENT_MISSING, NOBODY_ANSWERED, and what
 *   TrustPhrases.show throws
 */
export async function showTrustPhrase(
  parts: { readonly calls: Calls; readonly trustPhrases: TrustPhrases },
  principal: Principal,
  callId: string,
): Promise<string> {
  const { session } = callOfCallerAlone(parts.calls, principal.tenantId, callId);
  if (session.start.direction !== 'OUTBOUND') throw new VouchError('NOT_OUTBOUND');
  const askedFor = session.assessment.claims.find(({ claimNumber }) => claimNumber === 1);
  if (!askedFor) throw new VouchError('SPEAKER_NOT_CLAIMED');
  const grant = requireGrant(askedFor.dossier);
  if (!session.personAnswered) throw new VouchError('NOBODY_ANSWERED');
  return parts.trustPhrases.show(principal, callId, grant);
}

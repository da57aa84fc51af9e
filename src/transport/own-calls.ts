import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { VerificationServiceDefinition as Verification } from '../gen/vouch/v1/verification.js';
import { EnrolmentServiceDefinition as Enrolment } from '../gen/vouch/v1/enrolment.js';
import type { Calls } from '../session/index.js';
import { validId } from './validate.js';

const { getCall, evaluateCall, updateCall, resumeCall, overrideDecision, watchCall } = Verification.methods;
const { enrolFromCall, adaptFromCall } = Enrolment.methods;

// PauseCall is not among them: it must work while the database does not, and a pause harms nobody.
const OF_ONE_CALL: ReadonlySet<string> = new Set([
  ...[getCall, evaluateCall, updateCall, resumeCall, overrideDecision, watchCall].map(
    ({ name }) => `${Verification.name}/${name}`,
  ),
  ...[enrolFromCall, adaptFromCall].map(({ name }) => `${Enrolment.name}/${name}`),
]);

/**
 * Holds platforms to the calls that they stream, and agents to those that name them, or nobody. Throws ID_INVALID,
 * CALL_OF_ANOTHER, DATABASE_UNAVAILABLE. A call that is not there is left to whoever carries the request out.
 */
export async function checkOwnCall(
  { store }: Pick<Calls, 'store'>,
  principal: Principal,
  rpc: string,
  request: unknown,
): Promise<void> {
  const { tenantId, role, actorId } = principal;
  if ((role !== 'TELEPHONY' && role !== 'AGENT') || !OF_ONE_CALL.has(rpc)) return;
  const callId = validId((request as { readonly callId: string }).callId, 'call_id');
  const call = await store.reads.find(tenantId, callId);
  if (call === null) return;
  const whose = role === 'TELEPHONY' ? call.streamedBy : call.agentId;
  if (whose !== null && whose !== actorId) throw new VouchError('CALL_OF_ANOTHER', { field: 'call_id' });
}

import type { Principal, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';

const NAMERS: readonly Role[] = ['TELEPHONY', 'SUPERVISOR', 'ADMINISTRATOR'];

/**
 * Who handles a call is the platform's to say, or a supervisor's: an agent who named themselves could be shown what is meant
 * for another. Throws ROLE_NOT_ALLOWED.
 */
export function checkNamesAgent({ role }: Principal, agentId: string): void {
  if (agentId !== '' && !NAMERS.includes(role))
    throw new VouchError('ROLE_NOT_ALLOWED', { field: 'agent_id', metadata: { role } });
}

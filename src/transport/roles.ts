import type { Principal, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';

/** Throws ROLE_NOT_ALLOWED for a role that is none of these. */
export function requireRole({ role }: Principal, ...allowed: readonly Role[]): void {
  if (!allowed.includes(role)) throw new VouchError('ROLE_NOT_ALLOWED', { metadata: { role } });
}

/** Throws ROLE_NOT_ALLOWED for whoever may only look. */
export function requireWriter(principal: Principal): void {
  requireRole(principal, 'TELEPHONY', 'AGENT', 'SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR');
}

/**
 * Who handles a call is the platform's to say, or a supervisor's: an agent who named themselves could be shown what is meant
 * for another. Throws ROLE_NOT_ALLOWED.
 */
export function checkNamesAgent(principal: Principal, agentId: string): void {
  if (agentId !== '') requireRole(principal, 'TELEPHONY', 'SUPERVISOR', 'ADMINISTRATOR');
}

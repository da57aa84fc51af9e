import type { Principal, Role } from '../domain/principal.js';
import { VouchError } from '../errors.js';

/** Throws ROLE_NOT_ALLOWED for a role that is none of these. */
export function requireRole({ role }: Principal, ...allowed: readonly Role[]): void {
  if (!allowed.includes(role)) throw new VouchError('ROLE_NOT_ALLOWED', { metadata: { role } });
}

import type { Role } from '../domain/principal.js';

/** All roles; where somebody has several, they act in the first of these that may do what is asked. */
export const ROLES = [
  'ADMINISTRATOR',
  'PRIVACY_OFFICER',
  'SUPERVISOR',
  'AUDITOR',
  'TELEPHONY',
  'AGENT',
] as const satisfies readonly Role[];

/** `privacy-officer`, `PRIVACY_OFFICER`; undefined for anything else. */
export function roleNamed(text: string): Role | undefined {
  const name = text.toUpperCase().replaceAll('-', '_');
  return ROLES.find((known) => known === name);
}

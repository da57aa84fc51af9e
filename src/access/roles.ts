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

/** Whether something is an id as this service takes them: 1 to 256 bytes of UTF-8, NFC, no control characters. */
export function isId(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value !== '' &&
    Buffer.byteLength(value) <= 256 &&
    value.isWellFormed() &&
    value.normalize('NFC') === value &&
    !/\p{Cc}/u.test(value)
  );
}

import type { Principal } from '../domain/principal.js';
import { VouchError, type ErrorReason } from '../errors.js';

/**
 * Records that a request was refused.
 *
 * @param rpc - for example `AdminService/PutPolicy`
 */
export type RecordDenial = (principal: Principal, rpc: string, reason: ErrorReason) => Promise<void>;

/** What the consent gate says, and limits that stop somebody from trying speaker after speaker. */
const DENIALS: ReadonlySet<ErrorReason> = new Set([
  'CONSENT_MISSING',
  'SPEAKER_OPTED_OUT',
  'PROCESSING_RESTRICTED',
  'TOO_MANY_CLAIMS',
  'TOO_MANY_EVALUATIONS',
]);

/** Whether an error denies somebody access, other than telling that a request was not right. */
export function isDenial(error: unknown): error is VouchError {
  return error instanceof VouchError && (error.kind === 'PERMISSION_DENIED' || DENIALS.has(error.reason));
}

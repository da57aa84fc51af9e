import type { ActingParty } from '../audit/index.js';
import type { Keyring } from '../crypto/index.js';
import type { RetentionPolicy } from '../domain/retention.js';
import type { Database } from '../storage/index.js';

/** What retention needs. */
export interface RetentionParts {
  readonly database: Database;
  readonly keyring: Keyring;
}

/** A run for one tenant, as the parts of it see it. */
export interface RetentionRun extends RetentionParts {
  readonly tenantId: string;
  readonly acting: ActingParty;
  readonly policy: RetentionPolicy;
  readonly now: Date;
  readonly dryRun: boolean;
  /** What first went wrong with one speaker or another; the run goes on and fails at its end. */
  readonly failures: unknown[];
}

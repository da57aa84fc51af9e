import { appendEntry, type ActingParty } from '../audit/index.js';
import type { Keyring } from '../crypto/index.js';
import type { RetentionKind, RetentionPolicy } from '../domain/retention.js';
import type { Database, Transaction } from '../storage/index.js';

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

/** Records what a transaction takes away, in it: a run that is cut off has no end that could tell. */
export async function recordRemoval(
  tx: Transaction,
  { acting, now }: RetentionRun,
  kind: RetentionKind,
  count: number,
): Promise<void> {
  if (count === 0) return;
  const body = { kind, count };
  await appendEntry(tx, acting, {
    kind: 'AUDIT',
    type: 'RETENTION_REMOVED',
    subjectRef: null,
    recordedAt: now,
    body,
  });
}

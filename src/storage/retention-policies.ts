import type { Transaction } from './transaction.js';

/** A version of the retention policy as stored; `body` is not checked here. */
export interface RetentionPolicyRow {
  readonly version: number;
  readonly body: unknown;
}

/** The latest version; null where none was ever set. */
export async function findRetentionPolicy(tx: Transaction): Promise<RetentionPolicyRow | null> {
  const [row] = await tx.query<RetentionPolicyRow>(
    'SELECT version, body FROM retention_policies ORDER BY version DESC LIMIT 1',
  );
  return row ?? null;
}

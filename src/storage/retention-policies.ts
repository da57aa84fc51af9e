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

/** Adds the next version and returns its number. Two at once: the second fails on the primary key. */
export async function insertRetentionPolicy(tx: Transaction, json: string, createdAt: Date): Promise<number> {
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO retention_policies (version, body, created_at)
     SELECT coalesce(max(version), 0) + 1, $1, $2 FROM retention_policies RETURNING version`,
    [json, createdAt],
  );
  return row?.version ?? 0;
}

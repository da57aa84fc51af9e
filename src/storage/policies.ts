import type { Principal } from '../domain/principal.js';
import { actorOf } from './actors.js';
import type { Transaction } from './transaction.js';

/** A version of a policy as stored; `body` is not checked here. */
export interface PolicyRow {
  readonly policyId: string;
  readonly version: number;
  readonly body: unknown;
  /** Of the body in canonical JSON, hex. */
  readonly sha256: string;
}

/** The latest version of a policy, or null. */
export async function findPolicy(tx: Transaction, policyId: string): Promise<PolicyRow | null> {
  const [row] = await tx.query<PolicyRow>(
    `SELECT policy_id AS "policyId", version, body, sha256 FROM policies
     WHERE policy_id = $1 ORDER BY version DESC LIMIT 1`,
    [policyId],
  );
  return row ?? null;
}

/** One version of a policy, or null. */
export async function findPolicyVersion(
  tx: Transaction,
  policyId: string,
  version: number,
): Promise<PolicyRow | null> {
  const [row] = await tx.query<PolicyRow>(
    `SELECT policy_id AS "policyId", version, body, sha256 FROM policies WHERE policy_id = $1 AND version = $2`,
    [policyId, version],
  );
  return row ?? null;
}

/** Adds the next version of a policy and returns its number. Two at once: the second fails on the primary key. */
export async function insertPolicy(
  tx: Transaction,
  principal: Principal,
  policy: { policyId: string; json: string; sha256: string; createdAt: Date },
): Promise<number> {
  const actor = await actorOf(tx, principal);
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO policies (policy_id, version, body, sha256, created_at, created_by_actor, created_by_role)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6 FROM policies WHERE policy_id = $1
     RETURNING version`,
    [policy.policyId, policy.json, policy.sha256, policy.createdAt, actor.ref, actor.role],
  );
  return row?.version ?? 0;
}

import type { Principal, Role } from '../domain/principal.js';
import { actorOf } from './actors.js';
import type { Transaction } from './transaction.js';

/** A version of a policy as stored; `body` is not checked here. */
export interface PolicyRow {
  readonly policyId: string;
  readonly version: number;
  readonly body: unknown;
  /** Of the body in canonical JSON, hex. */
  readonly sha256: string;
  readonly createdAt: Date;
  /** The acting person or system. */
  readonly createdBy: string;
  readonly createdByRole: Role;
  /** Why, in words; may be empty. */
  readonly reason: string;
}

const COLUMNS = `policy_id AS "policyId", version, body, sha256, created_at AS "createdAt", reason,
  (SELECT actor_id FROM actors WHERE actor_ref = created_by_actor) AS "createdBy", created_by_role AS "createdByRole"`;

/** The latest version of a policy, or null. */
export async function findPolicy(tx: Transaction, policyId: string): Promise<PolicyRow | null> {
  const [row] = await tx.query<PolicyRow>(
    `SELECT ${COLUMNS} FROM policies WHERE policy_id = $1 ORDER BY version DESC LIMIT 1`,
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
    `SELECT ${COLUMNS} FROM policies WHERE policy_id = $1 AND version = $2`,
    [policyId, version],
  );
  return row ?? null;
}

/** Where a list of policies goes on: after this version. */
export interface PolicyPosition {
  readonly policyId: string;
  readonly version: number;
}

/**
 * Versions of policies, by policy in the order of its id's bytes, the latest first.
 *
 * @param policyId of this policy only; empty: of all
 * @param after null: from the first on
 */
export async function listPolicies(
  tx: Transaction,
  policyId: string,
  after: PolicyPosition | null,
  limit: number,
): Promise<PolicyRow[]> {
  return tx.query<PolicyRow>(
    `SELECT ${COLUMNS} FROM policies
     WHERE ($1 = '' OR policy_id = $1)
       AND (policy_id COLLATE "C" > $2 OR (policy_id = $2 AND version < $3))
     ORDER BY policy_id COLLATE "C", version DESC LIMIT $4`,
    [policyId, after?.policyId ?? '', after?.version ?? 0, limit],
  );
}

/** Adds the next version of a policy and returns its number. Two at once: the second gets CHANGED_MEANWHILE. */
export async function insertPolicy(
  tx: Transaction,
  principal: Principal,
  policy: { policyId: string; json: string; sha256: string; reason: string; createdAt: Date },
): Promise<number> {
  const actor = await actorOf(tx, principal);
  const [row] = await tx.query<{ version: number }>(
    `INSERT INTO policies (policy_id, version, body, sha256, reason, created_at, created_by_actor, created_by_role)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7 FROM policies WHERE policy_id = $1
     RETURNING version`,
    [policy.policyId, policy.json, policy.sha256, policy.reason, policy.createdAt, actor.ref, actor.role],
  );
  return row?.version ?? 0;
}

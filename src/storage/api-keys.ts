import type { Role } from '../domain/principal.js';
import { actorRef, type Actor } from './actors.js';
import type { Transaction } from './transaction.js';

/** A key of a program, without the key. */
export interface ApiKeyRow {
  /** UUID. */
  readonly keyId: string;
  readonly prefix: string;
  readonly label: string;
  readonly roles: readonly Role[];
  /** In whose name it acts. */
  readonly actorId: string;
  readonly createdAt: Date;
  readonly createdBy: string;
  readonly expiresAt: Date;
  readonly revokedAt: Date | null;
  /** `2026-05-20`; null: never. */
  readonly lastUsedOn: string | null;
}

/** A key to be kept. */
export type NewApiKeyRow = Omit<ApiKeyRow, 'createdBy' | 'revokedAt' | 'lastUsedOn'> & {
  /** SHA-256. */
  readonly hash: Buffer;
  readonly creator: Actor;
};

const COLUMNS = `key_id AS "keyId", prefix, label, roles,
  (SELECT actor_id FROM actors a WHERE a.actor_ref = k.actor_ref) AS "actorId", created_at AS "createdAt",
  (SELECT actor_id FROM actors a WHERE a.actor_ref = k.created_by_actor) AS "createdBy", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", to_char(last_used_on, 'YYYY-MM-DD') AS "lastUsedOn"`;

export async function insertApiKey(tx: Transaction, key: NewApiKeyRow): Promise<void> {
  await tx.query(
    `INSERT INTO api_keys (key_id, key_sha256, prefix, label, roles, actor_ref, created_at, created_by_actor,
       created_by_role, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      key.keyId,
      key.hash,
      key.prefix,
      key.label,
      key.roles,
      await actorRef(tx, key.actorId),
      key.createdAt,
      key.creator.ref,
      key.creator.role,
      key.expiresAt,
    ],
  );
}

/** The tenant's keys, the newest first. */
export async function listApiKeys(tx: Transaction): Promise<readonly ApiKeyRow[]> {
  return tx.query<ApiKeyRow>(`SELECT ${COLUMNS} FROM api_keys k ORDER BY created_at DESC, key_id`);
}

/** Whose key has this hash; in a transaction of the system. */
export async function findApiKey(
  tx: Transaction,
  hash: Buffer,
): Promise<{ readonly tenantId: string; readonly keyId: string; readonly hash: Buffer } | null> {
  const rows = await tx.query<{ tenantId: string; keyId: string; hash: Buffer }>(
    `SELECT tenant_id AS "tenantId", key_id AS "keyId", key_sha256 AS hash FROM api_keys WHERE key_sha256 = $1`,
    [hash],
  );
  return rows[0] ?? null;
}

export async function getApiKey(tx: Transaction, keyId: string): Promise<ApiKeyRow | null> {
  const rows = await tx.query<ApiKeyRow>(`SELECT ${COLUMNS} FROM api_keys k WHERE key_id = $1`, [keyId]);
  return rows[0] ?? null;
}

/** Ends a key now. Returns whether this did it: false where there is none, or it was revoked before. */
export async function revokeApiKey(tx: Transaction, keyId: string, at: Date): Promise<boolean> {
  const rows = await tx.query(
    'UPDATE api_keys SET revoked_at = $2 WHERE key_id = $1 AND revoked_at IS NULL RETURNING 1',
    [keyId, at],
  );
  return rows.length > 0;
}

/** Notes the day on which a key was used. */
export async function noteApiKeyUse(tx: Transaction, keyId: string, at: Date): Promise<void> {
  await tx.query(
    `UPDATE api_keys SET last_used_on = $2 WHERE key_id = $1 AND last_used_on IS DISTINCT FROM $2::date`,
    [keyId, at.toISOString().slice(0, 10)],
  );
}

import type { OverrideAction, OverrideReason } from '../domain/call.js';
import type { Actor } from './actors.js';
import type { Transaction } from './transaction.js';

/** What somebody did otherwise than a decision suggested. */
export interface OverrideRow {
  /** UUID. */
  readonly overrideId: string;
  readonly callId: string;
  readonly decisionId: string;
  readonly action: OverrideAction;
  readonly reason: OverrideReason;
}

export interface NewOverride extends OverrideRow {
  /** Sealed under the key of this speaker; null: none was given. */
  readonly note: { readonly sealed: Uint8Array; readonly speakerRef: string } | null;
  readonly recordedAt: Date;
  readonly actor: Actor;
  readonly onBehalfOfRef: string | null;
}

/** Keeps an override. Whoever serves its call will find it untold, unless the call has ended. */
export async function insertOverride(tx: Transaction, override: NewOverride): Promise<void> {
  await tx.query(
    `INSERT INTO overrides (override_id, call_id, decision_id, action, reason, note, note_speaker_ref, recorded_at,
       actor, role, on_behalf_of, told)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11,
       EXISTS (SELECT FROM calls WHERE call_id = $2 AND state = 'ENDED'))`,
    [
      override.overrideId,
      override.callId,
      override.decisionId,
      override.action,
      override.reason,
      override.note?.sealed ?? null,
      override.note?.speakerRef ?? null,
      override.recordedAt,
      override.actor.ref,
      override.actor.role,
      override.onBehalfOfRef,
    ],
  );
}

/** An override that its call has not told yet. */
export interface UntoldOverride {
  readonly tenantId: string;
  readonly callId: string;
  readonly overrideId: string;
}

/** What the calls of a replica have to tell, over all tenants; in a transaction of the system. */
export async function listUntoldOverrides(tx: Transaction, replicaId: string): Promise<UntoldOverride[]> {
  return tx.query<UntoldOverride>(
    `SELECT tenant_id AS "tenantId", call_id AS "callId", override_id AS "overrideId"
     FROM overrides JOIN calls USING (tenant_id, call_id)
     WHERE NOT told AND owner_replica = $1 AND state = 'LIVE'`,
    [replicaId],
  );
}

/** An override; null where there is none. */
export async function findOverride(tx: Transaction, overrideId: string): Promise<OverrideRow | null> {
  const [row] = await tx.query<OverrideRow>(
    `SELECT override_id AS "overrideId", call_id AS "callId", decision_id AS "decisionId", action, reason
     FROM overrides WHERE override_id = $1`,
    [overrideId],
  );
  return row ?? null;
}

/** The sealed notes of overrides that have one. */
export async function listOverrideNotes(
  tx: Transaction,
  overrideIds: readonly string[],
): Promise<readonly { readonly overrideId: string; readonly sealed: Buffer; readonly speakerRef: string }[]> {
  return tx.query(
    `SELECT override_id AS "overrideId", note AS sealed, note_speaker_ref AS "speakerRef"
     FROM overrides WHERE override_id = ANY($1::uuid[]) AND note IS NOT NULL`,
    [overrideIds],
  );
}

/** The sealed notes under a speaker's key. */
export async function listNotesOf(
  tx: Transaction,
  speakerRef: string,
): Promise<readonly { readonly overrideId: string; readonly sealed: Buffer }[]> {
  return tx.query(
    'SELECT override_id AS "overrideId", note AS sealed FROM overrides WHERE note_speaker_ref = $1',
    [speakerRef],
  );
}

/** Puts something else that was sealed in the place of a note. */
export async function replaceNote(tx: Transaction, overrideId: string, sealed: Buffer): Promise<void> {
  await tx.query('UPDATE overrides SET note = $2 WHERE override_id = $1', [overrideId, sealed]);
}

/** Notes that an override is among the events of its call. */
export async function setOverrideTold(tx: Transaction, overrideId: string): Promise<void> {
  await tx.query('UPDATE overrides SET told = true WHERE override_id = $1', [overrideId]);
}

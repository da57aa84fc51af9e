import type { Transaction } from './transaction.js';

/** What one process asks of the one that serves a call. */
export interface CallCommand {
  readonly commandId: string;
  readonly callId: string;
  /** Who is to carry it out. */
  readonly ownerReplica: string;
  /** The epoch that the command's own key is wrapped under. */
  readonly keyEpoch: number;
  readonly wrappedKey: Buffer;
  /** What is asked, sealed under that key. */
  readonly request: Buffer;
}

/** A command that waits to be carried out. */
export interface WaitingCommand {
  readonly tenantId: string;
  readonly commandId: string;
}

/** Asks the owner of a call to do something within a time, ms. */
export async function insertCommand(tx: Transaction, command: CallCommand, withinMs: number): Promise<void> {
  const { commandId, callId, ownerReplica, keyEpoch, wrappedKey, request } = command;
  await tx.query(
    `INSERT INTO call_commands (command_id, call_id, owner_replica, key_epoch, wrapped_key, request, deadline)
     VALUES ($1, $2, $3, $4, $5, $6, now() + $7 * interval '1 ms')`,
    [commandId, callId, ownerReplica, keyEpoch, wrappedKey, request, withinMs],
  );
}

/** What a replica is asked to do, over all tenants, at most `limit`; in a transaction of the system. */
export async function listCommands(
  tx: Transaction,
  replicaId: string,
  limit: number,
): Promise<readonly WaitingCommand[]> {
  return tx.query<WaitingCommand>(
    `SELECT tenant_id AS "tenantId", command_id AS "commandId" FROM call_commands
     WHERE owner_replica = $1 AND NOT taken AND deadline > now() ORDER BY deadline LIMIT $2`,
    [replicaId, limit],
  );
}

/** Takes a command to carry it out; null where nobody waits for it any more, or it was taken. */
export async function takeCommand(tx: Transaction, commandId: string): Promise<CallCommand | null> {
  const [command] = await tx.query<CallCommand>(
    `UPDATE call_commands SET taken = true WHERE command_id = $1 AND NOT taken AND deadline > now()
     RETURNING command_id AS "commandId", call_id AS "callId", owner_replica AS "ownerReplica",
       key_epoch AS "keyEpoch", wrapped_key AS "wrappedKey", request`,
    [commandId],
  );
  return command ?? null;
}

/** Tells what came of a command; nothing where whoever asked has left. */
export async function answerCommand(tx: Transaction, commandId: string, answer: Buffer): Promise<void> {
  await tx.query('UPDATE call_commands SET answer = $2 WHERE command_id = $1', [commandId, answer]);
}

/** What came of a command; null while nothing did. */
export async function readAnswer(tx: Transaction, commandId: string): Promise<Buffer | null> {
  const [row] = await tx.query<{ answer: Buffer | null }>(
    'SELECT answer FROM call_commands WHERE command_id = $1',
    [commandId],
  );
  return row?.answer ?? null;
}

/** Takes a command back. */
export async function deleteCommand(tx: Transaction, commandId: string): Promise<void> {
  await tx.query('DELETE FROM call_commands WHERE command_id = $1', [commandId]);
}

/** Deletes what processes that are gone have left, over all tenants; in a transaction of the system. */
export async function purgeCommands(tx: Transaction): Promise<void> {
  await tx.query('DELETE FROM call_commands WHERE deadline < now()');
}

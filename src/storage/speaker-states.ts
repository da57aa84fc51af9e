import type { SpeakerState } from '../domain/rights.js';
import type { Transaction } from './transaction.js';

/** A state that holds for a person. */
export interface SpeakerStateRow {
  /** Keyed hash of the speaker's id. */
  readonly idHash: Buffer;
  readonly state: SpeakerState;
  readonly since: Date;
  /** Where the chain says who set it. */
  readonly chainPosition: number;
}

/** The states that hold for people, by the keyed hashes of their ids. */
export async function findSpeakerStates(
  tx: Transaction,
  idHashes: readonly Buffer[],
): Promise<readonly SpeakerStateRow[]> {
  return tx.query(
    `SELECT id_hash AS "idHash", state, since, chain_position AS "chainPosition" FROM speaker_states
     WHERE id_hash IN (SELECT decode(hash, 'hex') FROM unnest($1::text[]) AS hash) ORDER BY state`,
    [idHashes.map((hash) => hash.toString('hex'))],
  );
}

/** Sets a state; one that holds already stays as it is. */
export async function insertSpeakerState(tx: Transaction, row: SpeakerStateRow): Promise<void> {
  await tx.query(
    `INSERT INTO speaker_states (id_hash, state, since, chain_position) VALUES ($1, $2, $3, $4)
     ON CONFLICT (tenant_id, id_hash, state) DO NOTHING`,
    [row.idHash, row.state, row.since, row.chainPosition],
  );
}

export async function deleteSpeakerState(
  tx: Transaction,
  idHash: Buffer,
  state: SpeakerState,
): Promise<void> {
  await tx.query('DELETE FROM speaker_states WHERE id_hash = $1 AND state = $2', [idHash, state]);
}

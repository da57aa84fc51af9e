import type { Transaction } from './transaction.js';

/** Details of a consent event, sealed under the speaker's key. */
export interface ConsentDetailsRow {
  readonly eventId: string;
  readonly speakerRef: string;
  readonly ciphertext: Buffer;
}

export async function insertConsentDetails(tx: Transaction, row: ConsentDetailsRow): Promise<void> {
  await tx.query('INSERT INTO consent_details (event_id, speaker_ref, ciphertext) VALUES ($1, $2, $3)', [
    row.eventId,
    row.speakerRef,
    row.ciphertext,
  ]);
}

/** Puts something else that was sealed in the place of an event's details. */
export async function replaceConsentDetails(tx: Transaction, row: ConsentDetailsRow): Promise<void> {
  await tx.query('UPDATE consent_details SET ciphertext = $2 WHERE event_id = $1', [
    row.eventId,
    row.ciphertext,
  ]);
}

export async function findConsentDetails(
  tx: Transaction,
  eventId: string,
): Promise<ConsentDetailsRow | null> {
  const [row] = await tx.query<ConsentDetailsRow>(
    'SELECT event_id AS "eventId", speaker_ref AS "speakerRef", ciphertext FROM consent_details WHERE event_id = $1',
    [eventId],
  );
  return row ?? null;
}

/** The sealed details of all of somebody's consent events. */
export async function listConsentDetails(
  tx: Transaction,
  speakerRef: string,
): Promise<readonly ConsentDetailsRow[]> {
  return tx.query(
    'SELECT event_id AS "eventId", speaker_ref AS "speakerRef", ciphertext FROM consent_details WHERE speaker_ref = $1',
    [speakerRef],
  );
}

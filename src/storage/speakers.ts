import type { Transaction } from './transaction.js';

export interface SpeakerRow {
  readonly speakerRef: string;
  readonly speakerId: string;
  readonly createdAt: Date;
  /** Position in the chain of the last event that changes whether, or with what, they may be compared. */
  readonly version: number;
}

const COLUMNS = 'speaker_ref AS "speakerRef", speaker_id AS "speakerId", created_at AS "createdAt", version';

export async function findSpeaker(tx: Transaction, speakerId: string): Promise<SpeakerRow | null> {
  const [row] = await tx.query<SpeakerRow>(`SELECT ${COLUMNS} FROM speakers WHERE speaker_id = $1`, [
    speakerId,
  ]);
  return row ?? null;
}

/** Finds a speaker and lets nobody else write about them until the transaction ends. */
export async function lockSpeaker(tx: Transaction, speakerId: string): Promise<SpeakerRow | null> {
  const [row] = await tx.query<SpeakerRow>(
    `SELECT ${COLUMNS} FROM speakers WHERE speaker_id = $1 FOR NO KEY UPDATE`,
    [speakerId],
  );
  return row ?? null;
}

/** As {@link lockSpeaker}, by reference. */
export async function lockSpeakerRef(tx: Transaction, speakerRef: string): Promise<SpeakerRow | null> {
  const [row] = await tx.query<SpeakerRow>(
    `SELECT ${COLUMNS} FROM speakers WHERE speaker_ref = $1 FOR NO KEY UPDATE`,
    [speakerRef],
  );
  return row ?? null;
}

/** Adds a speaker. False where the id is known: by then another transaction has added it. */
export async function insertSpeaker(
  tx: Transaction,
  speaker: { speakerRef: string; speakerId: string; createdAt: Date },
): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO speakers (speaker_ref, speaker_id, created_at) VALUES ($1, $2, $3)
     ON CONFLICT (tenant_id, speaker_id) DO NOTHING RETURNING 1`,
    [speaker.speakerRef, speaker.speakerId, speaker.createdAt],
  );
  return rows.length > 0;
}

/** Notes that an event at this position changes whether, or with what, a speaker may be compared. */
export async function setSpeakerVersion(tx: Transaction, speakerRef: string, version: number): Promise<void> {
  await tx.query('UPDATE speakers SET version = $2 WHERE speaker_ref = $1', [speakerRef, version]);
}

export interface SpeakerSummaryRow extends SpeakerRow {
  /** Labels with a voiceprint in use, and labels with one that waits. */
  readonly active: number;
  readonly pending: number;
}

/** Speakers in the order of their ids' bytes, from after an id. */
export async function listSpeakers(
  tx: Transaction,
  page: { after: string; limit: number; now: Date },
): Promise<readonly SpeakerSummaryRow[]> {
  return tx.query(
    `SELECT ${COLUMNS}, counts.active, counts.pending
     FROM (SELECT * FROM speakers WHERE speaker_id > $1 ORDER BY speaker_id LIMIT $2) speakers
     CROSS JOIN LATERAL (
       SELECT count(DISTINCT label) FILTER (WHERE status = 'ACTIVE' OR usable_from <= $3) AS active,
              count(*) FILTER (WHERE status = 'PENDING' AND (usable_from IS NULL OR usable_from > $3)) AS pending
       FROM voiceprints
       WHERE voiceprints.speaker_ref = speakers.speaker_ref AND status IN ('ACTIVE', 'PENDING')
     ) counts
     ORDER BY speaker_id`,
    [page.after, page.limit, page.now],
  );
}

/** What the state of a speaker's consent and voiceprints depends on, as positions in the chain; 0 or empty for none. */
export interface SpeakerVersionRow {
  readonly speakerId: string;
  readonly speaker: number;
  readonly optOut: number;
  /** The states that hold, each with its position. */
  readonly states: string;
}

/** The versions of many speakers, known or not, in the order given. */
export async function speakerVersions(
  tx: Transaction,
  ids: readonly { speakerId: string; idHash: Buffer }[],
): Promise<readonly SpeakerVersionRow[]> {
  return tx.query(
    `SELECT asked.speaker_id AS "speakerId", coalesce(s.version, 0) AS speaker, coalesce(o.chain_position, 0) AS "optOut",
       coalesce((SELECT string_agg(h.state || h.chain_position, '-' ORDER BY h.state) FROM speaker_states h
         WHERE h.id_hash = decode(asked.id_hash, 'hex')), '') AS states
     FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS asked (speaker_id, id_hash, number)
     LEFT JOIN speakers s ON s.speaker_id = asked.speaker_id COLLATE "C"
     LEFT JOIN opt_outs o ON o.id_hash = decode(asked.id_hash, 'hex')
     ORDER BY asked.number`,
    [ids.map((id) => id.speakerId), ids.map((id) => id.idHash.toString('hex'))],
  );
}

import type { Transaction } from './transaction.js';

/** What a speaker's term depends on. */
export interface SpeakerTermRow {
  readonly speakerRef: string;
  readonly speakerId: string;
  /** When they were last enrolled, recorded a consent event, or were accepted in a call. */
  readonly lastActiveAt: Date;
  /** The same without calls. */
  readonly lastRenewedAt: Date;
  /** When they were last accepted in a call, to the day; null: never. */
  readonly acceptedAt: Date | null;
}

const TERMS = `SELECT s.speaker_ref AS "speakerRef", s.speaker_id AS "speakerId",
    greatest(s.created_at, enrolled.at, said.at, accepted_at) AS "lastActiveAt",
    greatest(s.created_at, enrolled.at, said.at) AS "lastRenewedAt", accepted_at AS "acceptedAt"
  FROM (SELECT * FROM speakers WHERE %s) s
  LEFT JOIN speaker_activity USING (tenant_id, speaker_ref)
  CROSS JOIN LATERAL (SELECT max(created_at) AS at FROM voiceprints v
    WHERE v.tenant_id = s.tenant_id AND v.speaker_ref = s.speaker_ref
      -- What a voiceprint learnt in a call is use, like the call's acceptance.
      AND v.adapted_from IS NULL) enrolled
  CROSS JOIN LATERAL (SELECT
      -- What was said to another installation is as old here as it was there.
      max(coalesce((l.body::jsonb #>> '{imported,recordedAt}')::timestamptz, l.recorded_at)) AS at FROM ledger l
    WHERE l.tenant_id = s.tenant_id AND l.subject_ref = s.speaker_ref AND l.kind = 'CONSENT') said
  ORDER BY s.speaker_ref`;

/** Speakers in the order of their pseudonyms, from after one; null: from the first. */
export async function listSpeakerTerms(
  tx: Transaction,
  after: string | null,
  limit: number,
): Promise<readonly SpeakerTermRow[]> {
  const page = '($1::uuid IS NULL OR speaker_ref > $1) ORDER BY speaker_ref LIMIT $2';
  return tx.query(TERMS.replace('%s', page), [after, limit]);
}

/** One of them. */
export async function findSpeakerTerm(tx: Transaction, speakerRef: string): Promise<SpeakerTermRow | null> {
  const [row] = await tx.query<SpeakerTermRow>(TERMS.replace('%s', 'speaker_ref = $1'), [speakerRef]);
  return row ?? null;
}

/** The shortest limit that any published notice gives, days; null where there is none. */
export async function shortestNoticeDays(tx: Transaction): Promise<number | null> {
  const [row] = await tx.query<{ days: number | null }>('SELECT min(retention_days) AS days FROM notices');
  return row?.days ?? null;
}

/** A speaker, and whether the consent that their voiceprints rest on may have ended by itself. */
export interface MaybeLapsedRow {
  readonly speakerRef: string;
  readonly speakerId: string;
  /** They have voiceprints, or something beside them, and once said yes under an end that has come, or a notice that was replaced. */
  readonly mayBeLapsed: boolean;
}

/** Speakers in the order of their pseudonyms, from after one; null: from the first. */
export async function listMaybeLapsed(
  tx: Transaction,
  now: Date,
  after: string | null,
  limit: number,
): Promise<readonly MaybeLapsedRow[]> {
  return tx.query(
    `SELECT s.speaker_ref AS "speakerRef", s.speaker_id AS "speakerId",
       (EXISTS (SELECT FROM voiceprints v WHERE v.tenant_id = s.tenant_id AND v.speaker_ref = s.speaker_ref)
         OR EXISTS (SELECT FROM partial_evidence p WHERE p.tenant_id = s.tenant_id AND p.speaker_ref = s.speaker_ref)
         OR EXISTS (SELECT FROM replay_fingerprints f WHERE f.tenant_id = s.tenant_id AND f.speaker_ref = s.speaker_ref)
         OR EXISTS (SELECT FROM trust_phrases t WHERE t.tenant_id = s.tenant_id AND t.speaker_ref = s.speaker_ref))
       AND EXISTS (SELECT FROM ledger l
         WHERE l.tenant_id = s.tenant_id AND l.subject_ref = s.speaker_ref AND l.kind = 'CONSENT'
           AND l.type = 'CONSENT_RECORDED'
           AND ((l.body::jsonb ->> 'expiresAt')::timestamptz <= $1
             OR EXISTS (SELECT FROM notices n WHERE n.tenant_id = l.tenant_id AND n.requires_new_consent
               AND n.notice_id = l.body::jsonb #>> '{notice,noticeId}'
               AND n.version > (l.body::jsonb #>> '{notice,version}')::int))) AS "mayBeLapsed"
     FROM speakers s WHERE ($2::uuid IS NULL OR s.speaker_ref > $2) ORDER BY s.speaker_ref LIMIT $3`,
    [now, after, limit],
  );
}

/** Deletes what calls noted of speakers who were erased at that moment. */
export async function forgetStrayActivity(tx: Transaction): Promise<void> {
  await tx.query(
    `DELETE FROM speaker_activity a WHERE NOT EXISTS (
       SELECT FROM speakers s WHERE s.tenant_id = a.tenant_id AND s.speaker_ref = a.speaker_ref)`,
  );
}

/** Takes the turn for a tenant's daily retention; false where another process had it less than `everyMs` ago. */
export async function takeRetentionTurn(tx: Transaction, now: Date, everyMs: number): Promise<boolean> {
  const rows = await tx.query(
    `INSERT INTO retention_runs (begun_at) VALUES ($1)
     ON CONFLICT (tenant_id) DO UPDATE SET begun_at = excluded.begun_at WHERE retention_runs.begun_at <= $2
     RETURNING 1`,
    [now, new Date(now.getTime() - everyMs)],
  );
  return rows.length > 0;
}

/** How many idempotency keys are older than a time. */
export async function countIdempotencyKeys(tx: Transaction, before: Date): Promise<number> {
  const [row] = await tx.query<{ count: number }>(
    'SELECT count(*) AS count FROM idempotency_keys WHERE created_at < $1',
    [before],
  );
  return row?.count ?? 0;
}

/** Deletes idempotency keys that are older, at most so many; how many. */
export async function deleteIdempotencyKeys(tx: Transaction, before: Date, limit: number): Promise<number> {
  const rows = await tx.query(
    `DELETE FROM idempotency_keys i USING (
       SELECT method, key FROM idempotency_keys WHERE created_at < $1 ORDER BY created_at LIMIT $2) old
     WHERE i.method = old.method AND i.key = old.key RETURNING 1`,
    [before, limit],
  );
  return rows.length;
}

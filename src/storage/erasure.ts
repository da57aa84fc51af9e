import type { Transaction } from './transaction.js';

/** Whose rows are meant: by pseudonym, and by the keyed hash of the id where they were claimed before they were known. */
export interface ErasedSubject {
  readonly speakerRef: string;
  readonly idHash: Buffer;
}

/** What was taken out of the calls that claimed somebody. */
export interface ErasedFromCalls {
  readonly claims: number;
  /** Decisions about this person alone: deleted. */
  readonly decisions: number;
  /** Decisions about others, too: this person's part taken out. */
  readonly decisionsRedacted: number;
  readonly outcomes: number;
}

/** Whether anything is held of somebody who has no name here: a key, claims of their id, or rows of manifests. */
export async function holdsAnything(tx: Transaction, subject: ErasedSubject): Promise<boolean> {
  const rows = await tx.query(
    `SELECT 1 WHERE EXISTS (SELECT FROM speaker_keys WHERE speaker_ref = $1)
       OR EXISTS (SELECT FROM call_claims WHERE speaker_ref = $1 OR claimed_hash = $2)
       OR EXISTS (SELECT FROM enrolment_job_rows WHERE speaker_hash = $2)`,
    [subject.speakerRef, subject.idHash],
  );
  return rows.length > 0;
}

const NAMED = `named AS (
  SELECT tenant_id, call_id, claim_number FROM call_claims WHERE speaker_ref = $1 OR claimed_hash = $2)`;
const CLAIMED = `jsonb_array_elements(e.body #> '{decision,claims}') AS claim`;

const OTHERS = `jsonb_array_elements(e.body #> '{decision,others}') AS other`;

/**
 * Takes somebody out of all calls, running ones too: their claims, what was decided about them and what turned out to be
 * true of it. The rest of a call stays, and names nobody of them.
 */
export async function eraseFromCalls(tx: Transaction, subject: ErasedSubject): Promise<ErasedFromCalls> {
  const values = [subject.speakerRef, subject.idHash];
  const decisions = await tx.query<{ decisionId: string }>(
    `WITH ${NAMED} DELETE FROM call_events e USING named n
     WHERE e.tenant_id = n.tenant_id AND e.call_id = n.call_id AND e.type IN ('decision', 'evaluation')
       AND EXISTS (SELECT FROM ${CLAIMED} WHERE (claim ->> 'claimNumber')::int = n.claim_number)
       AND NOT EXISTS (SELECT FROM ${CLAIMED} WHERE (claim ->> 'claimNumber')::int <> n.claim_number)
     RETURNING e.decision_id AS "decisionId"`,
    values,
  );
  const outcomes = await tx.query('DELETE FROM outcomes WHERE decision_id = ANY ($1) RETURNING 1', [
    decisions.map((row) => row.decisionId),
  ]);
  await tx.query('DELETE FROM overrides WHERE decision_id = ANY ($1) OR note_speaker_ref = $2', [
    decisions.map((row) => row.decisionId),
    subject.speakerRef,
  ]);
  const redacted = await redactDecisions(tx, values);
  await redactOthers(tx, values);
  await tx.query(
    `WITH ${NAMED} DELETE FROM call_events e USING named n
     WHERE e.tenant_id = n.tenant_id AND e.call_id = n.call_id AND e.type IN ('claimReceived', 'consentChanged')
       AND (e.body ->> 'claimNumber')::int = n.claim_number`,
    values,
  );
  return {
    claims: await eraseClaims(tx, values),
    decisions: decisions.length,
    decisionsRedacted: redacted,
    outcomes: outcomes.length,
  };
}

/** In a running call a claim keeps its number, so that no other gets it, and nothing that leads to the person. */
async function eraseClaims(tx: Transaction, values: readonly (string | Buffer)[]): Promise<number> {
  // Where the call came from may be the person's telephone.
  await tx.query(
    `WITH ${NAMED} UPDATE calls SET source_hash = NULL FROM named
     WHERE calls.tenant_id = named.tenant_id AND calls.call_id = named.call_id AND source_hash IS NOT NULL`,
    values,
  );
  const emptied = await tx.query(
    `UPDATE call_claims c SET speaker_ref = NULL, claimed_hash = sha256(convert_to(gen_random_uuid()::text, 'UTF8'))
     FROM calls
     WHERE (c.speaker_ref = $1 OR c.claimed_hash = $2)
       AND calls.tenant_id = c.tenant_id AND calls.call_id = c.call_id AND calls.state <> 'ENDED' RETURNING 1`,
    values,
  );
  const deleted = await tx.query(
    'DELETE FROM call_claims WHERE speaker_ref = $1 OR claimed_hash = $2 RETURNING 1',
    values,
  );
  return emptied.length + deleted.length;
}

/** The numbers of a decision as a whole may have been this person's: they go as well. */
async function redactDecisions(tx: Transaction, values: readonly (string | Buffer)[]): Promise<number> {
  const rows = await tx.query(
    `WITH ${NAMED} UPDATE call_events e
     SET body = jsonb_set(e.body, '{decision}', e.body -> 'decision' || jsonb_build_object(
       'claims', (SELECT jsonb_agg(claim) FROM ${CLAIMED} WHERE (claim ->> 'claimNumber')::int <> n.claim_number),
       'confidence', null, 'confidenceBand', null, 'score', null, 'llr', null))
     FROM named n
     WHERE e.tenant_id = n.tenant_id AND e.call_id = n.call_id AND e.type IN ('decision', 'evaluation')
       AND EXISTS (SELECT FROM ${CLAIMED} WHERE (claim ->> 'claimNumber')::int = n.claim_number)
     RETURNING 1`,
    values,
  );
  return rows.length;
}

/** Where they only helped to tell who answered: what was found of them goes, and what was decided of the other stays. */
async function redactOthers(tx: Transaction, values: readonly (string | Buffer)[]): Promise<void> {
  await tx.query(
    `WITH ${NAMED} UPDATE call_events e
     SET body = jsonb_set(e.body, '{decision,others}', (SELECT coalesce(jsonb_agg(other), '[]') FROM ${OTHERS}
       WHERE (other ->> 'claimNumber')::int <> n.claim_number))
     FROM named n
     WHERE e.tenant_id = n.tenant_id AND e.call_id = n.call_id AND e.type IN ('decision', 'evaluation')
       AND EXISTS (SELECT FROM ${OTHERS} WHERE (other ->> 'claimNumber')::int = n.claim_number)`,
    values,
  );
}

/** Deletes the sealed details of somebody's consent events; how many. */
export async function deleteConsentDetailsOf(tx: Transaction, speakerRef: string): Promise<number> {
  const rows = await tx.query('DELETE FROM consent_details WHERE speaker_ref = $1 RETURNING 1', [speakerRef]);
  return rows.length;
}

/** Destroys a wrapped data key; whether there was one. */
export async function deleteSpeakerKey(tx: Transaction, speakerRef: string): Promise<boolean> {
  const rows = await tx.query('DELETE FROM speaker_keys WHERE speaker_ref = $1 RETURNING 1', [speakerRef]);
  return rows.length > 0;
}

/** Deletes the only row with somebody's id; whether there was one. Voiceprints must be gone by then. */
export async function deleteSpeaker(tx: Transaction, speakerRef: string): Promise<boolean> {
  await tx.query('DELETE FROM speaker_activity WHERE speaker_ref = $1', [speakerRef]);
  const rows = await tx.query('DELETE FROM speakers WHERE speaker_ref = $1 RETURNING 1', [speakerRef]);
  return rows.length > 0;
}

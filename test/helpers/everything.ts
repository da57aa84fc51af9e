import { randomUUID } from 'node:crypto';
import type { ManifestRow } from '../../src/domain/enrolment-job.js';
import {
  EnrolmentJobs,
  PartialEvidence,
  ReplayFingerprints,
  TrustPhrases,
} from '../../src/enrolment/index.js';
import { Overrides } from '../../src/session/index.js';
import { insertCommand } from '../../src/storage/index.js';
import { TransferKeys } from '../../src/transfer/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { PROOFING } from './over-calls.js';
import { asOwner } from './database.js';
import type { RightsGround } from './rights.js';
import { speech } from './voiceprints.js';

/** Puts something of Kim's into every table that may hold something of a person's. */
export async function fillEverything(ground: RightsGround): Promise<void> {
  const { database, keyring, clock, officer, gate, speakers, grant, grantOf, enrol, call, erase } = ground;
  await grant('lee');
  for (const id of ['kim', 'lee']) await speakers.setAccount(officer, id, 'household 1', `account ${id}`);
  await enrol('lee', { speech: { findAlike: (others) => others[0] } });
  const { callId, decisionId } = await call(['kim']);
  await new Overrides(database, keyring, clock).record(officer, {
    callId,
    decisionId,
    action: 'PROCEEDED',
    reason: 'VOICE_IMPAIRED',
    note: 'Kim has a cold',
    onBehalfOf: '',
    idempotencyKey: 'o',
  });
  const jobs = new EnrolmentJobs(database, keyring, clock);
  const terms = {
    existing: 'SKIP',
    recordedBeforeEntry: false,
    onBehalfOf: '',
    idempotencyKey: 'j',
  } as const;
  const { jobId } = await jobs.create(officer, terms, { rows: manifest(), sha256: () => 'a'.repeat(64) });
  await jobs.cancel(officer, jobId, 'c');
  const phrases = new TrustPhrases(database, keyring, gate, clock);
  await phrases.set(officer, { speakerId: 'kim', phrase: 'blue heron', idempotencyKey: 'p' });
  const partial = new PartialEvidence(database, keyring, gate, clock);
  const part = { grant: await grantOf('kim'), label: 'mobile', callId, proofing: PROOFING, onBehalfOf: '' };
  await partial.keep(officer, part, speech(clock.now()), DEFAULT_POLICY.enrolment);
  await new ReplayFingerprints(database, keyring, gate, clock).keep(part.grant, callId, 1, Buffer.of(1));
  await database.tenant(officer.tenantId, async (tx) => {
    // Of a process that was gone before the answer came; the janitor would have it within seconds.
    const command = { commandId: randomUUID(), callId, ownerReplica: randomUUID(), keyEpoch: 1 };
    await insertCommand(tx, { ...command, wrappedKey: Buffer.alloc(1), request: Buffer.alloc(1) }, 0);
  });
  // The end of a call takes it away: this is what a process left that was gone at that moment.
  await asOwner(
    ground.url,
    `INSERT INTO vouch.call_checkpoints (tenant_id, call_id, speaker_ref, sealed)
     SELECT tenant_id, $1, speaker_ref, '' FROM vouch.speakers WHERE speaker_id = 'kim'`,
    [callId],
  );
  await new TransferKeys(database, keyring, clock).create(officer, 7, 't');
  await grant('mia');
  await erase('mia');
  await grant('noa');
  // By the server's clock, which these tests do not move.
  await asOwner(ground.url, 'UPDATE vouch.idempotency_keys SET created_at = $1', [clock.now()]);
}

/** A list that names Kim alone. */
export async function* manifest(): AsyncGenerator<ManifestRow> {
  await Promise.resolve();
  yield {
    row: 1,
    file: 'kim.wav',
    speakerId: 'kim',
    label: 'branch',
    channel: 0,
    consentReference: 'form-1',
    recordedAt: speech(new Date()).spokenFrom,
    proofing: null,
    problem: null,
  };
}

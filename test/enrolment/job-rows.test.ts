import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { EnrolmentJobs, JobRows } from '../../src/enrolment/index.js';
import { lockSpeaker } from '../../src/storage/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { manifest } from '../helpers/everything.js';
import { enrolmentRequest, speech, voiceprintGround } from '../helpers/voiceprints.js';

test('a row waits for its speaker without keeping itself from an erasure, which has the speaker first', async (t) => {
  const { database, keyring, gate, clock, officer, grantOf, openIds } = await voiceprintGround(t);
  const { tenantId } = officer;
  const jobs = new EnrolmentJobs(database, keyring, clock);
  const terms = {
    existing: 'OVERWRITE',
    recordedBeforeEntry: false,
    onBehalfOf: '',
    idempotencyKey: 'j',
  } as const;
  const { jobId } = await jobs.create(officer, terms, { rows: manifest(), sha256: () => 'a'.repeat(64) });
  const rows = new JobRows(database, keyring, gate, clock);
  const lane = 1;
  const begun = await rows.begin({ tenantId, jobId, lane, turn: 0 }, 0);
  const request = enrolmentRequest('kim', { source: 'RECORDING', callId: '' });
  const policy = { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0 };
  const grant = await grantOf('kim');
  let enrolled: Promise<void> | undefined;
  await database.tenant(tenantId, async (tx) => {
    await lockSpeaker(tx, 'kim');
    enrolled = rows.enrol(begun!, grant, request, speech(clock.now()), policy);
    await sleep(500);
    const free = await tx.query('SELECT 1 FROM enrolment_job_rows WHERE job_id = $1 FOR UPDATE NOWAIT', [
      jobId,
    ]);
    t.is(free.length, 1);
  });
  await enrolled;
  t.is((await openIds('kim')).length, 1);
});

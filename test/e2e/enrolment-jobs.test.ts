import { randomUUID } from 'node:crypto';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { describeFailure } from '../../src/cli/failure.js';
import { ConsentValue } from '../../src/gen/vouch/v1/consent.js';
import { EnrolmentJobState, ExistingVoiceprint, VoiceprintStatus } from '../../src/gen/vouch/v1/enrolment.js';
import {
  createJob,
  Imports,
  jobEnds,
  jobRows,
  listedJobs,
  manifest,
  outcomeOf,
  readJob,
  type Row,
} from '../helpers/batch.js';
import { upload, type TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';

const imports = new Imports();
const service = serviceOfFile({ VOUCH_IMPORT_DIR: imports.directory, VOUCH_IMPORT_AT_ONCE: '2' });
test.after.always('remove the recordings', () => imports.remove());

const SPEAKERS = ['allison_en', 'carlo_it', 'june_fr'];
const ENROL = SPEAKERS.map((speaker) => `${speaker}/enrol.wav`);

/** A tenant whose speakers have consented, with their recordings. */
async function tenantWithRecordings(): Promise<{ tenant: TestTenant; rows: Row[] }> {
  const tenant = await service().tenant();
  await imports.copy(tenant.tenantId, ENROL);
  const rows: Row[] = [];
  for (const speaker of SPEAKERS) {
    const { eventId } = await tenant.grant(speaker);
    rows.push({ file: `${speaker}/enrol.wav`, speaker, consent_reference: eventId });
  }
  return { tenant, rows };
}

async function refusal(work: Promise<unknown>): Promise<string> {
  const { reason, field } = await work.then(
    () => describeFailure(new Error('It went through.')),
    describeFailure,
  );
  return `${reason} ${field}`.trim();
}

test('a manifest becomes voiceprints, and its job says so', async (t) => {
  const { tenant, rows } = await tenantWithRecordings();
  const made = await createJob(tenant, rows);
  t.is(made.state, EnrolmentJobState.RUNNING);
  t.is(made.rows, 3);
  const ended = await jobEnds(tenant, made.jobId);
  t.is(ended.state, EnrolmentJobState.ENDED);
  t.deepEqual([ended.enrolled, ended.skipped, ended.failed], [3, 0, 0]);
  t.true(ended.endedAt! >= made.createdAt!);
  for (const row of await jobRows(tenant, made.jobId, 2)) {
    t.is(outcomeOf(row), 'ENROLLED');
    const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: row.speakerId });
    t.deepEqual(
      voiceprints.map(({ voiceprintId, label, status }) => [voiceprintId, label, status]),
      [[row.voiceprintId, 'default', VoiceprintStatus.ACTIVE]],
    );
    t.is(voiceprints[0]?.proofing?.method, 'branch-visit');
  }
});

test('jobs are listed, those made last first, a page at a time, to those who may; no other tenant sees them', async (t) => {
  const { tenant, rows } = await tenantWithRecordings();
  t.deepEqual(await listedJobs(tenant, 1), []);
  const made: string[] = [];
  for (const row of rows) {
    const { jobId } = await createJob(tenant, [{ ...row, file: 'not/there.wav' }]); // Which is found out quickly.
    made.unshift(jobId);
  }
  for (const jobId of made) await jobEnds(tenant, jobId);
  for (const pageSize of [0, 1, 2, 3]) {
    const jobs = await listedJobs(tenant.as('AUDITOR'), pageSize);
    t.deepEqual(
      jobs.map(({ jobId }) => jobId),
      made,
    );
    t.deepEqual(jobs[0], await readJob(tenant, made[0]!));
  }
  t.deepEqual(await listedJobs(await service().tenant(), 0), []);
  t.is(await refusal(tenant.as('AGENT').enrolment.listEnrolmentJobs({})), 'ROLE_NOT_ALLOWED');
  for (const text of ['1', `NaN ${made[0]}`, `1 ${'-'.repeat(36)}`]) {
    const pageToken = Buffer.from(text).toString('base64url');
    t.is(await refusal(tenant.enrolment.listEnrolmentJobs({ pageToken })), 'FIELD_INVALID page_token');
  }
});

test('what exists is skipped or overwritten, as the job says', async (t) => {
  const { tenant, rows } = await tenantWithRecordings();
  const first = await createJob(tenant, rows.slice(0, 1));
  await jobEnds(tenant, first.jobId);
  const skipping = await createJob(tenant, rows);
  t.like(await jobEnds(tenant, skipping.jobId), { enrolled: 2, skipped: 1, failed: 0 });
  t.is(outcomeOf((await jobRows(tenant, skipping.jobId))[0]!), 'SKIPPED LABEL_EXISTS label');
  const overwriting = await createJob(tenant, rows.slice(0, 1), { existing: ExistingVoiceprint.OVERWRITE });
  t.like(await jobEnds(tenant, overwriting.jobId), { enrolled: 1, skipped: 0 });
  const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: SPEAKERS[0]! });
  t.deepEqual(
    voiceprints.map(({ version, status }) => [version, status]),
    [
      [1, VoiceprintStatus.SUPERSEDED],
      [2, VoiceprintStatus.ACTIVE],
    ],
  );
});

test('every row that comes to nothing says why', async (t) => {
  const { tenant, rows } = await tenantWithRecordings();
  const good = rows[0]!;
  await imports.copy(tenant.tenantId, [
    'edge/not-audio.wav',
    'edge/silence.wav',
    'edge/truncated.wav',
    'two-party/call.wav',
  ]);
  await imports.write(tenant.tenantId, 'empty.wav', Buffer.alloc(0));
  await imports.copy('other-tenant', ['allison_en/enrol.wav']);
  const elsewhere = join(imports.directory, 'other-tenant');
  await symlink(
    join(elsewhere, 'allison_en/enrol.wav'),
    join(imports.directory, tenant.tenantId, 'link.wav'),
  );
  await symlink(elsewhere, join(imports.directory, tenant.tenantId, 'folder'));
  await tenant.optOut('june_fr');
  const cases: [changes: Partial<Row>, outcome: string][] = [
    [{}, 'ENROLLED'],
    [{}, 'FAILED ROW_REPEATED speaker'],
    [{ speaker: '' }, 'FAILED ID_INVALID speaker'],
    [{ label: 'x'.repeat(65) }, 'FAILED FIELD_INVALID label'],
    [{ label: 'a', channel: 'left' }, 'FAILED FIELD_INVALID channel'],
    [{ label: 'a', recorded_at: '2026-01-01' }, 'FAILED FIELD_INVALID recorded_at'],
    [{ label: 'a', recorded_at: '2999-01-01T00:00:00Z' }, 'FAILED FIELD_INVALID recorded_at'],
    [{ label: 'a', proofing_method: '' }, 'FAILED PROOFING_REQUIRED proofing_method'],
    [{ label: 'b', speaker: 'nobody' }, 'FAILED CONSENT_MISSING speaker'],
    [{ label: 'c', speaker: 'june_fr' }, 'FAILED SPEAKER_OPTED_OUT speaker'],
    [{ label: 'd', consent_reference: randomUUID() }, 'FAILED CONSENT_REFERENCE_MISMATCH consent_reference'],
    [{ label: 'e', recorded_at: '2026-01-01T00:00:00Z' }, 'FAILED CONSENT_MISSING recorded_at'],
    [{ label: 'f', file: 'missing.wav' }, 'FAILED RECORDING_NOT_FOUND file'],
    [{ label: 'g', file: '../other-tenant/allison_en/enrol.wav' }, 'FAILED RECORDING_NOT_FOUND file'],
    [{ label: 'h', file: join(elsewhere, 'allison_en/enrol.wav') }, 'FAILED RECORDING_NOT_FOUND file'],
    [{ label: 'i', file: 'link.wav' }, 'FAILED RECORDING_NOT_FOUND file'],
    [{ label: 'j', file: 'folder/allison_en/enrol.wav' }, 'FAILED RECORDING_NOT_FOUND file'],
    [{ label: 'k', file: 'allison_en' }, 'FAILED RECORDING_NOT_FOUND file'],
    [{ label: 'l', file: 'empty.wav' }, 'FAILED RECORDING_EMPTY file'],
    [{ label: 'm', file: 'edge/not-audio.wav' }, 'FAILED RECORDING_UNREADABLE'],
    [{ label: 'n', file: 'edge/truncated.wav' }, 'FAILED RECORDING_TRUNCATED'],
    [{ label: 'o', file: 'edge/silence.wav' }, 'FAILED NOT_ENOUGH_SPEECH'],
    [{ label: 'q', file: 'two-party/call.wav' }, 'FAILED CALLER_CHANNEL_MISSING channel'],
    [{ label: 'r', channel: '1' }, 'FAILED CALLER_CHANNEL_MISSING channel'],
  ];
  const made = await createJob(
    tenant,
    cases.map(([changes]) => ({ ...good, ...changes }) as Row),
  );
  const ended = await jobEnds(tenant, made.jobId);
  const outcomes = (await jobRows(tenant, made.jobId)).map(outcomeOf);
  t.deepEqual(
    outcomes,
    cases.map(([, outcome]) => outcome),
  );
  t.like(ended, { enrolled: 1, skipped: 0, failed: cases.length - 1 });
  const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: good.speaker });
  t.is(voiceprints.length, 1);
});

test('recordings from before the move are taken only where the job asks for it, and consent was given before them', async (t) => {
  const tenant = await service().tenant();
  await imports.copy(tenant.tenantId, ['allison_en/enrol.wav']);
  const evidence = { type: 'signed-document', reference: 'archive/4711' };
  const occurredAt = new Date('2024-05-01T09:00:00Z');
  t.true((await tenant.grant('allison_en', { occurredAt, evidence })).retroactive);
  const row = { file: 'allison_en/enrol.wav', speaker: 'allison_en', consent_reference: 'archive/4711' };
  const outcome = async (recordedAt: string, recordedBeforeEntry: boolean) => {
    const made = await createJob(tenant, [{ ...row, recorded_at: recordedAt }], { recordedBeforeEntry });
    await jobEnds(tenant, made.jobId);
    return outcomeOf((await jobRows(tenant, made.jobId))[0]!);
  };
  t.is(await outcome('2025-02-03T10:00:00Z', false), 'FAILED CONSENT_MISSING recorded_at');
  t.is(await outcome('2024-04-30T10:00:00Z', true), 'FAILED CONSENT_MISSING recorded_at');
  t.is(await outcome('2025-02-03T10:00:00Z', true), 'ENROLLED');
});

test('a job that is cancelled gives no more results, and nothing comes of the rest', async (t) => {
  const { tenant, rows } = await tenantWithRecordings();
  const many = Array.from({ length: 60 }, (_, n) => ({ ...rows[n % 3]!, label: `label-${n}` }));
  const made = await createJob(tenant, many);
  const key = randomUUID();
  const { job } = await tenant.enrolment.cancelEnrolmentJob({ jobId: made.jobId, idempotencyKey: key });
  t.is(job?.state, EnrolmentJobState.CANCELLED);
  // A job of the same tenant that comes after it is done: by then the other's rows have had their turn.
  await jobEnds(tenant, (await createJob(tenant, rows)).jobId);
  const after = await readJob(tenant, made.jobId);
  t.deepEqual(after, job);
  const left = (await jobRows(tenant, made.jobId)).filter((row) => outcomeOf(row) === 'UNSPECIFIED');
  t.is(left.length, 60 - after.enrolled - after.failed);
  t.true(left.length > 0);
  const { job: again } = await tenant.enrolment.cancelEnrolmentJob({
    jobId: made.jobId,
    idempotencyKey: key,
  });
  t.deepEqual(again, job);
});

test('the same request again is the same job; the same key with another manifest is refused', async (t) => {
  const { tenant, rows } = await tenantWithRecordings();
  const start = { idempotencyKey: randomUUID() };
  const bytes = manifest(rows);
  const first = await createJob(tenant, bytes, start);
  t.is((await createJob(tenant, bytes, start)).jobId, first.jobId);
  t.is(await refusal(createJob(tenant, manifest(rows.slice(1)), start)), 'IDEMPOTENCY_KEY_REUSED');
  const ended = await jobEnds(tenant, first.jobId);
  t.is(ended.enrolled, 3);
});

test('a manifest that is none is refused, and leaves nothing', async (t) => {
  const { tenant, rows } = await tenantWithRecordings();
  const whole = manifest(rows).toString();
  const refused = (text: string) => refusal(createJob(tenant, Buffer.from(text)));
  const heading = whole.slice(0, whole.indexOf('\n') + 1);
  t.is(await refused(heading), 'MANIFEST_INVALID data');
  t.is(await refused(''), 'MANIFEST_INVALID data');
  t.is(await refused(whole.replace('consent_reference', 'consent')), 'MANIFEST_INVALID data');
  t.is(await refused(whole.replace('channel', 'label')), 'MANIFEST_INVALID data');
  t.is(await refused(whole.replace(',channel', '')), 'MANIFEST_INVALID data');
  t.is(await refused(`${whole}one,cell\n`), 'MANIFEST_INVALID data');
  t.is(await refused(`${whole}"never closed`), 'MANIFEST_INVALID data');
  t.is(await refused(`${whole}${'x'.repeat(100_000)}`), 'MANIFEST_INVALID data');
  const nothing = tenant.enrolment.createEnrolmentJob(upload({ idempotencyKey: '' }, Buffer.from(whole)));
  t.is(await refusal(nothing), 'FIELD_REQUIRED idempotency_key');
});

test("a tenant sees nothing of another's jobs", async (t) => {
  const [{ tenant, rows }, { tenant: other }] = await Promise.all([
    tenantWithRecordings(),
    tenantWithRecordings(),
  ]);
  const { jobId } = await createJob(tenant, rows);
  t.is(await refusal(other.enrolment.getEnrolmentJob({ jobId })), 'JOB_NOT_FOUND');
  t.is(await refusal(other.enrolment.listEnrolmentJobRows({ jobId })), 'JOB_NOT_FOUND');
  t.is(
    await refusal(other.enrolment.cancelEnrolmentJob({ jobId, idempotencyKey: randomUUID() })),
    'JOB_NOT_FOUND',
  );
  t.is(await refusal(tenant.enrolment.getEnrolmentJob({ jobId: 'none' })), 'FIELD_INVALID job_id');
  t.is((await jobEnds(tenant, jobId)).enrolled, 3);
});

test('a consent that is withdrawn before the row has its turn counts', async (t) => {
  const { tenant, rows } = await tenantWithRecordings();
  await tenant.grant('allison_en', {
    purposes: [{ purpose: 'PURPOSE_VERIFY' as never, value: ConsentValue.REFUSED }],
  });
  const { jobId } = await createJob(tenant, rows.slice(0, 1));
  await jobEnds(tenant, jobId);
  t.is(outcomeOf((await jobRows(tenant, jobId))[0]!), 'FAILED CONSENT_MISSING speaker');
});

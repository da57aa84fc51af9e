import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Status } from 'nice-grpc';
import { Purpose, SourceProfile } from '../../src/gen/vouch/v1/common.js';
import { ConsentValue, NoticeChannel } from '../../src/gen/vouch/v1/consent.js';
import { CalibrationFit, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { Outcome } from '../../src/gen/vouch/v1/verification.js';
import { rowsAsCsv } from '../../web/console/ops/calibration-csv.js';
import { vouch } from '../helpers/binary.js';
import { PCM, type TestTenant } from '../helpers/caller.js';
import { Ground, type TestService } from '../helpers/ground.js';
import { isRefused } from '../helpers/refusal.js';
import { fixturePcm } from '../helpers/speech.js';
import { failure, wordOf } from '../helpers/test-stream.js';

/** Who was enrolled, and the calls of each. */
const CALLS: readonly (readonly [speaker: string, call: string])[] = [
  ['allison_en', 'allison_en/call-1.wav'],
  ['allison_en', 'allison_en/call-2.wav'],
  ['carlo_it', 'carlo_it/call-1.wav'],
  ['carlo_it', 'carlo_it/call-2.wav'],
  ['june_fr', 'june_fr/call-1.wav'],
  ['paola_it', 'paola_it/call-1.wav'],
  ['reader_en', 'reader_en/call-1.wav'],
  ['armelle_fr', 'armelle_fr/call-1.wav'],
];
const SPEAKERS = [...new Set(CALLS.map(([speaker]) => speaker))];
const TEXT = 'May we recognise you by your voice, and learn from how well that went?';
const SLICE_MS = 3500;

let ground: Ground;
let folder: string;
let service: TestService;
test.before(async (t) => {
  t.timeout(180_000);
  ground = await Ground.make();
  service = await ground.serve();
  folder = await mkdtemp(join(tmpdir(), 'vouch-own-'));
});
test.after.always(async () => {
  await service.stop();
  await ground.close();
  await rm(folder, { recursive: true });
});

/** Grants VERIFY and, where asked, CALIBRATE, and enrols. */
async function enrol(tenant: TestTenant, speakerId: string, purposes: readonly Purpose[]): Promise<void> {
  await tenant.grant(speakerId, {
    purposes: purposes.map((purpose) => ({ purpose, value: ConsentValue.GRANTED })),
    notice: {
      noticeId: 'calibrate',
      version: 1,
      language: 'en',
      textSha256: createHash('sha256').update(TEXT).digest(),
    },
  });
  await tenant.enrolFrom(`${speakerId}/enrol.wav`, { speakerId });
}

/** Verifies a stretch of a call as somebody, and reports what turned out to be true. */
async function confirmed(
  tenant: TestTenant,
  call: string,
  fromMs: number,
  claims: readonly string[],
  outcome: Outcome,
): Promise<void> {
  const speech = fixturePcm(call).subarray(16 * fromMs, 16 * (fromMs + SLICE_MS));
  const { decision } = await tenant.verifyRecording(speech, {
    format: PCM,
    claims: claims.map((speakerId) => ({ speakerId })),
    source: SourceProfile.MOBILE,
  });
  await tenant.verification.reportOutcome({
    decisionId: decision!.decisionId,
    outcome,
    idempotencyKey: randomUUID(),
  });
}

/** Stretches of a call: from where each begins, ms. */
function stretches(call: string): number[] {
  const lengthMs = fixturePcm(call).length / 16;
  return Array.from({ length: 7 }, (_, i) => 1500 * i).filter((fromMs) => fromMs + SLICE_MS <= lengthMs);
}

async function confirmedCalls(tenant: TestTenant): Promise<void> {
  for (const [speaker, call] of CALLS) {
    const others = SPEAKERS.filter((other) => other !== speaker).slice(0, 5);
    const genuine = stretches(call).map((fromMs) =>
      confirmed(tenant, call, fromMs, [speaker], Outcome.GENUINE_CONFIRMED),
    );
    const impostors = [0, 3000].map((fromMs) =>
      confirmed(tenant, call, fromMs, others, Outcome.FRAUD_CONFIRMED),
    );
    await Promise.all([...genuine, ...impostors]);
  }
}

async function newTenant(): Promise<TestTenant> {
  const tenant = await service.tenant({ targetFalseMatchRate: 0.05 });
  await tenant.consent.publishNotice({
    notice: {
      noticeId: 'calibrate',
      version: 1,
      language: 'en',
      channel: NoticeChannel.AGENT_SCRIPT,
      text: TEXT,
      purposes: [Purpose.VERIFY, Purpose.CALIBRATE],
      controllerEntity: 'Acme Bank',
      retentionDays: 1000,
    },
    idempotencyKey: 'calibrate',
  });
  return tenant;
}

test('from reported outcomes to a calibration of their own that calls are judged by', async (t) => {
  t.timeout(300_000);
  const tenant = await newTenant();
  for (const speaker of SPEAKERS) await enrol(tenant, speaker, [Purpose.VERIFY, Purpose.CALIBRATE]);
  await confirmedCalls(tenant);

  const out = join(folder, 'rows.csv');
  const exported = await vouch([
    ...['calibration', 'rows', '--out', out],
    ...['--address', service.address, '--tenant', tenant.tenantId],
  ]);
  t.is(exported.code, 0, exported.stderr);
  t.is((await stat(out)).mode & 0o777, 0o600);
  const [head, ...lines] = (await readFile(out, 'utf8')).trim().split('\n');
  t.is(`${head}\n`, rowsAsCsv([]), 'the console writes the same');
  t.true(lines.length >= 100, `${lines.length} rows`);
  t.notRegex(lines.join('\n'), new RegExp(SPEAKERS.join('|')));
  t.is(new Set(lines.map((line) => line.split(',').at(-1))).size, SPEAKERS.length);

  const fitted = await vouch(['calibrate', '--rows', out, '--id', 'ours'], {
    VOUCH_CALIBRATIONS_DIR: folder,
  });
  t.is(fitted.code, 0, fitted.stderr);
  t.notRegex(fitted.stderr, /do not know/, 'every measure is exported');

  const second = await ground.serve({ VOUCH_CALIBRATIONS_DIR: folder });
  t.teardown(() => second.stop());
  const { admin } = second.tenantOf(tenant.tenantId);
  const { assignment } = await admin.assignCalibration({
    source: SourceProfile.MOBILE,
    calibrationId: 'ours',
    reason: 'fitted to our calls',
    idempotencyKey: 'k',
  });
  const call = second.tenantOf(tenant.tenantId).open(['june_fr'], { source: SourceProfile.MOBILE });
  await call.speech('june_fr/call-1.wav');
  await call.end();
  t.deepEqual(call.decision.calibration, assignment!.calibration);
  t.is(call.decision.calibrationFit, CalibrationFit.FITTED);
  t.false(call.decision.reasons.includes(ReasonCode.CALIBRATION_NOT_FITTED));
  t.is(wordOf(call.decision), 'ACCEPT');
});

test('rows are of those who granted CALIBRATE, of certain outcomes, and for administrators', async (t) => {
  const tenant = await newTenant();
  const [granted, verifyOnly] = ['allison_en', 'carlo_it'];
  await enrol(tenant, granted, [Purpose.VERIFY, Purpose.CALIBRATE]);
  await enrol(tenant, verifyOnly, [Purpose.VERIFY]);
  const call = 'allison_en/call-1.wav';
  const report = (claims: readonly string[], outcome: Outcome) => confirmed(tenant, call, 0, claims, outcome);
  await report([granted], Outcome.GENUINE_CONFIRMED);
  await report([granted, verifyOnly], Outcome.FRAUD_CONFIRMED);
  await report([verifyOnly], Outcome.FRAUD_CONFIRMED);
  await report([granted], Outcome.QUESTIONS_PASSED);
  const rows = async (withQuestions: boolean) => {
    const all = [];
    for await (const { row } of tenant.admin.exportCalibrationRows({ withQuestions })) all.push(row!);
    return all;
  };
  const certain = await rows(false);
  t.deepEqual(certain.map(({ outcome }) => outcome).sort(), [
    Outcome.FRAUD_CONFIRMED,
    Outcome.GENUINE_CONFIRMED,
  ]);
  t.is(new Set(certain.map(({ speaker }) => speaker)).size, 1);
  t.true(
    certain.every(({ score, secondScore, snrDb, embeddingLength, levelSpreadDb, source, ...bands }) => {
      const known = [score, secondScore, snrDb, embeddingLength, levelSpreadDb];
      known.push(bands.bandContrastDb, bands.slowDecayDb);
      return known.every(Number.isFinite) && source === SourceProfile.MOBILE;
    }),
  );
  const all = await rows(true);
  t.is(all.length, 3);
  t.not(all[0]!.speaker, certain[0]!.speaker, 'another pseudonym in every export');
  await tenant.consent.withdrawConsent({
    speakerId: granted,
    purposes: [Purpose.CALIBRATE],
    idempotencyKey: randomUUID(),
  });
  t.deepEqual(await rows(true), []);
  const auditor = tenant.as('AUDITOR').admin.exportCalibrationRows({});
  const refused = auditor[Symbol.asyncIterator]().next();
  isRefused(t, await failure(refused), { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED });
});

test('agents see no second score, and everybody how much speech was compared', async (t) => {
  const tenant = await service.tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech('allison_en/call-1.wav');
  await call.end();
  const [seen] = (await tenant.getCall(call.callId)).decision!.claims;
  t.true(Math.abs(seen!.secondScore!) <= 1 && seen!.netSpeechMs! >= 2900);
  const [shown] = (await tenant.as('AGENT').getCall(call.callId)).decision!.claims;
  t.like(shown, { score: undefined, secondScore: undefined, netSpeechMs: seen!.netSpeechMs });
});

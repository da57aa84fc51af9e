import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { throughG711 } from '../../src/audio/index.js';
import type { Policy } from '../../src/domain/policy.js';
import { NextAction, ReasonCode, RiskResult } from '../../src/gen/vouch/v1/decision.js';
import type { TestTenant } from '../helpers/caller.js';
import { asOwner } from '../helpers/database.js';
import { Ground, type TestService } from '../helpers/ground.js';
import { fixtureFile, fixtureSamples } from '../helpers/speech.js';
import { wordOf, type TestStream } from '../helpers/test-stream.js';

const CALLER = 'allison_en';
const CALL = `${CALLER}/call-1.wav`;

let ground: Ground;
let service: TestService;

test.serial.before('a service', async (t) => {
  t.timeout(60_000);
  ground = await Ground.make();
  service = await ground.serve();
});
test.after.always('stop', async () => {
  await service.stop();
  await ground.close();
});

async function enrolled(replayedCalls: Policy['replayedCalls']): Promise<TestTenant> {
  const tenant = await service.tenant({ replayedCalls });
  await tenant.enrol(CALLER);
  return tenant;
}

/** How many fingerprints are kept for a tenant: of enrolments and of calls. */
async function fingerprintsOf({ tenantId }: TestTenant): Promise<[enrolments: number, calls: number]> {
  const rows = await asOwner<{ enrolment: boolean }>(
    ground.postgres.url,
    `SELECT voiceprint_id IS NOT NULL AS enrolment FROM vouch.replay_fingerprints WHERE tenant_id = '${tenantId}'`,
  );
  const enrolments = rows.filter(({ enrolment }) => enrolment).length;
  return [enrolments, rows.length - enrolments];
}

/** Waits until so many of calls are kept: that is done after the end was told. */
async function keptOfCalls(t: ExecutionContext, tenant: TestTenant, calls: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await fingerprintsOf(tenant))[1] === calls) return;
    await sleep(50);
  }
  t.deepEqual(await fingerprintsOf(tenant), [1, calls]);
}

function isRefused(t: ExecutionContext, call: TestStream, what: string): void {
  const { decision } = call;
  t.is(wordOf(decision), 'INCONCLUSIVE', what);
  t.true(decision.reasons.includes(ReasonCode.REPLAY_SUSPECTED), what);
  t.is(decision.risks?.replay, RiskResult.SUSPECTED, what);
  t.is(decision.nextAction, NextAction.STEP_UP, what);
  t.false(call.kinds().includes('ACCEPT'), `${what}: nor was it for a moment`);
}

test('an accepted call is not accepted when it is played again, however it comes; another call is', async (t) => {
  t.timeout(120_000);
  const tenant = await enrolled('REFUSE');
  const samples = fixtureSamples(CALL);
  const first = await tenant.call(CALLER, samples);
  t.is(wordOf(first.decision), 'ACCEPT');
  t.is(first.decision.risks?.replay, RiskResult.NOT_SUSPECTED, 'the enrolment is another recording');
  await keptOfCalls(t, tenant, 1);
  isRefused(t, await tenant.call(CALLER, samples), 'as it is');
  isRefused(t, await tenant.call(CALLER, throughG711(samples, 'MULAW').subarray(100)), 'through mu-law');
  isRefused(
    t,
    await tenant.call(
      CALLER,
      samples.subarray(16_020).map((sample) => sample * 1.41),
    ),
    'cut and louder',
  );
  isRefused(t, await tenant.call(CALLER, fixtureSamples(`${CALLER}/enrol.wav`)), 'the enrolment');
  const other = await tenant.call(CALLER, fixtureSamples(`${CALLER}/call-2.wav`));
  t.is(wordOf(other.decision), 'ACCEPT');
  t.is(other.decision.risks?.replay, RiskResult.NOT_SUSPECTED);
  await keptOfCalls(t, tenant, 2);
});

test('what was suspected stays so when the call is taken up by another stream', async (t) => {
  const tenant = await enrolled('REFUSE');
  await tenant.call(CALLER, fixtureSamples(CALL));
  await keptOfCalls(t, tenant, 1);
  const call = tenant.open([CALLER]);
  await call.speech(CALL, 0, 8000);
  const { resumeToken } = await call.event('started');
  await call.event('decision', (decision) => wordOf(decision) === 'INCONCLUSIVE');
  call.vanish();
  const next = tenant.open([CALLER], { callId: call.callId, resumeToken });
  await next.speech(`${CALLER}/call-2.wav`);
  await next.end();
  isRefused(t, next, 'somebody speaks now who was not recorded before');
});

test('a call that is taken up is not held against what it left itself, even when speech is sent again', async (t) => {
  const tenant = await enrolled('REFUSE');
  const call = tenant.open([CALLER]);
  await call.speech(CALL, 0, 12_000);
  const { resumeToken } = await call.event('started');
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  call.vanish();
  await keptOfCalls(t, tenant, 1);
  const next = tenant.open([CALLER], { callId: call.callId, resumeToken });
  await next.speech(CALL);
  await next.end();
  t.is(wordOf(next.decision), 'ACCEPT');
  t.is(next.decision.risks?.replay, RiskResult.NOT_SUSPECTED);
});

test('a policy may have it told only, or not looked for', async (t) => {
  const [told, off] = await Promise.all([enrolled('ADVISORY'), enrolled('OFF')]);
  const samples = fixtureSamples(CALL);
  await told.call(CALLER, samples);
  await keptOfCalls(t, told, 1);
  const again = await told.call(CALLER, samples);
  t.is(wordOf(again.decision), 'ACCEPT');
  t.is(again.decision.risks?.replay, RiskResult.SUSPECTED);
  t.true(again.decision.reasons.includes(ReasonCode.REPLAY_SUSPECTED));
  t.is(again.decision.nextAction, NextAction.SKIP_QUESTIONS);
  await off.call(CALLER, samples);
  const unheard = await off.call(CALLER, samples);
  t.is(wordOf(unheard.decision), 'ACCEPT');
  t.is(unheard.decision.risks?.replay, RiskResult.NOT_PERFORMED);
  t.is((await fingerprintsOf(off))[1], 0);
});

test('a recording that is verified is one: it is not looked for among calls', async (t) => {
  const tenant = await enrolled('REFUSE');
  await tenant.call(CALLER, fixtureSamples(CALL));
  await keptOfCalls(t, tenant, 1);
  const { decision } = await tenant.verifyRecording(fixtureFile(CALL), { claims: [{ speakerId: CALLER }] });
  t.is(wordOf(decision), 'ACCEPT');
  t.is(decision?.risks?.replay, RiskResult.NOT_PERFORMED);
});

test('a call that was not accepted leaves no fingerprint', async (t) => {
  const tenant = await enrolled('REFUSE');
  await tenant.call(CALLER, fixtureSamples('carlo_it/call-1.wav'));
  // That of a later call is kept after what the earlier one would have left.
  await tenant.call(CALLER, fixtureSamples(CALL));
  await keptOfCalls(t, tenant, 1);
  t.deepEqual(await fingerprintsOf(tenant), [1, 1]);
});

test('withdrawal and erasure take fingerprints away, and tell so', async (t) => {
  const [withdraws, erased] = await Promise.all([enrolled('REFUSE'), enrolled('REFUSE')]);
  for (const tenant of [withdraws, erased]) {
    await tenant.call(CALLER, fixtureSamples(CALL));
    await keptOfCalls(t, tenant, 1);
  }
  await withdraws.withdraw(CALLER);
  t.deepEqual(await fingerprintsOf(withdraws), [0, 0]);
  const { receipt } = await erased.consent.eraseSpeaker({ speakerId: CALLER, idempotencyKey: randomUUID() });
  t.is(receipt?.destroyed?.fingerprints, 2);
  t.deepEqual(await fingerprintsOf(erased), [0, 0]);
});

test.serial('another process knows a replay, too', async (t) => {
  t.timeout(60_000);
  const tenant = await enrolled('REFUSE');
  await tenant.call(CALLER, fixtureSamples(CALL));
  await keptOfCalls(t, tenant, 1);
  const another = await ground.serve();
  try {
    isRefused(
      t,
      await another.tenantOf(tenant.tenantId).call(CALLER, fixtureSamples(CALL)),
      'after a restart',
    );
  } finally {
    await another.stop();
  }
});

test.serial('without a countermeasure nothing is looked for, and nothing refused', async (t) => {
  const tenant = await service.tenant({ syntheticSpeech: 'REFUSE' });
  await tenant.enrol(CALLER);
  const { decision } = await tenant.call(CALLER, fixtureSamples(CALL));
  t.is(wordOf(decision), 'ACCEPT');
  t.is(decision.risks?.spoof, RiskResult.NOT_PERFORMED);
  t.false((await tenant.admin.getModels({})).graphs.some(({ task }) => task === 'countermeasure'));
});

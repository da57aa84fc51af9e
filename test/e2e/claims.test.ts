import { randomUUID } from 'node:crypto';
import test from 'ava';
import { DecisionKind, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { ClaimMethod } from '../../src/gen/vouch/v1/verification.js';
import type { TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();
const ALLISON = 'allison_en';
const CARLO = 'carlo_it';
const CALL = `${ALLISON}/call-1.wav`;

const update = (tenant: TestTenant, callId: string, ...speakerIds: string[]) =>
  tenant.verification.updateCall({
    callId,
    claims: speakerIds.map((speakerId) => ({ speakerId, method: ClaimMethod.AGENT_ENTRY })),
    idempotencyKey: randomUUID(),
  });

for (const how of ['in the stream', 'by UpdateCall'] as const) {
  test(`a claim may come late ${how}: the speech before it is not heard, that after it counts`, async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol(ALLISON);
    const call = tenant.open([]);
    await call.speech(CALL, 0, 5000);
    await call.heardUpTo(5000);
    t.is(wordOf(call.decision), 'SPEAKER_ID_NOT_PROVIDED');
    if (how === 'in the stream') await call.claim(ALLISON);
    else t.is((await update(tenant, call.callId, ALLISON)).claimsSoFar, 1);
    t.like(await call.event('claimReceived'), { claimNumber: 1, speakerId: ALLISON });
    await call.speech(CALL, 5000);
    await call.end();
    t.is(wordOf(call.decision), 'ACCEPT');
    t.is(call.decision.claimsSoFar, 1);
    t.is(call.decision.media!.startMs, 5000);
    t.is(call.all('ended')[0]!.droppedMs, 5000);
  });
}

test('a late second claim is compared with the speech that was heard under the first', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  await tenant.enrol(CARLO);
  const call = tenant.open([CARLO]);
  await call.speech(CALL);
  await call.event('decision', (decision) => wordOf(decision) === 'REJECT');
  await call.event('progress', ({ netSpeechMs }) => netSpeechMs > 9000);
  const { claimsSoFar } = await update(tenant, call.callId, ALLISON);
  t.is(claimsSoFar, 2);
  const decision = await call.event('decision', (each) => wordOf(each) === 'ACCEPT');
  t.is(decision.claimsSoFar, 2);
  await call.end();
});

test('of several claims the right one wins, and each has its result', async (t) => {
  const tenant = await service().tenant();
  for (const speaker of [CARLO, ALLISON, 'june_fr']) await tenant.enrol(speaker);
  const call = tenant.open([CARLO, ALLISON, 'june_fr']);
  await call.speech(CALL);
  await call.end();
  t.is(wordOf(call.decision), 'ACCEPT');
  t.is(call.decision.claimsSoFar, 3);
  t.true(call.decision.reasons.includes(ReasonCode.SEVERAL_CLAIMS));
  const of = (speakerId: string) => call.decision.claims.find((claim) => claim.speakerId === speakerId)!;
  t.is(of(ALLISON).kind, DecisionKind.ACCEPT);
  t.is(of(ALLISON).score, call.decision.score);
  for (const other of [CARLO, 'june_fr']) {
    t.not(of(other).kind, DecisionKind.ACCEPT);
    t.true(of(other).score! < of(ALLISON).score!);
  }
  t.deepEqual(
    call.all('claimReceived').map(({ claimNumber, speakerId }) => [claimNumber, speakerId]),
    [
      [1, CARLO],
      [2, ALLISON],
      [3, 'june_fr'],
    ],
  );
});

test('claims beyond the cap are refused; one that was made before is not counted again', async (t) => {
  const tenant = await service().tenant({ maximumClaims: 2 });
  const call = tenant.open(['a', 'a']);
  await call.event('decision');
  t.is((await update(tenant, call.callId, 'a')).claimsSoFar, 1);
  t.is((await update(tenant, call.callId, 'b')).claimsSoFar, 2);
  t.is((await update(tenant, call.callId, 'b', 'a')).claimsSoFar, 2);
  t.is((await failure(update(tenant, call.callId, 'c'))).reason, 'TOO_MANY_CLAIMS');
  t.is((await update(tenant, call.callId, 'a')).claimsSoFar, 2, 'the call goes on');
  t.deepEqual(
    call.all('claimReceived').map(({ speakerId }) => speakerId),
    ['a', 'b'],
  );
  await call.claim('b');
  await call.speech(CALL, 0, 1000);
  await call.heardUpTo(1000);
  await call.claim('c');
  t.is((await call.over)?.reason, 'TOO_MANY_CLAIMS');
});

test('two requests that claim at the same time do not get past the cap', async (t) => {
  const tenant = await service().tenant({ maximumClaims: 2 });
  const call = tenant.open([]);
  await call.event('decision');
  const names = ['a', 'b', 'c', 'd', 'a', 'b'];
  const answers = await Promise.allSettled(names.map((name) => update(tenant, call.callId, name)));
  t.true(answers.some(({ status }) => status === 'rejected'));
  const claimed = call.all('claimReceived').map(({ speakerId }) => speakerId);
  t.is(claimed.length, 2);
  t.is(new Set(claimed).size, 2);
  await call.end();
});

test('the cap outlives a reconnect: what an earlier stream claimed counts', async (t) => {
  const tenant = await service().tenant({ maximumClaims: 2 });
  const call = tenant.open(['a', 'b']);
  const { resumeToken } = await call.event('started');
  await call.event('claimReceived', ({ claimNumber }) => claimNumber === 2);
  call.vanish();
  const again = tenant.open(['a'], { callId: call.callId, resumeToken });
  await again.event('claimReceived');
  t.is((await failure(update(tenant, call.callId, 'c'))).reason, 'TOO_MANY_CLAIMS');
  await again.end();
});

test('a start with more claims than allowed opens no call', async (t) => {
  const tenant = await service().tenant({ maximumClaims: 2 });
  const call = tenant.open(['a', 'b', 'c']);
  t.like(await call.over, { reason: 'TOO_MANY_CLAIMS', field: 'start.claims' });
  t.is((await failure(tenant.getCall(call.callId))).reason, 'CALL_NOT_FOUND');
});

test('when the caller changes, the acceptance is withdrawn', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  const call = tenant.open([ALLISON]);
  await call.speech('edge/mixed-speakers.wav');
  await call.end();
  const kinds = call.kinds();
  const change = kinds.indexOf('speakerChanged');
  t.true(kinds.slice(0, change).includes('ACCEPT'), kinds.join());
  const accepted = call.all('decision').find((decision) => wordOf(decision) === 'ACCEPT')!;
  const [changed] = call.all('speakerChanged');
  t.is(changed?.withdrawnDecisionId, accepted.decisionId);
  const next = call.all('decision').find((each) => each.supersedesDecisionId === accepted.decisionId)!;
  t.not(wordOf(next), 'ACCEPT');
  t.true(next.reasons.includes(ReasonCode.SPEAKER_CHANGED));
  t.not(wordOf(call.decision), 'ACCEPT');
});

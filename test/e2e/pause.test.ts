import { randomUUID } from 'node:crypto';
import test from 'ava';
import { CallState, ControlOrigin } from '../../src/gen/vouch/v1/verification.js';
import type { TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();
const ALLISON = 'allison_en';
const CALL = `${ALLISON}/call-1.wav`;
const ANOTHER = 'carlo_it/call-1.wav';

const pauseCall = (tenant: TestTenant, callId: string, idempotencyKey: string = randomUUID()) =>
  tenant.verification.pauseCall({ callId, reason: 'card-payment', idempotencyKey });
const resumeCall = (tenant: TestTenant, callId: string, idempotencyKey: string = randomUUID()) =>
  tenant.verification.resumeCall({ callId, idempotencyKey });

test('a stream pauses and resumes itself, and what was said meanwhile does not count', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  const call = tenant.open([ALLISON]);
  await call.speech(CALL, 0, 2000);
  await call.pause();
  await call.speech(ANOTHER);
  await call.resume();
  await call.speech(CALL, 2000);
  await call.end();
  t.deepEqual(call.all('paused'), [{ reason: 'card-payment', origin: ControlOrigin.STREAM }]);
  t.deepEqual(call.all('resumed'), [{ origin: ControlOrigin.STREAM }]);
  t.is(wordOf(call.decision), 'ACCEPT');
  t.deepEqual(call.all('speakerChanged'), []);
  t.like(call.all('ended')[0], { audioMs: 15_550 + 16_180, droppedMs: 16_180 });
});

test('after PauseCall has answered not one byte more counts, until ResumeCall', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  const call = tenant.open([ALLISON]);
  await call.speech(CALL, 0, 8000);
  await call.heardUpTo(8000);
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  const { wasLive, pausedAt } = await pauseCall(tenant, call.callId);
  t.true(wasLive);
  t.true(Math.abs(pausedAt!.getTime() - Date.now()) < 10_000);
  t.is((await call.event('paused')).origin, ControlOrigin.REQUEST);
  t.true((await tenant.getCall(call.callId)).paused);
  await call.speech(ANOTHER, 0, 16_000);
  await call.heardUpTo(24_000);
  t.deepEqual(call.all('resumed'), [], 'nothing resumes by itself');
  await resumeCall(tenant, call.callId);
  t.is((await call.event('resumed')).origin, ControlOrigin.REQUEST);
  t.false((await tenant.getCall(call.callId)).paused);
  await call.speech(CALL, 8000);
  await call.end();
  t.is(wordOf(call.decision), 'ACCEPT');
  t.deepEqual(call.all('speakerChanged'), []);
  t.like(call.all('ended')[0], { audioMs: 31_550, droppedMs: 16_000 });
});

test('paused before anything was compared: nothing is heard and nothing decided', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  const call = tenant.open([ALLISON], { initiallyPaused: true });
  t.true((await call.event('started')).paused);
  t.like(await call.event('paused'), { origin: ControlOrigin.START });
  await call.speech(CALL);
  await call.end();
  t.is(wordOf(call.decision), 'NOT_ENOUGH_SPEECH');
  t.like(call.all('ended')[0], { audioMs: 15_550, droppedMs: 15_550, netSpeechMs: 0 });
});

test('PauseCall before the stream exists: the call starts paused, says so, and waits for ResumeCall', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  const callId = randomUUID();
  t.false((await pauseCall(tenant, callId)).wasLive);
  t.like(await tenant.getCall(callId), { state: CallState.EXPECTED, paused: true });
  const call = tenant.open([ALLISON], { callId });
  t.true((await call.event('started')).paused);
  t.deepEqual(await call.event('paused'), { reason: 'card-payment', origin: ControlOrigin.START });
  await call.speech(ANOTHER, 0, 5000);
  await call.heardUpTo(5000);
  t.is(call.all('progress').at(-1)!.droppedMs, 5000);
  await resumeCall(tenant, callId);
  await call.speech(CALL);
  await call.end();
  t.is(wordOf(call.decision), 'ACCEPT');
  t.is(call.all('ended')[0]!.droppedMs, 5000);
});

test('PauseCall and ResumeCall before the stream: the call starts unpaused', async (t) => {
  const tenant = await service().tenant();
  const callId = randomUUID();
  await pauseCall(tenant, callId);
  await resumeCall(tenant, callId);
  const call = tenant.open([], { callId });
  t.false((await call.event('started')).paused);
  await call.end();
  t.deepEqual(call.all('paused'), []);
});

for (const how of ['in the stream', 'by PauseCall'] as const) {
  test(`a pause ${how} outlives a reconnect`, async (t) => {
    const tenant = await service().tenant();
    await tenant.enrol(ALLISON);
    const call = tenant.open([ALLISON]);
    const { resumeToken } = await call.event('started');
    await call.speech(CALL, 0, 2000);
    if (how === 'in the stream') {
      await call.pause();
      // It is in force when it is told, and stored right after.
      await call.event('paused');
      while (!(await tenant.getCall(call.callId)).paused) await new Promise(setImmediate);
    } else {
      await pauseCall(tenant, call.callId);
    }
    call.vanish();
    const again = tenant.open([ALLISON], { callId: call.callId, resumeToken });
    const started = await again.event('started');
    t.is(started.streamNumber, 2);
    t.true(started.paused);
    await again.speech(ANOTHER, 0, 6000);
    await again.heardUpTo(6000);
    t.like(again.all('progress').at(-1), { droppedMs: 6000, netSpeechMs: 0 });
    await resumeCall(tenant, call.callId);
    await again.event('resumed');
    await again.speech(CALL);
    await again.end();
    t.is(wordOf(again.decision), 'ACCEPT');
    t.is(again.all('ended')[0]!.droppedMs, 6000);
  });
}

test('a call that is paused while its stream is away is paused when it comes back', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  const call = tenant.open([ALLISON]);
  const { resumeToken } = await call.event('started');
  call.vanish();
  await call.over;
  await pauseCall(tenant, call.callId);
  const again = tenant.open([ALLISON], { callId: call.callId, resumeToken });
  t.true((await again.event('started')).paused);
  await again.speech(CALL, 0, 3000);
  await again.end();
  t.is(again.all('ended')[0]!.droppedMs, 3000);
});

test('a pause is paused once; a key used before does nothing more', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  const call = tenant.open([ALLISON]);
  await call.event('decision');
  await pauseCall(tenant, call.callId, 'pause-1');
  await pauseCall(tenant, call.callId, 'pause-1');
  await pauseCall(tenant, call.callId, 'pause-2');
  t.is(call.all('paused').length, 1);
  await resumeCall(tenant, call.callId, 'resume-1');
  await call.event('resumed');
  await pauseCall(tenant, call.callId, 'pause-1');
  t.false((await tenant.getCall(call.callId)).paused);
  await call.speech(CALL, 0, 3000);
  await call.heardUpTo(3000);
  t.is(call.all('progress').at(-1)!.droppedMs, 0, 'a repeat of what was done before pauses nothing');
  await pauseCall(tenant, call.callId, 'pause-3');
  await resumeCall(tenant, call.callId, 'resume-1');
  t.true((await tenant.getCall(call.callId)).paused);
  await call.speech(CALL, 3000, 5000);
  await call.end();
  t.is(call.all('ended')[0]!.droppedMs, 2000, 'nor resumes');
});

test('the stream may end the pause that a request began, and the other way round', async (t) => {
  const tenant = await service().tenant();
  const call = tenant.open([]);
  await call.event('decision');
  await pauseCall(tenant, call.callId);
  await call.resume();
  await call.event('resumed', ({ origin }) => origin === ControlOrigin.STREAM);
  while ((await tenant.getCall(call.callId)).paused) await new Promise(setImmediate);
  await call.pause();
  await call.event('paused', ({ origin }) => origin === ControlOrigin.STREAM);
  while (!(await tenant.getCall(call.callId)).paused) await new Promise(setImmediate);
  await resumeCall(tenant, call.callId);
  await call.event('resumed', ({ origin }) => origin === ControlOrigin.REQUEST);
  t.false((await tenant.getCall(call.callId)).paused);
  await call.end();
  t.deepEqual(call.kinds().slice(2, -2), ['paused', 'resumed', 'paused', 'resumed']);
});

test('what has ended, or was never heard of, is not resumed', async (t) => {
  const tenant = await service().tenant();
  t.is((await failure(resumeCall(tenant, 'no-such-call'))).reason, 'CALL_NOT_FOUND');
  const call = tenant.open([]);
  await call.end();
  t.is((await failure(pauseCall(tenant, call.callId))).reason, 'CALL_ENDED');
  t.is((await failure(resumeCall(tenant, call.callId))).reason, 'CALL_ENDED');
});

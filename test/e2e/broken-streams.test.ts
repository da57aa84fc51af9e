import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Status } from 'nice-grpc';
import {
  CallState,
  EndReason,
  type CallEvent,
  type DeepPartial,
  type StreamCallRequest,
} from '../../src/gen/vouch/v1/verification.js';
import { PCM, type TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { besideAll, callBecomes, isRefused } from '../helpers/refusal.js';
import { failure, wordOf } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const START_TIMEOUT_MS = 2000;
const STALL_TIMEOUT_MS = 2500;
const SPEAKER = 'allison_en';
const SPEECH = `${SPEAKER}/call-1.wav`;

const service = serviceOfFile({
  VOUCH_START_TIMEOUT_MS: String(START_TIMEOUT_MS),
  VOUCH_STALL_TIMEOUT_MS: String(STALL_TIMEOUT_MS),
  VOUCH_RESUME_WINDOW_MS: '3000',
});
let tenant: TestTenant;
test.serial.before('somebody is enrolled', async (t) => {
  t.timeout(60_000);
  tenant = await service().tenant();
  await tenant.enrol(SPEAKER);
});

besideAll(() => tenant);

test('a stream that never starts: START_TIMEOUT', async (t) => {
  const openedAt = performance.now();
  isRefused(t, await tenant.stream().over, { reason: 'START_TIMEOUT', code: Status.DEADLINE_EXCEEDED });
  t.true(performance.now() - openedAt >= START_TIMEOUT_MS - 50);
});

test('a stream that stalls: STREAM_STALLED, and may be taken up again', async (t) => {
  const call = tenant.open([]);
  await call.audio(Buffer.alloc(320));
  const { resumeToken } = await call.event('started');
  isRefused(t, await call.over, { reason: 'STREAM_STALLED', code: Status.DEADLINE_EXCEEDED });
  await callBecomes(t, tenant, call.callId, CallState.INTERRUPTED);
  const again = tenant.open([], { callId: call.callId, resumeToken });
  t.is((await again.event('started')).streamNumber, 2);
  t.is(await again.end(), null);
});

test('a stream that is paused does not stall', async (t) => {
  const call = tenant.open([]);
  await call.pause();
  await sleep(STALL_TIMEOUT_MS + 1500);
  await call.resume();
  t.is(await call.end(), null);
});

test('a client that vanishes: INTERRUPTED, then ended as ABANDONED', async (t) => {
  t.timeout(60_000);
  const call = tenant.open([SPEAKER]);
  await call.audio(Buffer.alloc(320));
  const { resumeToken } = await call.event('started');
  call.vanish();
  await callBecomes(t, tenant, call.callId, CallState.INTERRUPTED);
  const watcher = new Watcher(tenant, call.callId);
  const { event } = await watcher.event((each) => each.event?.$case === 'ended');
  t.is(event?.$case === 'ended' ? event.value.reason : undefined, EndReason.ABANDONED);
  t.is(await watcher.over, null);
  t.is((await tenant.getCall(call.callId)).state, CallState.ENDED);
  const late = tenant.open([SPEAKER], { callId: call.callId, resumeToken });
  isRefused(t, await late.over, { reason: 'CALL_ENDED', code: Status.FAILED_PRECONDITION });
});

test('a client that never reads: STREAM_NOT_READ, and may be taken up again', async (t) => {
  t.timeout(60_000);
  const callId = `call-${randomUUID()}-${'x'.repeat(200)}`; // Every event repeats it.
  let cut = false;
  const flood = async function* (): AsyncGenerator<DeepPartial<StreamCallRequest>> {
    yield { message: { $case: 'start', value: { callId, format: PCM } } };
    // What waits in the buffers on the way comes on top of what the service holds back.
    while (!cut) {
      yield { message: { $case: 'pause', value: { reason: 'x'.repeat(60) } } };
      yield { message: { $case: 'resume', value: {} } };
      await sleep(15);
    }
  };
  const responses = tenant.verification.streamCall(flood())[Symbol.asyncIterator]();
  const first = await responses.next();
  const event = first.done === true ? undefined : first.value.event?.event;
  await callBecomes(t, tenant, callId, CallState.INTERRUPTED);
  cut = true;
  const resumeToken = event?.$case === 'started' ? event.value.resumeToken : '';
  const again = tenant.open([], { callId, resumeToken });
  t.is((await again.event('started')).streamNumber, 2);
  const rest = async () => {
    for (let next = await responses.next(); next.done !== true;) next = await responses.next();
  };
  isRefused(t, await failure(rest()), { reason: 'STREAM_NOT_READ', code: Status.RESOURCE_EXHAUSTED });
  t.is(await again.end(), null);
});

test('a call id that is live, without its token or with a wrong one: the call goes on', async (t) => {
  t.timeout(60_000);
  const call = tenant.open([SPEAKER]);
  const { resumeToken } = await call.event('started');
  await call.pause(); // A call that is paused may be silent for as long as this takes.
  const { callId } = call;
  isRefused(t, await tenant.open([SPEAKER], { callId }).over, {
    reason: 'CALL_ALREADY_LIVE',
    code: Status.ALREADY_EXISTS,
  });
  const other = tenant.open([]);
  const { resumeToken: tokenOfOther } = await other.event('started');
  await other.pause();
  for (const wrong of ['x', 'x'.repeat(43), resumeToken.slice(1), tokenOfOther]) {
    isRefused(t, await tenant.open([SPEAKER], { callId, resumeToken: wrong }).over, {
      reason: 'RESUME_TOKEN_INVALID',
      code: Status.PERMISSION_DENIED,
    });
  }
  t.is(await other.end(), null);
  await call.resume();
  await call.speech(SPEECH);
  t.is(await call.end(), null);
  t.is(wordOf(call.decision), 'ACCEPT');
});

test('a call id that is live elsewhere is another call of another tenant', async (t) => {
  const call = tenant.open([]);
  await call.event('started');
  await call.pause();
  const stranger = await service().tenant();
  const theirs = stranger.open([], { callId: call.callId });
  t.is((await theirs.event('started')).streamNumber, 1);
  t.is(await theirs.end(), null);
  t.is((await tenant.getCall(call.callId)).state, CallState.LIVE);
  t.is(await call.end(), null);
});

/** The numbers of changes of state; progress has none. */
const sequences = (events: readonly CallEvent[]) =>
  events.map(({ sequence }) => sequence).filter((sequence) => sequence > 0);

test('a takeover with the token: the old stream is told, numbers go on, what was heard waits for speech that agrees', async (t) => {
  t.timeout(60_000);
  const first = tenant.open([SPEAKER]);
  const { callId } = first;
  await first.speech(SPEECH);
  await first.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  const { resumeToken } = first.all('started')[0]!;
  const second = tenant.open([SPEAKER], { callId, resumeToken });
  isRefused(t, await first.over, { reason: 'CALL_TAKEN_OVER', code: Status.ABORTED });
  const started = await second.event('started');
  t.is(started.streamNumber, 2);
  t.not(started.resumeToken, resumeToken);
  // The token that was used last would do, should its answer be lost; one before it is void.
  const third = tenant.open([SPEAKER], { callId, resumeToken: started.resumeToken });
  isRefused(t, await second.over, { reason: 'CALL_TAKEN_OVER', code: Status.ABORTED });
  isRefused(t, await tenant.open([SPEAKER], { callId, resumeToken }).over, {
    reason: 'RESUME_TOKEN_INVALID',
    code: Status.PERMISSION_DENIED,
  });
  t.is(await third.end(), null);
  t.is(wordOf(third.decision), 'NOT_ENOUGH_SPEECH');
  t.is(third.all('ended')[0]?.netSpeechMs, 0);
  t.deepEqual([...second.all('evidenceRestarted'), ...third.all('evidenceRestarted')], []);

  const told = sequences([...first.events, ...second.events, ...third.events]);
  t.deepEqual(
    told,
    told.map((_, index) => index + 1),
  );
  const watcher = new Watcher(tenant, callId);
  t.is(await watcher.over, null);
  t.deepEqual(sequences(watcher.events), told);
});

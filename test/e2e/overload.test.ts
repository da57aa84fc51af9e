import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Status } from 'nice-grpc';
import { Ground } from '../helpers/ground.js';
import { fixturePcm } from '../helpers/speech.js';
import { wordOf, type TestStream } from '../helpers/test-stream.js';

const CALLER = 'allison_en';
const SPEECH = fixturePcm(`${CALLER}/call-1.wav`);

let ground: Ground;
test.before('start the database', async () => {
  ground = await Ground.make();
});
test.after.always('stop the database', () => ground.close());

const workerUrl = new URL('../helpers/slow-worker.js', import.meta.url);
const FRAME_BYTES = 3200;
const FRAME_MS = 200;

/** Speaks at real pace until told to stop. */
async function speak(call: TestStream, stop: AbortSignal): Promise<void> {
  for (let at = 0; !stop.aborted; at = (at + FRAME_BYTES) % (SPEECH.length - FRAME_BYTES)) {
    await call.audio(SPEECH.subarray(at, at + FRAME_BYTES), [FRAME_BYTES]);
    await sleep(FRAME_MS);
  }
}

test('over the limit of its load a process takes no new calls, listens less to decided ones, and decides the others', async (t) => {
  t.timeout(110_000);
  const running = await ground.serve({ VOUCH_OVERLOAD_LAG_MS: '300' }, { workerUrl });
  t.teardown(() => running.stop());
  const tenant = await running.tenant();
  await tenant.enrol(CALLER);
  const stop = new AbortController();
  const decided = tenant.open([CALLER]);
  const talking = [speak(decided, stop.signal)];
  await decided.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  const waiting = tenant.open([CALLER]);
  await waiting.event('decision');

  // Calls of somebody who has no voiceprint are never decided; more of them than the worker has time for.
  await tenant.grant('nobody-yet');
  const crowd = Array.from({ length: 24 }, () => tenant.open(['nobody-yet']));
  await Promise.all(crowd.map((call) => call.event('decision')));
  talking.push(...crowd.map((call) => speak(call, stop.signal)));
  const probe = () => tenant.open([CALLER]).end();
  let refused = await probe();
  for (let tries = 0; refused === null && tries < 100; tries++) {
    await sleep(100);
    refused = await probe();
  }
  t.like(refused, { reason: 'OVERLOADED', code: Status.RESOURCE_EXHAUSTED });
  t.true(refused!.retryAfterMs >= 2000 && refused!.retryAfterMs <= 4000);

  // One that is undecided is decided all the same; of one that was, some is dropped unread.
  talking.push(speak(waiting, stop.signal));
  await waiting.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  await decided.event('progress', ({ droppedMs }) => droppedMs > 3000);
  t.is(crowd.filter((call) => call.all('progress').some(({ droppedMs }) => droppedMs > 0)).length, 0);

  stop.abort();
  await Promise.all(talking);
  for (const call of crowd) call.vanish();
  for (let tries = 0; refused !== null && tries < 200; tries++) {
    await sleep(100);
    refused = await probe();
  }
  t.is(refused, null, 'new calls begin again');
  for (const call of [decided, waiting]) {
    t.is(await call.end(), null);
    t.is(wordOf(call.decision), 'ACCEPT');
  }
});

test("a tenant's calls leave room for others'", async (t) => {
  const running = await ground.serve({ VOUCH_MAXIMUM_CALLS_PER_TENANT: '2' });
  t.teardown(() => running.stop());
  const [one, other] = [await running.tenant(), await running.tenant()];
  const calls = [one.open([]), one.open([])];
  await Promise.all(calls.map((call) => call.event('decision')));
  const refused = await one.open([]).over;
  t.like(refused, { reason: 'TENANT_QUOTA_REACHED', code: Status.RESOURCE_EXHAUSTED });
  t.is(await other.open([]).end(), null);
  for (const call of calls) t.is(await call.end(), null);
  t.is(await one.open([]).end(), null);
});

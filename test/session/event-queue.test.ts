import test from 'ava';
import { UNKNOWN_QUALITY } from '../../src/domain/speech.js';
import type { CallEvent, CallEventBody } from '../../src/domain/event.js';
import { collect } from '../helpers/collect.js';
import { VouchError } from '../../src/errors.js';
import { EventQueue } from '../../src/session/event-queue.js';

let sequence = 0;
const event = (body: CallEventBody): CallEvent => ({
  sequence: ++sequence,
  callId: 'call',
  emittedAt: new Date(0),
  mediaTimeMs: 0,
  replayed: false,
  body,
});
const resumed = () => event({ type: 'resumed', origin: 'STREAM' });
const progress = (audioMs: number) =>
  event({
    type: 'progress',
    audioMs,
    droppedMs: 0,
    netSpeechMs: 0,
    quality: UNKNOWN_QUALITY,
    kind: 'NOT_ENOUGH_SPEECH',
    confidence: null,
    manyAttempts: false,
  });

test('gives what was pushed, in order, then ends', async (t) => {
  const queue = new EventQueue();
  const events = [resumed(), resumed(), resumed()];
  for (const each of events) queue.push(each);
  queue.end();
  t.deepEqual(await collect(queue), events);
});

test('waits for what comes later', async (t) => {
  const queue = new EventQueue();
  const late = resumed();
  setTimeout(() => {
    queue.push(late);
    queue.end();
  }, 5);
  t.deepEqual(await collect(queue), [late]);
});

test('of progress only the latest waits', async (t) => {
  const queue = new EventQueue();
  const change = resumed();
  queue.push(progress(1));
  queue.push(progress(2));
  queue.push(change);
  queue.push(progress(3));
  const last = progress(4);
  queue.push(last);
  queue.end();
  const got = await collect(queue);
  t.is(got.length, 3);
  t.is(got[1], change);
  t.is(got[2], last);
});

test('a reader that falls too far behind gets a stable reason instead of memory', async (t) => {
  const queue = new EventQueue();
  for (let i = 0; i < 10_000; i++) queue.push(resumed());
  const error = await t.throwsAsync(collect(queue), { instanceOf: VouchError });
  t.is(error.reason, 'STREAM_NOT_READ');
});

test('an error comes after what waits', async (t) => {
  const queue = new EventQueue();
  const first = resumed();
  queue.push(first);
  queue.fail(new VouchError('CALL_TAKEN_OVER'));
  const got: CallEvent[] = [];
  await t.throwsAsync(
    async () => {
      for await (const each of queue) got.push(each);
    },
    { instanceOf: VouchError },
  );
  t.deepEqual(got, [first]);
});

import test from 'ava';
import { UNKNOWN_QUALITY } from '../../src/domain/speech.js';
import type { CallEvent } from '../../src/domain/event.js';
import { collect } from '../helpers/collect.js';
import { VouchError } from '../../src/errors.js';
import { EventLog } from '../../src/session/event-log.js';
import { CallHub } from '../../src/session/hub.js';

// A log keeps no process alive by itself.
const alive = setInterval(() => undefined, 1000);
test.after.always(() => {
  clearInterval(alive);
});

function log(append: (events: readonly CallEvent[]) => Promise<void>, lastSequence = 0) {
  const hub = new CallHub();
  const lost: VouchError[] = [];
  const told: number[] = [];
  const made = new EventLog({
    callId: 'call',
    key: 'key',
    lastSequence,
    clock: { now: () => new Date() },
    hub,
    tell: (event) => told.push(event.sequence),
    append,
    onLost: (error) => lost.push(error),
  });
  return { made, hub, lost, told };
}

test('numbers changes of state without gaps, goes on from the last number, and leaves progress unnumbered', async (t) => {
  const written: number[] = [];
  const { made } = log((events) => {
    written.push(...events.map((event) => event.sequence));
    return Promise.resolve();
  }, 7);
  for (let i = 0; i < 5; i++) made.emit({ type: 'resumed', origin: 'STREAM' }, i);
  made.emit(
    {
      type: 'progress',
      audioMs: 0,
      droppedMs: 0,
      netSpeechMs: 0,
      quality: UNKNOWN_QUALITY,
      kind: 'ACCEPT',
      confidence: null,
      manyAttempts: false,
    },
    9,
  );
  await made.settled();
  t.deepEqual(written, [8, 9, 10, 11, 12]);
});

test('while the database is gone events wait, and are written once and in order afterwards', async (t) => {
  const written: number[] = [];
  let down = true;
  const { made } = log((events) => {
    if (down) return Promise.reject(new VouchError('DATABASE_UNAVAILABLE'));
    written.push(...events.map((event) => event.sequence));
    return Promise.resolve();
  });
  for (let i = 0; i < 3; i++) made.emit({ type: 'resumed', origin: 'STREAM' }, i);
  setTimeout(() => {
    down = false;
  }, 300);
  made.emit({ type: 'resumed', origin: 'STREAM' }, 4);
  await made.settled();
  t.deepEqual(written, [1, 2, 3, 4]);
});

test('a stream that was taken over writes nothing more and says so once', async (t) => {
  const { made, lost } = log(() => Promise.reject(new VouchError('CALL_TAKEN_OVER')));
  made.emit({ type: 'resumed', origin: 'STREAM' }, 0);
  await made.settled();
  made.emit({ type: 'resumed', origin: 'STREAM' }, 0);
  await made.settled();
  t.deepEqual(
    lost.map((error) => error.reason),
    ['CALL_TAKEN_OVER'],
  );
});

test('what waits for the database is bounded', (t) => {
  const { made, lost } = log(() => Promise.reject(new VouchError('DATABASE_UNAVAILABLE')));
  for (let i = 0; i < 2000; i++) made.emit({ type: 'resumed', origin: 'STREAM' }, i);
  t.is(lost.length, 1);
});

test('the stream is told at once, followers of what is written, once', async (t) => {
  let write: () => void = () => undefined;
  const { made, hub, told } = log(() => new Promise((done) => (write = done)));
  const queue = hub.follow('key');
  made.emit({ type: 'resumed', origin: 'STREAM' }, 0);
  t.deepEqual(told, [1]);
  t.is(queue.untakenForMs, 0, 'nobody else knows of it yet');
  write();
  await made.settled();
  hub.unfollow('key', queue);
  made.emit({ type: 'resumed', origin: 'STREAM' }, 0);
  write();
  await made.settled();
  queue.end();
  t.deepEqual(
    (await collect(queue)).map(({ sequence }) => sequence),
    [1],
  );
});

test('while the database is gone followers are told all the same, and not once more when it is back', async (t) => {
  let down = true;
  const { made, hub } = log(() =>
    down ? Promise.reject(new VouchError('DATABASE_UNAVAILABLE')) : Promise.resolve(),
  );
  const queue = hub.follow('key');
  for (let i = 0; i < 3; i++) made.emit({ type: 'resumed', origin: 'STREAM' }, i);
  const follower = queue[Symbol.asyncIterator]();
  for (const sequence of [1, 2, 3]) t.is((await follower.next()).value?.sequence, sequence);
  down = false;
  await made.settled();
  queue.end();
  t.true((await follower.next()).done);
});

test('what a stream tells that was taken over from is told to nobody else', async (t) => {
  const { made, hub } = log(() => Promise.reject(new VouchError('CALL_TAKEN_OVER')));
  const queue = hub.follow('key');
  made.emit({ type: 'resumed', origin: 'STREAM' }, 0);
  await made.settled();
  queue.end();
  t.deepEqual(await collect(queue), []);
});

// Alone: it counts the timers of the whole process.
test.serial('no process lives on for what a database that is gone does not take', async (t) => {
  const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
  const before = timers();
  const { made } = log(() => Promise.reject(new VouchError('DATABASE_UNAVAILABLE')));
  made.emit({ type: 'resumed', origin: 'STREAM' }, 0);
  await new Promise(setImmediate);
  t.is(made.unwritten, 1);
  t.is(timers(), before);
  made.abandon();
});

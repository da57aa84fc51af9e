import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import test from 'ava';
import { VouchError } from '../../../src/errors.js';
import { EventStreams } from '../../../src/transport/http/event-streams.js';

const FORM = {
  write: (message: unknown) => JSON.stringify(message),
  writeError: (error: unknown) => JSON.stringify({ reason: (error as VouchError).reason }),
  cut: () => undefined,
};

/** Messages that count how many were asked for, and whether they were left. */
class Counted {
  asked = 0;
  left = false;

  constructor(private readonly message: (index: number) => Promise<unknown>) {}

  next = async () => ({ done: false as const, value: await this.message(this.asked++) });

  return = () => {
    this.left = true;
    return Promise.resolve({ done: true as const, value: undefined });
  };
}

const never = new Promise<never>(() => undefined);

test('no more messages are pulled than are read, and who leaves is not waited for', async (t) => {
  const gone = new AbortController();
  const messages = new Counted((index) => Promise.resolve({ index, text: 'x'.repeat(10_000) }));
  const stream = new EventStreams(1).open(messages, FORM, gone.signal);
  const iterator = stream[Symbol.asyncIterator]();
  await iterator.next();
  await new Promise((next) => setTimeout(next, 100));
  t.true(messages.asked < 20, `${messages.asked} were pulled`);
  const before = messages.asked;
  for (let read = 0; read < 20; read += 1) await iterator.next();
  t.true(messages.asked > before);
  stream.destroy();
  await once(stream, 'close');
  t.true(messages.left);
});

test('a stream on which nothing happens says that it is alive', async (t) => {
  t.timeout(15_000);
  const gone = new AbortController();
  const stream = new EventStreams(1).open(new Counted(() => never), FORM, gone.signal);
  const startedMs = performance.now();
  const [chunk] = (await once(stream, 'data')) as [Buffer];
  t.is(chunk.toString(), ': alive\n\n');
  t.true(performance.now() - startedMs < 10_000);
  gone.abort();
  await once(stream, 'close');
});

test('streams that were drained end with an error, also while nothing comes', async (t) => {
  const streams = new EventStreams(1);
  const { signal } = new AbortController();
  const stream = streams.open(new Counted(() => never), FORM, signal);
  t.throws(() => streams.open(new Counted(() => never), FORM, signal), { message: /as many/ });
  const told = text(stream);
  streams.drain();
  t.is(await told, 'event: error\ndata: {"reason":"SHUTTING_DOWN"}\n\n');
  const error = t.throws(() => streams.open(new Counted(() => never), FORM, signal), {
    instanceOf: VouchError,
  });
  t.is(error.reason, 'SHUTTING_DOWN');
});

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import fastify from 'fastify';
import { VouchError } from '../../../src/errors.js';
import { VerificationServiceDefinition } from '../../../src/gen/vouch/v1/verification.js';
import type { Chain } from '../../../src/transport/chain.js';
import { tell } from '../../../src/transport/errors.js';
import { sendError } from '../../../src/transport/http/answer.js';
import { EventStreams, type EventForm } from '../../../src/transport/http/event-streams.js';
import { readContract } from '../../../src/transport/http/json.js';
import { addRpcs } from '../../../src/transport/http/rpcs.js';

const FORM = {
  write: (message: unknown) => JSON.stringify(message),
  writeError: (error: unknown) => JSON.stringify({ reason: (error as VouchError).reason }),
  cut: () => undefined,
};

function opened(streams: EventStreams, messages: Counted, form: EventForm<unknown>, gone: AbortSignal) {
  return streams.open(streams.place(), messages, form, gone);
}

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
  const stream = opened(new EventStreams(1), messages, FORM, gone.signal);
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
  const stream = opened(new EventStreams(1), new Counted(() => never), FORM, gone.signal);
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
  const stream = opened(streams, new Counted(() => never), FORM, signal);
  t.throws(() => opened(streams, new Counted(() => never), FORM, signal), { message: /as many/ });
  const told = text(stream);
  streams.drain();
  t.is(await told, 'event: error\ndata: {"reason":"SHUTTING_DOWN"}\n\n');
  const error = t.throws(() => opened(streams, new Counted(() => never), FORM, signal), {
    instanceOf: VouchError,
  });
  t.is(error.reason, 'SHUTTING_DOWN');
});

test('whoever reads nothing for too long is cut off, whoever reads is not', async (t) => {
  const times = { beatMs: 20, unreadMs: 300 };
  const { signal } = new AbortController();
  const cut = { ofReader: 0, ofOther: 0 };
  const texts = () =>
    new Counted(async (index) => {
      await sleep(10);
      return { index, text: 'x'.repeat(100_000) };
    });
  const streams = new EventStreams(2, times);
  const read = opened(streams, texts(), { ...FORM, cut: () => (cut.ofReader += 1) }, signal).resume();
  const unread = opened(streams, texts(), { ...FORM, cut: () => (cut.ofOther += 1) }, signal);
  unread.read();
  while (cut.ofOther === 0) await sleep(20);
  t.is(cut.ofReader, 0);
  read.destroy();
  unread.destroy();
});

test('who gets no place has no work done, and who may not ask takes none', async (t) => {
  const { name, fullName, methods } = VerificationServiceDefinition;
  let begun = 0;
  let isKnown = true;
  const chain: Chain = {
    authenticate: () => {
      if (!isKnown) throw new VouchError('UNAUTHENTICATED');
      return Promise.resolve({
        tenantId: 'acme',
        roles: ['ADMINISTRATOR'],
        actorId: 'ann',
        authentication: 'DEVELOPMENT',
      });
    },
    calls: {} as Chain['calls'],
    denied: () => Promise.resolve(),
    report: (_id, error) => t.fail(String(error)),
  };
  const implementation = {
    watchCall: async function* () {
      begun++;
      yield {};
      await never;
    },
  };
  const app = fastify();
  t.teardown(() => app.close());
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, body, done) => {
    done(null, body);
  });
  app.setErrorHandler((error, _request, reply) => sendError(reply, tell(error as Error, chain.report)));
  const streams = new EventStreams(1);
  const contract = readContract(await readFile('src/gen/vouch.binpb'));
  const definition = { name, fullName, methods: { watchCall: methods.watchCall } };
  addRpcs(app, { definition, implementation }, { chain, contract, streams });
  const ask = () =>
    app.inject({
      method: 'POST',
      url: `/${fullName}/WatchCall`,
      headers: { 'content-type': 'application/json' },
      payload: '{"callId": "c"}',
    });
  const place = streams.place();
  place.take();
  t.is((await ask()).statusCode, 429);
  t.is(begun, 0);
  place.free();
  isKnown = false;
  for (let asked = 0; asked < 3; asked++) t.is((await ask()).statusCode, 401);
  t.notThrows(() => {
    streams.place().take();
  });
});

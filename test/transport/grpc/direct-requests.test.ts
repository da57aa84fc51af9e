import { once } from 'node:events';
import {
  connect,
  constants,
  type ClientHttp2Session,
  type ClientHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { status } from '@grpc/grpc-js';
import test from 'ava';
import fc from 'fast-check';
import {
  ANSWERS,
  framed,
  LAST,
  MOST_BYTES,
  PATH,
  REFUSED,
  startServer,
  TELL,
  type Message,
} from '../../helpers/direct-server.js';

function open(session: ClientHttp2Session): ClientHttp2Stream {
  const stream = session.request({
    ':method': 'POST',
    ':path': PATH,
    'content-type': 'application/grpc',
    'grpc-encoding': 'gzip',
    te: 'trailers',
  });
  return stream.on('error', () => undefined);
}

/**
 * Sends bytes in pieces; returns what was taken, or the status of a stream that failed.
 *
 * @param ends - whether the client says that this was all
 */
async function send(
  session: ClientHttp2Session,
  pieces: readonly Buffer[],
  ends = true,
): Promise<Message[] | number> {
  const stream = open(session);
  let received = Buffer.alloc(0);
  let code = NaN;
  const read = (headers: Record<string, unknown>): void => {
    if (headers['grpc-status'] === undefined) return;
    code = Number(headers['grpc-status']);
    if (!ends) stream.close();
  };
  stream.on('response', read).on('trailers', read);
  stream.on('data', (data: Buffer) => (received = Buffer.concat([received, data])));
  const closed = new Promise((resolve) => stream.once('close', resolve));
  for (const piece of pieces) {
    stream.write(piece);
    await new Promise(setImmediate);
  }
  if (ends) stream.end();
  await closed;
  return code === 0 ? (JSON.parse(received.subarray(5).toString()) as Message[]) : code;
}

function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const end = at + lengths[i % lengths.length]!;
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}

test('answers come in order, past the library too, and wait for a client who does not read', async (t) => {
  const { session, close, told } = await startServer(false);
  t.teardown(close);
  const stream = session.request({ ':method': 'POST', ':path': PATH, 'content-type': 'application/grpc' });
  let status: unknown;
  stream.on('trailers', (trailers: IncomingHttpHeaders) => {
    status = trailers['grpc-status'];
  });
  stream.write(framed(Buffer.from(TELL)));
  await once(stream, 'response');
  let before = -1;
  while (before !== told.answers) {
    before = told.answers;
    await sleep(100);
  }
  t.true(before > 1 && before < ANSWERS / 2, `${before} answers without a reader`);
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const answers: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const end = at + 5 + bytes.readUInt32BE(at + 1);
    answers.push(Number(bytes.subarray(at + 5, end).toString()));
    at = end;
  }
  t.deepEqual(
    answers,
    Array.from({ length: ANSWERS }, (_, i) => i),
  );
  t.is(status, '0');
});

for (const waits of [false, true]) {
  test(`every message is taken once and in order, however it is cut${waits ? ', by a slow taker' : ''}`, async (t) => {
    const { session, close } = await startServer(waits);
    t.teardown(close);
    const message = fc.record({ kind: fc.constantFrom('a', 'b'), zipped: fc.boolean(), length: fc.nat(60) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(message, { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 5 }),
        async (messages, lengths) => {
          const texts = messages.map(({ kind, length }, i) => kind + String(i).repeat(length));
          const bytes = texts.map((text, i) => {
            const { zipped } = messages[i]!;
            return framed(zipped ? gzipSync(text) : Buffer.from(text), zipped);
          });
          const taken = await send(session, cut(Buffer.concat(bytes), lengths));
          const expected = texts.map((text, i) => {
            const quickly = i > 0 && text.startsWith('a') && !messages[i]!.zipped;
            return { text, readBy: quickly ? 'quickly' : 'library' };
          });
          // One that came before the first was taken was read by then.
          if (Array.isArray(taken) && taken[1]?.readBy === 'library') expected[1]!.readBy = 'library';
          t.deepEqual(taken, expected as Message[]);
        },
      ),
      { numRuns: 100 },
    );
  });
}

test('a message that is too long is refused', async (t) => {
  const { session, close } = await startServer(false);
  t.teardown(close);
  const short = framed(Buffer.from('a'));
  t.is(
    await send(session, [short, short, framed(Buffer.alloc(MOST_BYTES + 1, 'a'))]),
    status.RESOURCE_EXHAUSTED,
  );
});

const messages = (...texts: string[]) => texts.map((text) => framed(Buffer.from(text)));

for (const leave of ['stream', 'connection'] as const)
  test(`a taker that wants no more gets none, and hears once that the client is gone: its ${leave}`, async (t) => {
    const { session, seen, close } = await startServer(false);
    t.teardown(close);
    session.on('error', () => undefined);
    const stream = open(session);
    for (const piece of messages('b', 'a 1', LAST, 'a 2', 'b 3')) {
      stream.write(piece);
      await sleep(20);
    }
    const closed = new Promise((resolve) => stream.once('close', resolve));
    while (seen.taken.length < 2) await sleep(5);
    if (leave === 'stream') stream.close(constants.NGHTTP2_CANCEL);
    else session.destroy();
    await closed;
    while (seen.cancelled === 0) await sleep(5);
    await sleep(50);
    t.is(seen.cancelled, 1);
    t.deepEqual(seen.taken, ['a 1', LAST]);
  });

test('who never reads is cut off, while answers wait and after the last', async (t) => {
  const { url, session, close, seen } = await startServer(false, 300);
  t.teardown(close);
  const told = open(session);
  told.write(framed(Buffer.from(TELL)));
  await once(told, 'close');
  t.is(told.rstCode, constants.NGHTTP2_CANCEL);
  t.is(seen.cancelled, 1);
  const takesNothing = connect(url, { settings: { initialWindowSize: 0 } });
  t.teardown(() => {
    takesNothing.destroy();
  });
  const ended = open(takesNothing);
  ended.end(framed(Buffer.from('b')));
  await once(ended, 'close');
  t.is(ended.rstCode, constants.NGHTTP2_CANCEL);
});

test('a refusal reaches a client that has not sent everything', async (t) => {
  const { session, close } = await startServer(false);
  t.teardown(close);
  t.is(await send(session, messages('b', 'a 1', REFUSED), false), status.PERMISSION_DENIED);
  t.is(await send(session, messages('b', 'a 1', REFUSED, 'a 2')), status.PERMISSION_DENIED);
});

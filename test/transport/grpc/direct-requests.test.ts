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
import { Server, ServerCredentials, status, type ServerDuplexStream } from '@grpc/grpc-js';
import test from 'ava';
import fc from 'fast-check';
import { DirectRequests, type Send } from '../../../src/transport/grpc/direct-requests.js';

const PATH = '/test/Stream';
const MOST_BYTES = 1000;
/** A first message that asks for many answers, and how many: more than fit on the way to a client who does not read. */
const TELL = 'tell';
const ANSWERS = 5000;

interface Message {
  readonly text: string;
  readonly readBy: 'library' | 'quickly';
}

/** After this one the taker wants no more. */
const LAST = 'a last';
/** The service answers this one with a refusal, before the client has sent everything. */
const REFUSED = 'a refused';

/** A service that takes whatever comes, and tells each stream's messages once it has ended. */
async function startServer(waits: boolean) {
  const told = { answers: 0 };
  const seen = { taken: [] as string[], cancelled: 0 };
  const requests = new DirectRequests<Message>({
    path: PATH,
    read: (bytes) =>
      bytes[0] === 0x61 ? { text: Buffer.from(bytes).toString(), readBy: 'quickly' } : undefined,
    mostMessageBytes: MOST_BYTES,
  });
  const server = new Server({
    interceptors: [requests.interceptor],
    'grpc.max_receive_message_length': MOST_BYTES,
  });
  const stream = {
    path: PATH,
    requestStream: true,
    responseStream: true,
    requestSerialize: () => Buffer.alloc(0),
    requestDeserialize: (bytes: Buffer): Message => ({ text: bytes.toString(), readBy: 'library' }),
    responseSerialize: (text: string) => Buffer.from(text),
    responseDeserialize: String,
  };
  server.addService(
    { stream },
    {
      stream: (call: ServerDuplexStream<Message, string>) => {
        call.once('data', (first: Message) => {
          const taken = [first];
          setImmediate(() => {
            const send = requests.takeAfter(first, {
              onMessage: (message) => {
                taken.push(message);
                seen.taken.push(message.text);
                if (message.text === LAST) return false;
                if (message.text === REFUSED) call.emit('error', { code: status.PERMISSION_DENIED });
                if (!waits || taken.length % 3 > 0) return true;
                return new Promise((resolve) => setImmediate(resolve, true));
              },
              onHalfClose: () => {
                call.write(JSON.stringify(taken));
                call.end();
              },
              onCancel: () => {
                seen.cancelled++;
              },
            });
            if (first.text === TELL) void tell(call, send!, told);
          });
        });
      },
    },
  );
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
      if (error) reject(error);
      else resolve(bound);
    });
  });
  const session = connect(`http://127.0.0.1:${port}`);
  const close = () => {
    session.destroy();
    server.forceShutdown();
  };
  return { session, close, told, seen };
}

/** Answers ANSWERS messages, the first through the library. */
async function tell(call: ServerDuplexStream<Message, string>, send: Send, told: { answers: number }) {
  call.write('0');
  for (told.answers = 1; told.answers < ANSWERS; told.answers++)
    await send(Buffer.from(String(told.answers).padStart(100)));
  call.end();
}

function framed(bytes: Buffer, compressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = Number(compressed);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

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

test('a refusal reaches a client that has not sent everything', async (t) => {
  const { session, close } = await startServer(false);
  t.teardown(close);
  t.is(await send(session, messages('b', 'a 1', REFUSED), false), status.PERMISSION_DENIED);
  t.is(await send(session, messages('b', 'a 1', REFUSED, 'a 2')), status.PERMISSION_DENIED);
});

import { connect } from 'node:http2';
import { Server, ServerCredentials, status, type ServerDuplexStream } from '@grpc/grpc-js';
import type { Send } from '../../src/transport/grpc/direct-answers.js';
import { DirectRequests } from '../../src/transport/grpc/direct-requests.js';

export const PATH = '/test/Stream';
export const MOST_BYTES = 1000;
/** A first message that asks for many answers, and how many: more than fit on the way to a client who does not read. */
export const TELL = 'tell';
export const ANSWERS = 5000;

export interface Message {
  readonly text: string;
  readonly readBy: 'library' | 'quickly';
}

/** After this one the taker wants no more. */
export const LAST = 'a last';
/** The service answers this one with a refusal, before the client has sent everything. */
export const REFUSED = 'a refused';

/** A service that takes whatever comes, and tells each stream's messages once it has ended. */
export async function startServer(waits: boolean, mostUnreadMs = 60_000) {
  const told = { answers: 0 };
  const seen = { taken: [] as string[], cancelled: 0 };
  const requests = new DirectRequests<Message>({
    path: PATH,
    read: (bytes) =>
      bytes[0] === 0x61 ? { text: Buffer.from(bytes).toString(), readBy: 'quickly' } : undefined,
    mostMessageBytes: MOST_BYTES,
    mostUnreadMs,
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
  const url = `http://127.0.0.1:${port}`;
  const session = connect(url);
  const close = () => {
    session.destroy();
    server.forceShutdown();
  };
  return { url, session, close, told, seen };
}

/** Answers ANSWERS messages, the first through the library. */
async function tell(call: ServerDuplexStream<Message, string>, send: Send, told: { answers: number }) {
  call.write('0');
  for (told.answers = 1; told.answers < ANSWERS; told.answers++)
    await send(Buffer.from(String(told.answers).padStart(100)));
  call.end();
}

export function framed(bytes: Buffer, compressed = false): Buffer {
  const prefix = Buffer.alloc(5);
  prefix[0] = Number(compressed);
  prefix.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([prefix, bytes]);
}

import { Server, ServerCredentials, status } from '@grpc/grpc-js';
import test, { type ExecutionContext } from 'ava';
import { VouchError } from '../../../src/errors.js';
import { checkReadable } from '../../../src/transport/grpc/readable.js';
import { wholeRequests } from '../../../src/transport/grpc/whole-requests.js';
import { halfRequests, type HalfRequests } from '../../helpers/half-request.js';

const KNOWN = { authorization: 'Bearer known' };
const WITHIN_MS = 300;
const BYTES = 1_000_000;

/** A service that says, as a status, why it could not read a request; OUT_OF_RANGE for one that it could. */
async function startServer(t: ExecutionContext) {
  const read: string[] = [];
  const interceptor = wholeRequests({
    prefix: '/own.',
    known: (metadata) =>
      metadata.get('authorization')[0] === KNOWN.authorization
        ? Promise.resolve()
        : Promise.reject(
            new VouchError(
              metadata.get('authorization').length > 0 ? 'DATABASE_UNAVAILABLE' : 'UNAUTHENTICATED',
            ),
          ),
    withinMs: WITHIN_MS,
  });
  const server = new Server({ interceptors: [interceptor] });
  for (const path of ['/own.Service/Ask', '/open.Service/Ask']) {
    const ask = {
      path,
      requestStream: false,
      responseStream: false,
      requestSerialize: () => Buffer.alloc(0),
      requestDeserialize: (text: Buffer): object => ({ text }),
      responseSerialize: () => Buffer.alloc(0),
      responseDeserialize: String,
    };
    server.addService(
      { ask },
      {
        ask: ({ request }: { request: object }, answer: (error: { code: status }) => void) => {
          try {
            checkReadable(request);
            answer({ code: status.OUT_OF_RANGE });
          } catch (error) {
            if (error instanceof VouchError) read.push(error.reason);
            answer({ code: status.FAILED_PRECONDITION });
          }
        },
      },
    );
  }
  const port = await new Promise<number>((bound, failed) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, at) => {
      if (error) failed(error);
      else bound(at);
    });
  });
  t.teardown(() => {
    server.forceShutdown();
  });
  const ask = async (requests: Partial<HalfRequests>) => {
    const all = { path: '/own.Service/Ask', count: 1, bytes: BYTES, sentBytes: 100_000, ...requests };
    return halfRequests(`http://127.0.0.1:${port}`, all);
  };
  return { ask, read };
}

test('of a request whose sender nobody knows nothing is read', async (t) => {
  const { ask, read } = await startServer(t);
  const statuses = await ask({ count: 20, sentBytes: 200_000 });
  t.deepEqual(new Set(statuses), new Set([String(status.FAILED_PRECONDITION)]));
  t.deepEqual(new Set(read), new Set(['UNAUTHENTICATED']));
  t.is(read.length, 20);
});

test('where it cannot be found out who sends a request, its sender is not told that they are nobody', async (t) => {
  const { ask, read } = await startServer(t);
  await ask({ headers: { authorization: 'Bearer anything' } });
  t.deepEqual(read, ['DATABASE_UNAVAILABLE']);
});

test('whoever is known has so long for all of it: a message that never ends, and a request that does not', async (t) => {
  const { ask, read } = await startServer(t);
  const begunMs = performance.now();
  t.deepEqual(await ask({ headers: KNOWN }), [String(status.FAILED_PRECONDITION)]);
  t.deepEqual(await ask({ headers: KNOWN, bytes: 1000, sentBytes: 1000 }), [
    String(status.FAILED_PRECONDITION),
  ]);
  t.deepEqual(read, ['STREAM_STALLED', 'STREAM_STALLED']);
  t.true(performance.now() - begunMs >= 2 * WITHIN_MS);
});

test('what is open to all takes little', async (t) => {
  const { ask } = await startServer(t);
  t.deepEqual(await ask({ path: '/open.Service/Ask', count: 3 }), ['cut', 'cut', 'cut']);
});

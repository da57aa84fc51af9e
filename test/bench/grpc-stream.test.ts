import { once } from 'node:events';
import { connect, createServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import { GrpcCallStream } from '../../bench/load/grpc-stream.js';

/** What the generator says of a call that a server ends like this. */
async function problemOf(
  t: ExecutionContext,
  end: (stream: ServerHttp2Stream) => void,
): Promise<string | undefined> {
  const server = createServer().on('stream', end).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.teardown(() => {
    session.destroy();
    server.close();
  });
  return new Promise((resolve) => {
    const stream = new GrpcCallStream(session, {
      tenantId: 'a',
      onEvent: () => undefined,
      onOver: resolve,
    });
    stream.send(Buffer.alloc(5));
    stream.halfClose();
  });
}

const REFUSED = { 'grpc-status': '8', 'grpc-message': 'busy' };

test('a call that is refused before its first answer has its status in the headers', async (t) => {
  const problem = await problemOf(t, (stream) => {
    stream.respond({ ':status': 200, ...REFUSED }, { endStream: true });
  });
  t.is(problem, '8 busy');
});

test('a call has its status in the trailers otherwise', async (t) => {
  const ending = (trailers: Record<string, string>) => (stream: ServerHttp2Stream) => {
    stream.respond({ ':status': 200 }, { waitForTrailers: true });
    stream.on('wantTrailers', () => {
      stream.sendTrailers(trailers);
    });
    stream.resume().end(Buffer.alloc(5));
  };
  t.is(await problemOf(t, ending(REFUSED)), '8 busy');
  t.is(await problemOf(t, ending({ 'grpc-status': '0' })), undefined);
});

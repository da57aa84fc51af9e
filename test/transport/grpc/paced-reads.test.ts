import { once } from 'node:events';
import { connect as connectHttp2, createSecureServer, createServer, type Http2Server } from 'node:http2';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect as connectSecurely } from 'node:tls';
import test, { type ExecutionContext } from 'ava';
import { PacedReads } from '../../../src/transport/grpc/paced-reads.js';
import { openDirectory } from '../../helpers/binary.js';
import { Authority } from '../../helpers/certificates.js';

const MEGABYTE = 1 << 20;

function frame(type: number, flags: number, streamId: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head.set([type, flags], 3);
  head.writeUInt32BE(streamId, 5);
  return Buffer.concat([head, payload]);
}

/** What a client says first: the preface, windows that never fill, and a request. */
const BEGINNING = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  frame(4, 0, 0, Buffer.from('00047fffffff', 'hex')),
  frame(8, 0, 0, Buffer.from('7fff0000', 'hex')),
  // `POST http://a/`, by the table of HPACK.
  frame(1, 4, 1, Buffer.from('838684410161', 'hex')),
]);
const SMALL_FRAMES = Buffer.alloc(10 * 6400, frame(0, 0, 1, Buffer.of(0)));

/** A server that answers with much, at even intervals of reading. */
async function answerMuch(t: ExecutionContext, server: Http2Server) {
  const reads = new PacedReads();
  let connection: Socket | undefined;
  server.on('session', (session) => session.on('error', () => undefined));
  server.on('connection', (socket: Socket) => (connection = socket));
  server.on('stream', (stream) => {
    reads.follow(stream);
    stream.on('error', () => undefined);
    stream.respond();
    stream.end(Buffer.alloc(16 * MEGABYTE));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  return { port: (server.address() as AddressInfo).port, bytesRead: () => connection?.bytesRead ?? 0 };
}

/** Floods a server whose answer nobody reads, then reads it. */
async function flood(t: ExecutionContext, client: Socket, bytesRead: () => number): Promise<void> {
  client.pause();
  client.on('error', () => undefined);
  t.teardown(() => client.destroy());
  client.write(BEGINNING);
  await sleep(300);
  const before = bytesRead();
  for (let sent = 0; sent < 16 * MEGABYTE; sent += SMALL_FRAMES.length) client.write(SMALL_FRAMES);
  await sleep(600);
  const unread = bytesRead() - before;
  t.true(unread < MEGABYTE, `${unread} bytes were read of a peer that reads nothing`);
  client.resume();
  while (bytesRead() === before) await sleep(20);
  t.pass('it is read again');
}

test('a peer that reads nothing is not read', async (t) => {
  const { port, bytesRead } = await answerMuch(t, createServer());
  await flood(t, connect(port, '127.0.0.1'), bytesRead);
});

test('a peer that reads nothing is not read, over TLS', async (t) => {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const pair = await (await Authority.make(path)).issue('service', 'DNS:localhost');
  const { port, bytesRead } = await answerMuch(t, createSecureServer(pair));
  const client = connectSecurely({
    port,
    host: '127.0.0.1',
    ALPNProtocols: ['h2'],
    rejectUnauthorized: false,
  });
  await once(client, 'secureConnect');
  await flood(t, client, bytesRead);
});

test('what hundreds of calls send between two reads fits into one connection', async (t) => {
  const reads = new PacedReads();
  const server = createServer();
  server.on('stream', (stream) => {
    reads.follow(stream);
    stream.respond();
    stream.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const client = connectHttp2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  t.teardown(() => {
    client.destroy();
  });
  const stream = client.request({ ':method': 'POST' });
  await once(stream.resume(), 'end');
  const { remoteWindowSize = 0 } = client.state;
  t.true(remoteWindowSize >= 4 * MEGABYTE, `${remoteWindowSize} bytes may be sent`);
});

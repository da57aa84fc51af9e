import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { packageRoot } from '../../../src/package-root.js';
import { HttpServer } from '../../../src/transport/http/server.js';
import { secureServers } from '../../../src/transport/http/secure-server.js';
import { openDirectory } from '../../helpers/binary.js';
import { Authority } from '../../helpers/certificates.js';

const WITHIN_MS = 300;
/** Long enough for a reader who shares a busy processor with the service. */
const UNREAD_MS = 1500;
/** More than the kernel keeps for a client. */
const PAGE_BYTES = 20_000_000;

test('who asks for much and reads nothing is cut off, and who reads gets all', async (t) => {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  await mkdir(join(path, 'console'));
  await writeFile(join(path, 'console', 'large.js'), Buffer.alloc(PAGE_BYTES));
  const chain = { report: () => undefined } as unknown as Parameters<typeof HttpServer.create>[1];
  const services = { table: [] } as unknown as Parameters<typeof HttpServer.create>[0];
  const server = await HttpServer.create(services, chain, {
    origins: [],
    loopbackNamesOnly: true,
    maximumStreams: 10,
    requestsPerMinute: 100,
    tls: null,
    descriptorsPath: join(packageRoot(), 'src/gen/vouch.binpb'),
    pagesFolder: path,
    health: { started: () => true, ready: () => Promise.resolve(true) },
    version: '0',
    unreadMs: UNREAD_MS,
  });
  t.teardown(() => server.stop(0));
  const port = await server.listen('127.0.0.1', 0);
  const read = async (waitMs: number) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /console/large.js HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
    await sleep(waitMs);
    let bytes = 0;
    socket.on('data', (data: Buffer) => (bytes += data.length));
    await once(socket, 'close');
    return bytes;
  };
  t.true((await read(0)) > PAGE_BYTES);
  t.true((await read(UNREAD_MS * 2.5)) < PAGE_BYTES);
});

test('who opens a connection and does not speak TLS is cut off', async (t) => {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const contents = await (await Authority.make(path)).issue('service', 'DNS:localhost');
  const files = { contents, onChange: () => undefined };
  const server = secureServers(files, WITHIN_MS)(() => undefined, {});
  t.teardown(() => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket.resume(), 'close');
  t.pass();
});

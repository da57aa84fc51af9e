import { utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ClientCertificates } from '../../src/access/index.js';
import { openDirectory } from '../helpers/binary.js';
import { reasonOf } from '../helpers/reasons.js';

const CERTIFICATE = { uris: ['spiffe://acme/ivr'], dnsNames: [], commonName: '', validUntil: new Date(8e15) };

test('a change of the file of clients that could not be read is read the next time', async (t) => {
  const { path: directory, remove } = await openDirectory();
  t.teardown(remove);
  const path = join(directory, 'clients.json');
  let nowMs = 0;
  const failures: unknown[] = [];
  const exists = () => Promise.resolve(true);
  const clients = new ClientCertificates(
    path,
    exists,
    { now: () => new Date() },
    (error) => failures.push(error),
    () => nowMs,
  );
  const [before] = CERTIFICATE.uris;
  const named = (uri: string) =>
    JSON.stringify({ clients: [{ uri, tenant: 'acme', roles: ['telephony'], actor: 'ivr' }] });
  const write = async (text: string) => {
    await writeFile(path, text);
    await utimes(path, 1_800_000_000, 1_800_000_000);
  };
  await writeFile(path, named(before!));
  await clients.open();
  t.is((await clients.caller(CERTIFICATE)).actorId, 'ivr');
  // The revocation is there, but the first attempt to read it fails.
  const after = named('spiffe://acme/xyz');
  await write('?'.repeat(after.length));
  nowMs += 1000;
  t.is((await clients.caller(CERTIFICATE)).actorId, 'ivr');
  t.is(failures.length, 1);
  await write(after);
  nowMs += 1000;
  t.is(await reasonOf(clients.caller(CERTIFICATE)), 'UNAUTHENTICATED');
});

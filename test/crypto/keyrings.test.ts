import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import {
  FileKeyring,
  newKeyringText,
  openKeyring,
  TransitKeyring,
  type Keyring,
  verifySignature,
} from '../../src/crypto/index.js';
import { reasonOf } from '../helpers/tenant.js';
import { TransitServer } from '../helpers/transit-server.js';

const KIM = '7e0a9f5c-2a5e-4c53-9d8e-0d9b7f6f8a11';
const LEE = '8e0a9f5c-2a5e-4c53-9d8e-0d9b7f6f8a11';
const CONTEXT = { purpose: 'VERIFY' };

type Make = (t: ExecutionContext) => Promise<Keyring>;

async function folder(t: ExecutionContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'vouch-keys-'));
  t.teardown(() => rm(path, { recursive: true }));
  return path;
}

async function transit(t: ExecutionContext): Promise<TransitServer> {
  const server = await TransitServer.start();
  t.teardown(() => server.stop());
  return server;
}

function transitKeyring({ url, token }: TransitServer, timeoutMs = 1000): TransitKeyring {
  return new TransitKeyring({
    url,
    mount: 'transit',
    keyPrefix: 'vouch-',
    token: () => Promise.resolve(token),
    timeoutMs,
  });
}

const WRITABLE: Readonly<Record<string, Make>> = {
  file: async (t) => openKeyring({ from: 'file', path: join(await folder(t), 'keyring.json') }),
  transit: async (t) => transitKeyring(await transit(t)),
};

for (const [source, make] of Object.entries(WRITABLE)) {
  test(`${source}: rotated keys open as before, and the old epoch is not needed afterwards`, async (t) => {
    const keyring = await make(t);
    await keyring.createTenantKeys('acme');
    const { key, wrapped } = await keyring.createDataKey('acme', KIM, 1);
    const sealed = key.seal(Buffer.from('vector'), CONTEXT);
    await keyring.createEpoch('acme', 2);
    await keyring.createEpoch('acme', 2); // As after a crash.
    t.deepEqual(await keyring.epochs('acme'), [1, 2]);
    const before = await keyring.openDataKey('acme', KIM, wrapped);
    t.is(before.open(sealed, CONTEXT).toString(), 'vector');
    const [moved] = await keyring.rewrap('acme', 2, [{ ...wrapped, speakerRef: KIM }]);
    await keyring.destroyEpoch('acme', 1);
    await keyring.destroyEpoch('acme', 1);
    t.deepEqual(await keyring.epochs('acme'), [2]);
    if (!moved) return t.fail();
    const after = await keyring.openDataKey('acme', KIM, moved);
    t.is(after.open(sealed, CONTEXT).toString(), 'vector');
    t.is(await reasonOf(keyring.openDataKey('acme', KIM, wrapped)), 'KEY_MISSING');
    t.is(await reasonOf(keyring.checkValue('acme', 1)), 'KEY_MISSING');
  });

  test(`${source}: a wrapped key opens for its speaker, tenant and epoch only`, async (t) => {
    const keyring = await make(t);
    await keyring.createTenantKeys('acme');
    await keyring.createTenantKeys('bank');
    await keyring.createEpoch('acme', 2);
    const { wrapped } = await keyring.createDataKey('acme', KIM, 1);
    t.is(await reasonOf(keyring.openDataKey('acme', LEE, wrapped)), 'CIPHERTEXT_INVALID');
    t.is(await reasonOf(keyring.openDataKey('bank', KIM, wrapped)), 'CIPHERTEXT_INVALID');
    t.is(await reasonOf(keyring.openDataKey('acme', KIM, { ...wrapped, epoch: 2 })), 'CIPHERTEXT_INVALID');
  });

  test(`${source}: what does not open in a batch leaves the others alone`, async (t) => {
    const keyring = await make(t);
    await keyring.createTenantKeys('acme');
    await keyring.createEpoch('acme', 2);
    const one = await keyring.createDataKey('acme', KIM, 1);
    const other = await keyring.createDataKey('acme', LEE, 1);
    const [bad, good] = await keyring.rewrap('acme', 2, [
      { ...other.wrapped, speakerRef: KIM },
      { ...one.wrapped, speakerRef: KIM },
    ]);
    t.is(bad, null);
    t.is(good?.epoch, 2);
  });

  test(`${source}: keys are never made in the place of missing ones`, async (t) => {
    const keyring = await make(t);
    t.deepEqual(await keyring.epochs('acme'), []);
    t.is(await reasonOf(keyring.createDataKey('acme', KIM, 1)), 'KEY_MISSING');
    t.is(await reasonOf(keyring.createEpoch('acme', 1)), 'KEY_MISSING');
    t.is(await reasonOf(keyring.keyedHash('acme', 'speaker-id', 'kim')), 'KEY_MISSING');
    t.deepEqual(await keyring.epochs('acme'), []);
    await keyring.createTenantKeys('acme');
    t.is(await reasonOf(keyring.createTenantKeys('acme')), 'TENANT_EXISTS');
    t.is(await reasonOf(keyring.destroyEpoch('acme', 1)), 'INTERNAL', 'the last key stays');
  });

  test(`${source}: signatures are checked with the public key, which outlives a rotation`, async (t) => {
    const keyring = await make(t);
    t.is(await reasonOf(keyring.publicKey('acme')), 'KEY_MISSING');
    await keyring.createTenantKeys('acme');
    await keyring.createTenantKeys('bank');
    const message = Buffer.from('anchor');
    const { keyId, signature } = await keyring.sign('acme', message);
    await keyring.createEpoch('acme', 2);
    const own = await keyring.publicKey('acme');
    t.is(own.keyId, keyId);
    t.true(verifySignature(own.pem, message, signature));
    t.false(verifySignature(own.pem, Buffer.from('another'), signature));
    t.false(verifySignature((await keyring.publicKey('bank')).pem, message, signature));
  });

  test(`${source}: hashes and check values tell tenants, labels and epochs apart, and outlive a rotation`, async (t) => {
    const keyring = await make(t);
    await keyring.createTenantKeys('acme');
    await keyring.createTenantKeys('bank');
    const hash = () => keyring.keyedHash('acme', 'speaker-id', 'kim');
    const check = () => keyring.checkValue('acme', 1);
    const [hashed, checked] = [await hash(), await check()];
    await keyring.createEpoch('acme', 2);
    t.deepEqual([await hash(), await check()], [hashed, checked]);
    const different = [
      hashed,
      checked,
      await keyring.keyedHash('bank', 'speaker-id', 'kim'),
      await keyring.keyedHash('acme', 'request', 'kim'),
      await keyring.checkValue('acme', 2),
      await keyring.checkValue('bank', 1),
    ];
    t.is(new Set(different.map((each) => each.toString('hex'))).size, different.length);
    t.true(different.every((each) => each.length === 32));
  });
}

test('the environment: opens what a file opens, and says what to change where it may not', async (t) => {
  const path = join(await folder(t), 'keyring.json');
  await writeFile(path, newKeyringText(['acme']), { mode: 0o600 });
  const file = await openKeyring({ from: 'file', path });
  const { key, wrapped } = await file.createDataKey('acme', KIM, 1);
  const sealed = key.seal(Buffer.from('vector'), CONTEXT);
  const given = async () => openKeyring({ from: 'environment', text: await readFile(path, 'utf8') });
  const first = await given();
  t.is(
    (await first.openDataKey('acme', KIM, wrapped)).open(sealed, CONTEXT).toString(),
    'vector',
    'same keys, same content',
  );
  t.is(await reasonOf(first.createTenantKeys('bank')), 'KEYRING_READ_ONLY');
  t.is(await reasonOf(first.createEpoch('acme', 2)), 'KEYRING_READ_ONLY');
  await file.createEpoch('acme', 2);
  const second = await given();
  await second.createEpoch('acme', 2);
  t.is(await reasonOf(second.destroyEpoch('acme', 1)), 'KEYRING_READ_ONLY');
  await file.destroyEpoch('acme', 1);
  await (await given()).destroyEpoch('acme', 1);
  t.is(await reasonOf(openKeyring({ from: 'environment', text: '{"secret": 1}' })), 'KEYRING_INVALID');
});

test('a file: another process forgets what was destroyed, and holds on where the file is gone', async (t) => {
  const path = join(await folder(t), 'keyring.json');
  const [one, other] = [await FileKeyring.open(path), await FileKeyring.open(path, 0)];
  await one.createTenantKeys('acme');
  await one.createEpoch('acme', 2);
  t.deepEqual(await other.epochs('acme'), [1, 2]);
  await one.destroyEpoch('acme', 1);
  t.deepEqual(await other.epochs('acme'), [2]);
  await rm(path);
  t.deepEqual(await other.epochs('acme'), [2]);
});

test('a file that lacks a tenant whose keys are held is not taken for the keyring, and not written', async (t) => {
  const path = join(await folder(t), 'keyring.json');
  const keyring = await FileKeyring.open(path, 0);
  await keyring.createTenantKeys('acme');
  const check = await keyring.checkValue('acme', 1);
  const another = newKeyringText(['bank']);
  await writeFile(path, another, { mode: 0o600 });
  t.deepEqual(await keyring.checkValue('acme', 1), check);
  t.is(await reasonOf(keyring.createTenantKeys('third')), 'KEYRING_INVALID');
  t.is(await reasonOf(keyring.createEpoch('bank', 2)), 'KEYRING_INVALID');
  t.is(await readFile(path, 'utf8'), another);
  await rm(path);
  t.is(await reasonOf(keyring.createTenantKeys('third')), 'KEYRING_INVALID');
  t.false(existsSync(path));
  t.deepEqual(await keyring.checkValue('acme', 1), check);
});

test('transit: a server in trouble is asked again, and not for ever', async (t) => {
  const server = await transit(t);
  const keyring = transitKeyring(server);
  await keyring.createTenantKeys('acme');
  server.failures = 2;
  const { wrapped } = await keyring.createDataKey('acme', KIM, 1);
  server.failures = 100;
  server.asked.length = 0;
  t.is(await reasonOf(keyring.openDataKey('acme', KIM, wrapped)), 'KEY_SERVICE_UNAVAILABLE');
  t.is(server.asked.length, 3);
});

test('transit: a server that does not answer in time is given up', async (t) => {
  const server = await transit(t);
  const keyring = transitKeyring(server, 100);
  server.delayMs = 1000;
  const began = Date.now();
  t.is(await reasonOf(keyring.epochs('acme')), 'KEY_SERVICE_UNAVAILABLE');
  t.true(Date.now() - began < 3000);
});

test('transit: a rotation whose answer was lost is not done twice', async (t) => {
  const server = await transit(t);
  const keyring = transitKeyring(server);
  await keyring.createTenantKeys('acme');
  const [name = ''] = [...server.keys.keys()].filter((key) => !/-(hash|sign)$/.test(key));
  await fetch(`${server.url}/v1/transit/keys/${name}/rotate`, {
    method: 'POST',
    headers: { 'x-vault-token': server.token },
    body: '{}',
  });
  await keyring.createEpoch('acme', 2);
  t.deepEqual(await keyring.epochs('acme'), [1, 2]);
});

test('transit: a token that is not accepted is said, without the token', async (t) => {
  const { url } = await transit(t);
  const keyring = new TransitKeyring({
    url,
    mount: 'transit',
    keyPrefix: 'vouch-',
    token: () => Promise.resolve('s.secret'),
  });
  const error = await t.throwsAsync(keyring.epochs('acme'));
  t.like(error, { reason: 'KEYRING_INVALID' });
  t.false(String(error).includes('s.secret'));
});

test('transit: hashes are asked for once, names tell nothing of the tenant, no key leaves unasked', async (t) => {
  const server = await transit(t);
  const keyring = transitKeyring(server);
  await keyring.createTenantKeys('acme bank, Zürich');
  await keyring.keyedHash('acme bank, Zürich', 'speaker-id', 'kim');
  await keyring.keyedHash('acme bank, Zürich', 'speaker-id', 'kim');
  t.is(server.asked.filter((path) => path.startsWith('hmac/')).length, 1);
  t.true([...server.keys.keys()].every((name) => /^vouch-[0-9a-f]{32}(-hash|-sign)?$/.test(name)));
  t.false(server.asked.some((path) => path.startsWith('export/')));
});

import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { FileKeyring } from '../../src/crypto/index.js';
import { VouchError } from '../../src/errors.js';

const SPEAKER = '7e0a9f5c-2a5e-4c53-9d8e-0d9b7f6f8a11';

async function keyFile(t: ExecutionContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'vouch-keys-'));
  t.teardown(() => rm(folder, { recursive: true }));
  return join(folder, 'keyring.json');
}

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
    return 'none';
  } catch (error) {
    return error instanceof VouchError ? error.reason : String(error);
  }
}

test('the file is the owner’s alone and no temporary file stays behind', async (t) => {
  const path = await keyFile(t);
  const keyring = await FileKeyring.open(path);
  await Promise.all(['a', 'b', 'c'].map((tenant) => keyring.createTenantKeys(tenant)));
  t.is((await stat(path)).mode & 0o777, 0o600);
  t.deepEqual(await readdir(join(path, '..')), ['keyring.json']);
  const { tenants } = JSON.parse(await readFile(path, 'utf8')) as { tenants: Record<string, unknown> };
  t.deepEqual(Object.keys(tenants).sort(), ['a', 'b', 'c']);
});

test('a data key wrapped by one process opens in another', async (t) => {
  const path = await keyFile(t);
  const [one, other] = [await FileKeyring.open(path), await FileKeyring.open(path)];
  await one.createTenantKeys('acme');
  const { key, wrapped } = await one.createDataKey('acme', SPEAKER, 1);
  const sealed = key.seal(Buffer.from('vector'), { purpose: 'VERIFY' });
  const opened = await other.openDataKey('acme', SPEAKER, wrapped);
  t.is(opened.open(sealed, { purpose: 'VERIFY' }).toString(), 'vector');
});

test('a wrapped key does not open for another speaker, tenant or epoch', async (t) => {
  const keyring = await FileKeyring.open(await keyFile(t));
  await keyring.createTenantKeys('acme');
  await keyring.createTenantKeys('bank');
  const { wrapped } = await keyring.createDataKey('acme', SPEAKER, 1);
  const other = SPEAKER.replace('7', '8');
  t.is(await reasonOf(keyring.openDataKey('acme', other, wrapped)), 'CIPHERTEXT_INVALID');
  t.is(await reasonOf(keyring.openDataKey('bank', SPEAKER, wrapped)), 'CIPHERTEXT_INVALID');
  t.is(await reasonOf(keyring.openDataKey('acme', SPEAKER, { ...wrapped, epoch: 2 })), 'KEY_MISSING');
});

test('keys are made once, on request, and never instead of missing ones', async (t) => {
  const path = await keyFile(t);
  const keyring = await FileKeyring.open(path);
  t.deepEqual(await keyring.epochs('acme'), []);
  t.is(await reasonOf(keyring.createDataKey('acme', SPEAKER, 1)), 'KEY_MISSING');
  t.is(await reasonOf(keyring.keyedHash('acme', 'speaker-id', 'x')), 'KEY_MISSING');
  t.deepEqual(await readdir(join(path, '..')), []);
  await keyring.createTenantKeys('acme');
  t.deepEqual(await keyring.epochs('acme'), [1]);
  t.is(await reasonOf(keyring.createTenantKeys('acme')), 'TENANT_EXISTS');
});

test('keyed hashes depend on tenant, label and value', async (t) => {
  const keyring = await FileKeyring.open(await keyFile(t));
  await keyring.createTenantKeys('acme');
  await keyring.createTenantKeys('bank');
  const hashes = await Promise.all([
    keyring.keyedHash('acme', 'speaker-id', 'x'),
    keyring.keyedHash('bank', 'speaker-id', 'x'),
    keyring.keyedHash('acme', 'request', 'x'),
    keyring.keyedHash('acme', 'speaker-id', 'y'),
  ]);
  t.is(new Set(hashes.map((hash) => hash.toString('hex'))).size, 4);
  t.deepEqual(await keyring.keyedHash('acme', 'speaker-id', 'x'), hashes[0]);
});

test('the check value tells a keyring from another one', async (t) => {
  const [one, other] = [await FileKeyring.open(await keyFile(t)), await FileKeyring.open(await keyFile(t))];
  await one.createTenantKeys('acme');
  await other.createTenantKeys('acme');
  t.deepEqual(await one.checkValue('acme', 1), await one.checkValue('acme', 1));
  t.notDeepEqual(await one.checkValue('acme', 1), await other.checkValue('acme', 1));
});

for (const [name, content] of Object.entries({
  'not JSON': '{"version": 1, "tenants": {"acme": "c2VjcmV0',
  'another version': '{"version": 2, "tenants": {}}',
  'a short key':
    '{"version":1,"tenants":{"acme":{"activeEpoch":1,"epochs":{"1":"c2VjcmV0"},"hashKey":"c2VjcmV0"}}}',
  'no key for the active epoch': `{"version":1,"tenants":{"acme":{"activeEpoch":2,"epochs":{},"hashKey":"${Buffer.alloc(32).toString('base64')}"}}}`,
})) {
  test(`a keyring file with ${name} is refused without showing its content`, async (t) => {
    const path = await keyFile(t);
    await writeFile(path, content, { mode: 0o600 });
    const error = await t.throwsAsync(FileKeyring.open(path), { instanceOf: VouchError });
    t.is(error.reason, 'KEYRING_INVALID');
    t.false(inspect(error, { depth: 9 }).includes('c2VjcmV0'));
  });
}

test('a keyring file that others may read is refused', async (t) => {
  const path = await keyFile(t);
  await (await FileKeyring.open(path)).createTenantKeys('acme');
  await chmod(path, 0o644);
  t.is(await reasonOf(FileKeyring.open(path)), 'KEYRING_INVALID');
});

test('inspecting a data key or a keyring shows no key', async (t) => {
  const path = await keyFile(t);
  const keyring = await FileKeyring.open(path);
  await keyring.createTenantKeys('acme');
  const { key } = await keyring.createDataKey('acme', SPEAKER, 1);
  const file = JSON.parse(await readFile(path, 'utf8')) as { tenants: { acme: { hashKey: string } } };
  const shown = inspect([key, keyring], { depth: 9, showHidden: true }) + JSON.stringify([key, keyring]);
  t.false(shown.includes(file.tenants.acme.hashKey));
  t.notRegex(shown, /[0-9a-f]{2} [0-9a-f]{2} [0-9a-f]{2}/);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { isLoopback } from '../src/addresses.js';
import { readConfig } from '../src/config.js';
import { authenticates } from '../src/config-access.js';
import { VouchError } from '../src/errors.js';
import { checkAddresses } from '../src/open-servers.js';

test('everything has a default: an embedded database, on the loopback', (t) => {
  const config = readConfig({});
  t.is(config.databaseUrl, '');
  t.true(isLoopback(config.host));
  t.true(config.workers >= 1 && config.maximumCalls >= 200);
});

test('a bad option is named, and its value is not', (t) => {
  const error = t.throws(() => readConfig({ VOUCH_WORKERS: 'secret-value' }), { instanceOf: VouchError });
  t.is(error.reason, 'CONFIGURATION_INVALID');
  t.is(error.field, 'VOUCH_WORKERS');
  t.false(error.message.includes('secret-value'));
});

test("keys are never put beside somebody else's database by themselves", (t) => {
  const error = t.throws(() => readConfig({ DATABASE_URL: 'postgres://localhost/x' }), {
    instanceOf: VouchError,
  });
  t.is(error.field, 'VOUCH_KEYRING_FILE');
});

test('the URL of the database may be in a file', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'vouch-config-'));
  t.teardown(() => {
    rmSync(directory, { recursive: true });
  });
  const file = join(directory, 'url');
  writeFileSync(file, 'postgres://vouch@db/vouch\n');
  const keyring = { VOUCH_KEYRING_FILE: 'keyring.json' };
  t.is(readConfig({ DATABASE_URL_FILE: file, ...keyring }).databaseUrl, 'postgres://vouch@db/vouch');
  const empty = join(directory, 'empty');
  writeFileSync(empty, '\n');
  for (const bad of [
    { DATABASE_URL: 'postgres://x/y' },
    { DATABASE_URL_FILE: join(directory, 'none') },
    { DATABASE_URL_FILE: empty },
  ]) {
    const read = () => readConfig({ DATABASE_URL_FILE: file, ...keyring, ...bad });
    t.like(t.throws(read), { field: 'DATABASE_URL_FILE' });
  }
});

test('addresses', (t) => {
  t.like(readConfig({ VOUCH_ADDRESS: '[::1]:0' }), { host: '[::1]', port: 0 });
  t.throws(() => readConfig({ VOUCH_ADDRESS: 'nowhere' }), { instanceOf: VouchError });
  t.throws(() => readConfig({ VOUCH_ADDRESS: 'host:70000' }), { instanceOf: VouchError });
  t.false(isLoopback('0.0.0.0'));
  t.false(isLoopback('127.0.0.1.example.org'));
});

test('a name that is no option is refused, and what is empty counts as not set', (t) => {
  const error = t.throws(() => readConfig({ VOUCH_ADRESS: '127.0.0.1:1' }), { instanceOf: VouchError });
  t.is(error.field, 'VOUCH_ADRESS');
  t.deepEqual(readConfig({ VOUCH_WORKERS: '', VOUCH_ADDRESS: '' }), readConfig({}));
  t.is(readConfig({ VOUCH_DATA_DIR: '' }, { VOUCH_DATA_DIR: 'demo' }).dataDir, 'demo');
});

test('what is to be ignored is', (t) => {
  const config = readConfig({ DATABASE_URL: 'postgres://localhost/real' }, {}, ['DATABASE_URL']);
  t.is(config.databaseUrl, '');
});

test('ways to authenticate are configured whole, or not at all', (t) => {
  const tls = { VOUCH_TLS_CERT_FILE: 'crt', VOUCH_TLS_KEY_FILE: 'key' };
  const tokens = { VOUCH_JWT_ISSUER: 'https://x', VOUCH_JWT_AUDIENCE: 'vouch' };
  const url = { VOUCH_JWT_JWKS_URL: 'https://x/jwks' };
  for (const [field, given] of [
    ['VOUCH_TLS_CERT_FILE', { VOUCH_TLS_KEY_FILE: 'key' }],
    ['VOUCH_TLS_CERT_FILE', { VOUCH_TLS_CLIENT_CA_FILE: 'ca', VOUCH_CLIENTS_FILE: 'clients' }],
    ['VOUCH_CLIENTS_FILE', { ...tls, VOUCH_CLIENTS_FILE: 'clients' }],
    ['VOUCH_CLIENTS_FILE', { ...tls, VOUCH_TLS_CLIENT_CA_FILE: 'ca' }],
    ['VOUCH_CLIENTS_FILE', { VOUCH_FORWARDED_CERTIFICATES: 'loopback' }],
    ['VOUCH_CLIENTS_FILE', { VOUCH_FORWARDED_CERTIFICATES: 'x', VOUCH_CLIENTS_FILE: 'clients' }],
    ['VOUCH_FORWARDED_CERTIFICATES', { VOUCH_FORWARDED_CERTIFICATES: 'x' }],
    ['VOUCH_JWT_ISSUER', { ...url, VOUCH_JWT_AUDIENCE: 'vouch' }],
    ['VOUCH_JWT_AUDIENCE', { ...url, VOUCH_JWT_ISSUER: 'https://x' }],
    ['VOUCH_JWT_JWKS_URL', tokens],
    ['VOUCH_JWT_JWKS_URL', { ...tokens, ...url, VOUCH_JWT_JWKS_FILE: 'jwks' }],
    ['VOUCH_JWT_JWKS_URL', { ...tokens, VOUCH_JWT_JWKS_URL: 'http://x/jwks' }],
  ] as const)
    t.like(
      t.throws(() => readConfig(given)),
      { reason: 'CONFIGURATION_INVALID', field },
    );
  t.false(authenticates(readConfig(tls).access));
  t.true(authenticates(readConfig({ ...tokens, ...url }).access));
  const told = { VOUCH_FORWARDED_CERTIFICATES: 'loopback', VOUCH_CLIENTS_FILE: 'clients' };
  t.true(authenticates(readConfig(told).access));
});

test('only who authenticates callers listens beyond the loopback, and in clear only when told so', (t) => {
  const beyond = { VOUCH_ADDRESS: '0.0.0.0:1', VOUCH_HTTP_ADDRESS: '0.0.0.0:2' };
  const tls = { VOUCH_TLS_CERT_FILE: 'crt', VOUCH_TLS_KEY_FILE: 'key' };
  const check = (given: Readonly<Record<string, string>>) => () => {
    checkAddresses(readConfig(given));
  };
  for (const bad of [
    beyond,
    { ...beyond, ...tls },
    { ...beyond, VOUCH_PLAINTEXT: 'behind-proxy' },
    { ...beyond, VOUCH_API_KEYS: 'on' },
    { VOUCH_HTTP_ADDRESS: '0.0.0.0:2', VOUCH_API_KEYS: 'on' },
  ])
    t.like(t.throws(check(bad)), { reason: 'CONFIGURATION_INVALID' });
  t.notThrows(check({ ...beyond, ...tls, VOUCH_API_KEYS: 'on' }));
  t.notThrows(check({ ...beyond, VOUCH_PLAINTEXT: 'behind-proxy', VOUCH_API_KEYS: 'on' }));
});

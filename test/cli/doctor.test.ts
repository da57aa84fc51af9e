import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import test from 'ava';
import { diagnose } from '../../src/cli/doctor/diagnose.js';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { vouch } from '../helpers/binary.js';
import { asOwner, emptyDatabase, freshDatabase } from '../helpers/database.js';
import {
  ALL_BUT_MODELS,
  deployment,
  EXPIRED,
  failsAt,
  failures,
  folder,
  ownLogin,
} from '../helpers/deployment.js';
import { MODELS_DIR } from '../helpers/speech.js';

test.serial('a deployment that is as it should be has nothing that fails', async (t) => {
  const { environment } = await deployment(t);
  const findings = await diagnose({ environment });
  t.deepEqual(
    findings.filter(({ status }) => status === 'fail'),
    [],
  );
  const fine = new Set(findings.filter(({ status }) => status === 'ok').map(({ about }) => about));
  for (const about of [
    'configuration',
    'database',
    'clock',
    'keys',
    'models',
    'ffmpeg',
    'machine',
    'addresses',
  ])
    t.true(fine.has(about), about);
});

test.serial('broken: an option that there is not', async (t) => {
  const options = { environment: { VOUCH_WORKER: '2' } };
  await failsAt(t, options, 'configuration', /VOUCH_WORKER\b/, /docs\/configuration\.md/);
});

test.serial('broken: the database is down', async (t) => {
  const { environment } = await deployment(t);
  const options = {
    environment: { ...environment, DATABASE_URL: 'postgres://vouch:secret-word@127.0.0.1:9/vouch' },
  };
  await failsAt(t, options, 'database', /DATABASE_UNAVAILABLE/, /Is PostgreSQL running/);
  t.notRegex(JSON.stringify(await failures(options)), /secret-word/);
});

test.serial('broken: the database is not migrated', async (t) => {
  const { environment } = await folder(t);
  await freshDatabase(t); // An administrator has made the roles.
  const url = await ownLogin(t, await emptyDatabase(t));
  const options = { environment: { ...environment, DATABASE_URL: url } };
  await failsAt(t, options, 'database', /DATABASE_NOT_MIGRATED/, /vouch migrate/);
});

test.serial('broken: the login is a superuser', async (t) => {
  const { environment, url } = await deployment(t);
  const options = { environment: { ...environment, DATABASE_URL: url } };
  await failsAt(
    t,
    options,
    'database',
    /superuser: row-level security/,
    /CREATE ROLE .* GRANT vouch_service/,
  );
});

test.serial('broken: the login may not act as the service', async (t) => {
  const { environment, url } = await deployment(t);
  const login = new URL(environment['DATABASE_URL']!).username;
  await asOwner(url, `REVOKE vouch_service FROM ${login}`);
  await failsAt(t, { environment }, 'database', /DATABASE_ROLE_UNSAFE.*vouch_service/, /GRANT vouch_service/);
});

test.serial('broken: the keyring is missing, or another one', async (t) => {
  const { environment, path } = await deployment(t);
  const missing = { ...environment, VOUCH_KEYRING_FILE: join(path, 'none.json') };
  await failsAt(
    t,
    { environment: missing },
    'keys',
    /KEY_MISSING.*acme/,
    /newest copy of the keyring.*none\.json/,
  );
  const other = await deployment(t);
  const wrong = { ...environment, VOUCH_KEYRING_FILE: join(other.path, 'keyring.json') };
  await failsAt(t, { environment: wrong }, 'keys', /KEY_WRONG/, /another database, or is too old/);
});

test.serial('broken: a model is not the one of the manifest', async (t) => {
  const { environment, path } = await deployment(t);
  const models = join(path, 'models');
  await mkdir(models);
  for (const name of await readdir(MODELS_DIR)) await symlink(join(MODELS_DIR, name), join(models, name));
  const changed = await readFile(join(MODELS_DIR, 'silero_vad.16k.onnx'));
  changed[changed.length - 1]! ^= 1;
  await rm(join(models, 'silero_vad.16k.onnx'));
  await writeFile(join(models, 'silero_vad.16k.onnx'), changed);
  const options = { environment: { ...environment, VOUCH_MODELS_DIR: models }, only: ['models'] as const };
  await failsAt(t, options, 'models', /MODEL_INVALID.*silero/, /as they came with this version/);
});

test.serial('broken: a certificate has expired', async (t) => {
  const { environment, path } = await deployment(t);
  await writeFile(join(path, 'tls.crt'), EXPIRED);
  const options = { environment, certificates: [join(path, 'tls.crt')] };
  await failsAt(t, options, 'certificates', /CN=calls\.example.*expired \d+ days ago/, /issued again/);
  const none = { environment, certificates: [join(path, 'keyring.json')] };
  await failsAt(t, none, 'certificates', /no certificate is in it/, /PEM/);
});

test.serial('the certificates of the configuration are looked at, too', async (t) => {
  const { environment, path } = await folder(t);
  await writeFile(join(path, 'tls.crt'), EXPIRED);
  const tls = { VOUCH_TLS_CERT_FILE: join(path, 'tls.crt'), VOUCH_TLS_KEY_FILE: join(path, 'tls.key') };
  const options = { environment: { ...environment, ...tls }, only: ['certificates'] as const };
  await failsAt(t, options, 'certificates', /expired/, /issued again/);
});

test.serial('broken: nobody says who they are, and everybody reaches the address', async (t) => {
  const { environment } = await folder(t);
  const options = {
    environment: { ...environment, VOUCH_ADDRESS: '0.0.0.0:0' },
    only: ['addresses'] as const,
  };
  await failsAt(t, options, 'addresses', /loopback address only/, /Say who may call/);
});

test.serial('broken: more connections than the database takes', async (t) => {
  const { environment } = await deployment(t);
  const options = { environment: { ...environment, VOUCH_DATABASE_POOL: '200' } };
  await failsAt(t, options, 'database', /POOL is 200, .* takes \d+ connections/, /below max_connections/);
});

test.serial('broken: the clock is not that of the database', async (t) => {
  const { environment } = await deployment(t);
  const late = { now: () => new Date(Date.now() - 90_000) };
  await failsAt(t, { environment, clock: late }, 'clock', /90\.\d s from the database's/, /NTP/);
  const findings = await diagnose({
    environment,
    only: ['database'],
    clock: { now: () => new Date(Date.now() + 2500) },
  });
  t.is(findings.find(({ about }) => about === 'clock')?.status, 'warn');
});

test.serial('broken: something else listens on a port', async (t) => {
  const { environment } = await deployment(t);
  const taken = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(taken, 'listening');
  t.teardown(() => taken.close());
  const address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  const options = { environment: { ...environment, VOUCH_ADDRESS: address } };
  await failsAt(
    t,
    options,
    'addresses',
    new RegExp(`${address} \\(VOUCH_ADDRESS\\)`),
    /choose another address/,
  );
});

test.serial('broken: the folder of imports is not there', async (t) => {
  const { environment } = await deployment(t);
  const options = { environment: { ...environment, VOUCH_IMPORT_DIR: '/nowhere/at/all' } };
  await failsAt(t, options, 'machine', /VOUCH_IMPORT_DIR cannot be read/, /Mount the folder/);
});

test.serial(
  'broken: there is no ffmpeg; the command says so, to people and to programs, and by its exit code',
  async (t) => {
    const { environment } = await deployment(t);
    const bare = { ...environment, PATH: '/nowhere' };
    const { code, stdout } = await vouch(['doctor', '--json'], bare);
    t.is(code, 1);
    const { healthy, findings } = JSON.parse(stdout) as { healthy: boolean; findings: Finding[] };
    t.false(healthy);
    t.deepEqual(
      findings.filter(({ status }) => status === 'fail').map(({ about }) => about),
      ['ffmpeg'],
    );
    const told = await vouch(['doctor', '--only', 'ffmpeg', 'machine'], bare);
    t.regex(told.stdout, /^fail {2}ffmpeg {2,}There is no ffmpeg.*\n +→ Install ffmpeg/m);
    const healed = await vouch(['doctor', '--only', 'ffmpeg'], environment);
    t.is(healed.code, 0, healed.stdout);
  },
);

test.serial('nothing is made or changed: an installation that was never started stays so', async (t) => {
  const { path, environment } = await folder(t);
  const findings = await diagnose({
    environment: { ...environment, VOUCH_KEYRING_FILE: '' },
    only: ALL_BUT_MODELS,
  });
  t.true(findings.every(({ status }) => status !== 'fail'));
  t.true(findings.some(({ found }) => found.startsWith('DATABASE_URL is not set')));
  t.deepEqual(await readdir(path), []);
});

import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { openKeyring } from '../../src/crypto/index.js';
import { CHECK_NAMES, diagnose, type DiagnosisOptions } from '../../src/cli/doctor/diagnose.js';
import type { Finding } from '../../src/cli/doctor/finding.js';
import { DEFAULT_POLICY, Tenants } from '../../src/tenant/index.js';
import { openDirectory, vouch } from '../helpers/binary.js';
import { asOwner, emptyDatabase, freshDatabase } from '../helpers/database.js';
import { MODELS_DIR } from '../helpers/speech.js';

/** Of a key that nobody has; it ended with 2024. */
const EXPIRED = `-----BEGIN CERTIFICATE-----
MIIBFzCBvgIBATAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1jYWxscy5leGFtcGxl
MB4XDTI0MDEwMTAwMDAwMFoXDTI1MDEwMTAwMDAwMFowGDEWMBQGA1UEAwwNY2Fs
bHMuZXhhbXBsZTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM7xKIXfEdJSjlCZ
+0R6p6fTAKxUd7VMS3T8OCeEJAcBrT11h9zIK7amFPD4hMS5Eqb9a2nvaNvytQzI
l4kh9XkwCgYIKoZIzj0EAwIDSAAwRQIhAI9Ggh2wAPumcbnJwxlpsBKGSdTMXiS8
xlMhjzGCYsnfAiAaEXMWqHOebNVLeVQarzaB9OKLH61Jzn9JaCtB4PyhYw==
-----END CERTIFICATE-----
`;
const clock = { now: () => new Date() };

type Environment = Record<string, string>;

/** A login of the service's own, as a database needs it. */
async function ownLogin(t: ExecutionContext, url: string): Promise<string> {
  const login = `login_${new URL(url).pathname.slice(1)}`;
  await asOwner(url, `CREATE ROLE ${login} LOGIN PASSWORD 'p'`);
  t.teardown(() => asOwner(url, `DROP ROLE ${login}`));
  await asOwner(url, `GRANT vouch_service, vouch_system TO ${login}`);
  const own = new URL(url);
  own.username = login;
  own.password = 'p';
  return own.href;
}

/** A folder of the deployment's own, and the rest of its environment. */
async function folder(t: ExecutionContext): Promise<{ path: string; environment: Environment }> {
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const environment = {
    VOUCH_ADDRESS: '127.0.0.1:0',
    VOUCH_HTTP_ADDRESS: '127.0.0.1:0',
    VOUCH_METRICS_ADDRESS: '127.0.0.1:0',
    VOUCH_DATA_DIR: path,
    VOUCH_KEYRING_FILE: join(path, 'keyring.json'),
    VOUCH_WORKERS: '1',
  };
  return { path, environment };
}

/** A deployment that is as it should be: a tenant with its keys, a login of its own. */
async function deployment(
  t: ExecutionContext,
): Promise<{ path: string; url: string; environment: Environment }> {
  const { path, environment } = await folder(t);
  const { url, database } = await freshDatabase(t);
  const keyring = await openKeyring({ from: 'file', path: join(path, 'keyring.json') });
  const principal = { tenantId: 'acme', role: 'ADMINISTRATOR', actorId: 'test' } as const;
  await new Tenants(database, keyring, clock).create(principal, DEFAULT_POLICY);
  return { path, url, environment: { ...environment, DATABASE_URL: await ownLogin(t, url) } };
}

/** Models take a second to be looked at. */
const ALL_BUT_MODELS = CHECK_NAMES.filter((name) => name !== 'models');

/** What fails, and only that. */
async function failures(options: DiagnosisOptions): Promise<Finding[]> {
  return (await diagnose({ only: ALL_BUT_MODELS, ...options })).filter(({ status }) => status === 'fail');
}

/** Holds a deployment to one failure, named and with its remedy. */
async function failsAt(
  t: ExecutionContext,
  options: DiagnosisOptions,
  about: string,
  found: RegExp,
  remedy: RegExp,
): Promise<void> {
  const [first, ...others] = await failures(options);
  t.deepEqual(others, []);
  t.is(first?.about, about);
  t.regex(first?.found ?? '', found);
  t.regex(first?.remedy ?? '', remedy);
}

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

/** What is set, besides that of a folder, and what is said of it. */
const DOUBTFUL: readonly (readonly [Environment, RegExp, RegExp])[] = [
  [
    { VOUCH_MAXIMUM_SOURCE_ATTEMPTS: '5' },
    /SOURCE_ATTEMPTS \(5\) is below VOUCH_MAXIMUM_ATTEMPTS \(10\)/,
    /more claims than one speaker/,
  ],
  [{ VOUCH_MAXIMUM_SOURCE_ATTEMPTS: '5000' }, /so many tries of a day see exact scores/, /at most 100/],
  [
    { VOUCH_API_KEYS: 'on', VOUCH_BAD_CREDENTIALS_PER_MINUTE: '1000000' },
    /nobody is ever told/,
    /100 is enough/,
  ],
  [
    {
      VOUCH_FORWARDED_CERTIFICATES: 'loopback',
      VOUCH_CLIENTS_FILE: 'clients.json',
      VOUCH_HTTP_REQUESTS_PER_MINUTE: '100000',
      VOUCH_ADDRESS: '0.0.0.0:0',
      VOUCH_PLAINTEXT: 'behind-proxy',
    },
    /FORWARDED_CERTIFICATES is loopback, and the service listens beyond it/,
    /name the certificate of a proxy elsewhere/,
  ],
  [
    {
      VOUCH_API_KEYS: 'on',
      VOUCH_TLS_CERT_FILE: 'tls.crt',
      VOUCH_TLS_KEY_FILE: 'tls.key',
      VOUCH_PLAINTEXT: 'behind-proxy',
      VOUCH_HTTP_REQUESTS_PER_MINUTE: '100000',
    },
    /speaks TLS: it has no effect/,
    /Set one of/,
  ],
  [
    { VOUCH_API_KEYS: 'on', VOUCH_PLAINTEXT: 'behind-proxy' },
    /one address, .* 6000 times a minute/,
    /Raise it/,
  ],
  [
    { VOUCH_HTTP_ORIGINS: 'https://desktop.example' },
    /pages of https:\/\/desktop\.example may ask/,
    /say who may call/,
  ],
  [
    { VOUCH_API_KEYS: 'on', VOUCH_HTTP_ORIGINS: 'http://desktop.example, http://localhost:3000' },
    /Pages of http:\/\/desktop\.example \(/,
    /over https/,
  ],
  [
    { VOUCH_KEYRING_FILE: '', VOUCH_TRANSIT_URL: 'https://keys.example', VOUCH_TRANSIT_TOKEN: 'secret-word' },
    /VOUCH_TRANSIT_TOKEN is read once/,
    /VOUCH_TRANSIT_TOKEN_FILE/,
  ],
  [
    { VOUCH_MAXIMUM_CALLS: '10', VOUCH_MAXIMUM_CALLS_PER_TENANT: '20' },
    /one tenant may take all/,
    /Set it below/,
  ],
  [{ VOUCH_RESUME_WINDOW_MS: '0' }, /every break of a stream/, /60000/],
  [{ VOUCH_TRANSFERS: 'on' }, /seal all speakers/, /Turn it off/],
  [{ VOUCH_LOG_LEVEL: 'silent' }, /when something fails at night/, /info/],
];

test.serial('doubtful: options that do not go together, or are dangerous', async (t) => {
  const { environment } = await folder(t);
  const look = async (more: Environment) =>
    (await diagnose({ environment: { ...environment, ...more }, only: ['settings'] })).filter(
      ({ status }) => status !== 'ok',
    );
  t.deepEqual(await look({}), []);
  for (const [more, found, remedy] of DOUBTFUL) {
    const [first, ...others] = await look(more);
    const name = Object.keys(more).join(', ');
    t.deepEqual(others, [], name);
    t.is(first?.about, 'settings', name);
    t.regex(first?.found ?? '', found, name);
    t.regex(first?.remedy ?? '', remedy, name);
    t.notRegex(JSON.stringify(first), /secret-word/);
  }
});

test.serial('broken: what callers are known by cannot be read', async (t) => {
  const { environment, path } = await folder(t);
  const at = (name: string) => join(path, name);
  const tokens = { VOUCH_JWT_ISSUER: 'https://login.example', VOUCH_JWT_AUDIENCE: 'vouch' };
  const broken = (more: Environment, found: RegExp, remedy: RegExp) =>
    failsAt(t, { environment: { ...environment, ...more }, only: ['access'] }, 'access', found, remedy);
  await broken(
    { ...tokens, VOUCH_JWT_JWKS_URL: 'http://127.0.0.1:9/keys' },
    /VOUCH_JWT_ISSUER cannot be read/,
    /JWK set/,
  );
  await writeFile(at('keys.json'), '{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}');
  await broken({ ...tokens, VOUCH_JWT_JWKS_FILE: at('keys.json') }, /no token counts/, /must hold one/);
  const proxy = { VOUCH_FORWARDED_CERTIFICATES: 'loopback', VOUCH_CLIENTS_FILE: at('clients.json') };
  await writeFile(
    at('clients.json'),
    '{"clients":[{"uri":"a","tenant":"acme","roles":["god"],"actor":"b"}]}',
  );
  await broken(proxy, /VOUCH_CLIENTS_FILE|none of clients/, /docs\/access\.md/);
  await writeFile(at('tls.crt'), EXPIRED);
  const tls = { VOUCH_TLS_CERT_FILE: at('tls.crt'), VOUCH_TLS_KEY_FILE: at('keys.json') };
  await broken(tls, /the key is that of another/, /belong together/);
  await writeFile(
    at('clients.json'),
    '{"clients":[{"uri":"a","tenant":"acme","roles":["agent"],"actor":"b"}]}',
  );
  const healed = await diagnose({ environment: { ...environment, ...proxy }, only: ['access'] });
  t.regex(healed.find(({ about }) => about === 'access')?.found ?? '', /^1 clients are in/);
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

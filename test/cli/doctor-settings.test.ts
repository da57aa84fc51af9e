import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { diagnose } from '../../src/cli/doctor/diagnose.js';
import { EXPIRED, failsAt, folder, type Environment } from '../helpers/deployment.js';

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

test('doubtful: options that do not go together, or are dangerous', async (t) => {
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

test('broken: what callers are known by cannot be read', async (t) => {
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

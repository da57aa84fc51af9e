import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createHmac, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import fc from 'fast-check';
import { generateKeyPair, type JWTPayload } from 'jose';
import { Tokens, type TokenSettings } from '../../src/access/index.js';
import { IdentityProvider } from '../helpers/identity-provider.js';
import { reasonOf } from '../helpers/reasons.js';

async function provided(t: ExecutionContext, changes: Partial<TokenSettings> = {}) {
  const provider = await IdentityProvider.start();
  t.teardown(() => provider.stop());
  const { issuer, audience, url } = provider;
  const claims = { tenant: 'tenant', roles: 'roles', actor: 'sub' };
  const settings = { issuer, audience, keys: { url }, tenantId: '', claims, ...changes };
  const clock = { ahead: 0, now: () => new Date(Date.now() + clock.ahead) };
  const tokens = new Tokens(settings, (tenantId) => Promise.resolve(tenantId === 'acme'), clock);
  await tokens.open();
  return { provider, tokens, clock };
}

/** Outlives the clocks of these tests. */
const LASTING = { exp: Math.floor(Date.now() / 1000) + 7 * 86_400 };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

test('a token says tenant, roles and who comes; roles of others count nothing', async (t) => {
  const { provider, tokens } = await provided(t);
  const token = await provider.token({ roles: ['agent', 'privacy-officer', 'agent', 'barista'] });
  t.deepEqual(await tokens.caller(token), {
    tenantId: 'acme',
    roles: ['AGENT', 'PRIVACY_OFFICER'],
    actorId: 'ann',
    authentication: 'TOKEN',
  });
  t.deepEqual((await tokens.caller(await provider.token({ roles: 'supervisor agent' }))).roles, [
    'SUPERVISOR',
    'AGENT',
  ]);
});

test('claims may have other names, and stand within others', async (t) => {
  const claims = { tenant: 'https://acme.example/tenant', roles: 'realm_access.roles', actor: 'email' };
  const { provider, tokens } = await provided(t, { claims });
  const token = await provider.token({
    tenant: undefined,
    'https://acme.example/tenant': 'acme',
    realm_access: { roles: ['auditor'] },
    email: 'kim@acme.example',
  });
  t.like(await tokens.caller(token), { tenantId: 'acme', roles: ['AUDITOR'], actorId: 'kim@acme.example' });
});

test('with one tenant for all, a claim says nothing of it', async (t) => {
  const { provider, tokens } = await provided(t, { tenantId: 'acme' });
  t.is((await tokens.caller(await provider.token({ tenant: 'other' }))).tenantId, 'acme');
});

test('what lacks anything, or is of somebody else, does not count', async (t) => {
  const { provider, tokens } = await provided(t);
  const now = Math.floor(Date.now() / 1000);
  const bad: readonly Readonly<Record<string, unknown>>[] = [
    { iss: 'https://other.example' },
    { aud: 'other' },
    { aud: undefined },
    { exp: undefined },
    { nbf: now + 300 },
    { tenant: 'other' },
    { tenant: undefined },
    { tenant: 7 },
    { tenant: '' },
    { tenant: 'a\u0000' },
    { sub: undefined },
    { sub: 'x'.repeat(257) },
    { roles: [] },
    { roles: ['barista'] },
    { roles: { 0: 'agent' } },
    { roles: undefined },
  ];
  for (const claims of bad) {
    t.is(
      await reasonOf(tokens.caller(await provider.token(claims as JWTPayload))),
      'UNAUTHENTICATED',
      JSON.stringify(claims),
    );
  }
});

test('a token ends when it says so, but for clocks that differ a little', async (t) => {
  const { provider, tokens, clock } = await provided(t);
  const token = await provider.token({ exp: Math.floor(Date.now() / 1000) + 60 });
  clock.ahead = 80_000;
  await tokens.caller(token);
  clock.ahead = 100_000;
  t.is(await reasonOf(tokens.caller(token)), 'CREDENTIALS_ENDED');
});

test('forged signatures, other algorithms and none at all do not count', async (t) => {
  const { provider, tokens } = await provided(t);
  await provider.newKey('rsa', 'RS256');
  const good = await provider.token();
  const [header = '', payload = '', signature = ''] = good.split('.');
  const { privateKey } = await generateKeyPair('ES256');
  const hmac = (secret: string, kid: string) => {
    const signed = `${encode({ alg: 'HS256', kid })}.${payload}`;
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  };
  const flipped = Buffer.from(signature, 'base64url');
  flipped[0]! ^= 1;
  const forged = [
    await provider.token({}, { key: privateKey }),
    `${header}.${payload}.${flipped.toString('base64url')}`,
    `${header}.${encode({ ...JSON.parse(Buffer.from(payload, 'base64url').toString()), roles: ['administrator'] })}.${signature}`,
    `${encode({ alg: 'none' })}.${payload}.`,
    `${encode({ alg: 'none', kid: 'first' })}.${payload}.${signature}`,
    `${encode({ alg: 'nOnE', kid: 'first' })}.${payload}.`,
    // The public key, that everybody has, taken for a secret.
    hmac(JSON.stringify(provider.publicJwk('first')), 'first'),
    hmac(provider.publicJwk('rsa').n!, 'rsa'),
    `${encode({ alg: 'RS256', kid: 'first' })}.${payload}.${signature}`,
    `${encode({ alg: 'ES256', kid: 'first', crit: ['exp'], exp: 1 })}.${payload}.${signature}`,
    `${encode({ alg: 'ES256', jwk: provider.publicJwk('first') })}.${payload}.${signature}`,
    good.slice(0, -1),
    `${good}.`,
    'x'.repeat(8193),
    `${good}${'A'.repeat(8192)}`,
  ];
  for (const token of forged)
    t.is(await reasonOf(tokens.caller(token)), 'UNAUTHENTICATED', token.slice(0, 80));
  await tokens.caller(good);
});

test('a key set that holds a secret does not make it one of ours', async (t) => {
  const { provider, tokens } = await provided(t);
  const secret = randomBytes(32);
  const body = JSON.stringify({
    keys: [{ kty: 'oct', kid: 'shared', alg: 'HS256', k: secret.toString('base64url') }],
  });
  provider.answer = () => ({ status: 200, body });
  const signed = `${encode({ alg: 'HS256', kid: 'shared' })}.${encode({ iss: provider.issuer })}`;
  const token = `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`;
  t.is(await reasonOf(tokens.caller(token)), 'UNAUTHENTICATED');
});

test('whatever is sent as a token is refused, and nothing else happens', async (t) => {
  const { provider, tokens } = await provided(t);
  const good = await provider.token();
  const part = fc.oneof(
    fc.constantFrom(...good.split('.')),
    fc.json().map((json) => Buffer.from(json).toString('base64url')),
    fc.string(),
  );
  const anything = fc.oneof(
    fc.string(),
    fc.array(part, { minLength: 2, maxLength: 6 }).map((parts) => parts.join('.')),
  );
  await fc.assert(
    fc.asyncProperty(
      anything.filter((text) => text !== good),
      async (text) => (await reasonOf(tokens.caller(text))) === 'UNAUTHENTICATED',
    ),
    { numRuns: 500 },
  );
  t.true(provider.asked <= 2, 'its keys are not asked for again for each');
});

const MINUTE = 60_000;

test('keys that the issuer adds count, those that it takes back do not, and it is not asked for every token', async (t) => {
  const { provider, tokens, clock } = await provided(t);
  const first = await provider.token(LASTING);
  await tokens.caller(first);
  await provider.newKey('second', 'PS256');
  const second = await provider.token(LASTING, { kid: 'second' });
  t.is(await reasonOf(tokens.caller(second)), 'UNAUTHENTICATED', 'it was asked a moment ago');
  t.is(provider.asked, 1);
  clock.ahead = MINUTE;
  await Promise.all([tokens.caller(second), tokens.caller(second), tokens.caller(second)]);
  t.is(provider.asked, 2);
  provider.dropKey('first');
  await tokens.caller(first);
  clock.ahead += 6 * MINUTE;
  // This one sees that what is known is old; it is asked beside the request.
  await tokens.caller(first);
  while (provider.asked < 3) await sleep(10);
  await sleep(50);
  clock.ahead += MINUTE;
  t.is(await reasonOf(tokens.caller(first)), 'UNAUTHENTICATED');
});

test('while the issuer cannot be reached, known keys count for a day, and others are told apart', async (t) => {
  const { provider, tokens, clock } = await provided(t);
  const known = await provider.token(LASTING);
  await provider.newKey('second');
  const unknown = await provider.token(LASTING, { kid: 'second' });
  provider.answer = () => ({ status: 503, body: '' });
  clock.ahead = 10 * MINUTE;
  await tokens.caller(known);
  t.is(await reasonOf(tokens.caller(unknown)), 'IDENTITY_PROVIDER_UNAVAILABLE');
  const { asked } = provider;
  for (let i = 0; i < 20; i++) await reasonOf(tokens.caller(unknown));
  t.is(provider.asked, asked, 'not for every token');
  clock.ahead = 25 * 60 * MINUTE;
  t.is(await reasonOf(tokens.caller(known)), 'IDENTITY_PROVIDER_UNAVAILABLE');
  provider.answer = null;
  clock.ahead += MINUTE;
  await tokens.caller(unknown);
});

for (const [what, answer] of [
  ['an error', { status: 500, body: '{}' }],
  ['no JSON', { status: 200, body: '<html>' }],
  ['no keys', { status: 200, body: '{"keys": 7}' }],
  ['too much', { status: 200, body: `{"keys": [], "x": "${'y'.repeat(2 << 20)}"}` }],
] as const) {
  test(`an issuer that answers ${what} has no keys`, async (t) => {
    const provider = await IdentityProvider.start();
    t.teardown(() => provider.stop());
    provider.answer = () => answer;
    const { issuer, audience, url } = provider;
    const claims = { tenant: 'tenant', roles: 'roles', actor: 'sub' };
    const tokens = new Tokens(
      { issuer, audience, keys: { url }, tenantId: '', claims },
      () => Promise.resolve(true),
      { now: () => new Date() },
    );
    t.is(await reasonOf(tokens.caller(await provider.token())), 'IDENTITY_PROVIDER_UNAVAILABLE');
  });
}

test('keys in a file are read again when it changes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'vouch-jwks-'));
  t.teardown(() => rm(folder, { recursive: true }));
  const path = join(folder, 'jwks.json');
  const source = await IdentityProvider.start();
  t.teardown(() => source.stop());
  await writeFile(path, source.jwks());
  const { issuer, audience } = source;
  const claims = { tenant: 'tenant', roles: 'roles', actor: 'sub' };
  const tokens = new Tokens(
    { issuer, audience, keys: { path }, tenantId: '', claims },
    () => Promise.resolve(true),
    {
      now: () => new Date(),
    },
  );
  await tokens.open();
  await tokens.caller(await source.token());
  await source.newKey('second', 'RS256');
  const token = await source.token({}, { kid: 'second' });
  t.is(await reasonOf(tokens.caller(token)), 'UNAUTHENTICATED');
  await writeFile(path, source.jwks());
  await tokens.caller(token);
});

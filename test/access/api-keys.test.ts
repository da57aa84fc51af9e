import test, { type ExecutionContext } from 'ava';
import { ApiKeyCheck, ApiKeys } from '../../src/access/index.js';
import { VouchError } from '../../src/errors.js';
import type { Database } from '../../src/storage/index.js';
import { asOwner } from '../helpers/database.js';
import { freshGround, newTenant } from '../helpers/tenant.js';
import { reasonOf } from '../helpers/reasons.js';

const ASKED = { label: 'phone system', roles: ['TELEPHONY', 'AGENT'], actorId: 'ivr', days: 30 } as const;

async function made(t: ExecutionContext) {
  const ground = await freshGround(t);
  const { database, keyring, clock, officer } = ground;
  const keys = new ApiKeys(database, keyring, clock);
  const { apiKey, secret } = await keys.create(officer, ASKED, 'k');
  return { ...ground, keys, apiKey, secret: secret ?? '', check: new ApiKeyCheck(database, clock) };
}

test('whoever has the key is who it was made for', async (t) => {
  const { secret, check, officer } = await made(t);
  t.deepEqual(await check.caller(secret), {
    tenantId: officer.tenantId,
    roles: ['TELEPHONY', 'AGENT'],
    actorId: 'ivr',
    authentication: 'API_KEY',
  });
});

test('the key is shown once, and stands nowhere in the database', async (t) => {
  const { keys, officer, secret, apiKey, url } = await made(t);
  const again = await keys.create(officer, ASKED, 'k');
  t.is(again.secret, null);
  t.is(again.apiKey.keyId, apiKey.keyId);
  t.is(await reasonOf(keys.create(officer, { ...ASKED, days: 31 }, 'k')), 'IDEMPOTENCY_KEY_REUSED');
  const [row] = await asOwner<{ text: string }>(url, 'SELECT api_keys::text AS text FROM vouch.api_keys');
  t.true(row!.text.includes(apiKey.prefix));
  t.false(row!.text.includes(secret.slice(apiKey.prefix.length)));
  t.regex(secret, /^vouch_key_[\w-]{43}$/);
});

test('no other key counts, of whatever form', async (t) => {
  const { secret, check } = await made(t);
  const other = secret.slice(0, -2) + (secret.endsWith('AA') ? 'BB' : 'AA');
  for (const bad of [
    other,
    '',
    secret.slice(0, -1),
    `${secret}A`,
    secret.toUpperCase(),
    `vouch_key_${'A'.repeat(43)}`,
  ])
    t.is(await reasonOf(check.caller(bad)), 'UNAUTHENTICATED', bad);
});

test('a key that was revoked counts for a second at most, in every process', async (t) => {
  const { secret, keys, officer, apiKey, database, clock } = await made(t);
  let nowMs = 0;
  const checks = [1, 2].map(() => new ApiKeyCheck(database, clock, () => nowMs));
  for (const each of checks) await each.caller(secret);
  const revoked = await keys.revoke(officer, apiKey.keyId);
  t.deepEqual(revoked.revokedAt, clock.now());
  nowMs = 1000;
  const deadline = performance.now() + 10_000;
  for (const each of checks) {
    let reason: string;
    // A database that answers late on a busy machine is not waited for.
    do reason = await reasonOf(each.caller(secret));
    while (reason !== 'CREDENTIALS_ENDED' && performance.now() < deadline);
    t.is(reason, 'CREDENTIALS_ENDED');
  }
  t.deepEqual((await keys.revoke(officer, apiKey.keyId)).revokedAt, revoked.revokedAt, 'once is enough');
});

test('a key ends', async (t) => {
  const { secret, check, clock } = await made(t);
  clock.advance(30 * 86_400_000 - 1);
  await check.caller(secret);
  clock.advance(1);
  t.is(await reasonOf(check.caller(secret)), 'CREDENTIALS_ENDED');
});

test('keys are listed with the day of their last use, to their own tenant', async (t) => {
  const { keys, tenants, officer, secret, check, apiKey } = await made(t);
  await check.caller(secret);
  let [listed] = await keys.list(officer);
  for (let i = 0; i < 100 && listed?.lastUsedOn === null; i++) [listed] = await keys.list(officer);
  t.like(listed, {
    keyId: apiKey.keyId,
    actorId: 'ivr',
    createdBy: officer.actorId,
    lastUsedOn: '2026-06-01',
  });
  const stranger = await newTenant(tenants);
  t.deepEqual(await keys.list(stranger), []);
  t.is(await reasonOf(keys.revoke(stranger, apiKey.keyId)), 'API_KEY_NOT_FOUND');
  await check.caller(secret);
});

/** The database, which may come to fail, to hang, or to know no key. */
async function faulty(t: ExecutionContext) {
  const ground = await made(t);
  const { database, clock } = ground;
  const state = { is: 'well' as 'well' | 'down' | 'hanging' | 'empty', nowMs: 0 };
  const flaky = {
    system: (work: never) => {
      if (state.is === 'down') return Promise.reject(new VouchError('DATABASE_UNAVAILABLE'));
      if (state.is === 'hanging') return new Promise(() => undefined);
      return state.is === 'empty' ? Promise.resolve(null) : database.system(work);
    },
    tenant: (tenantId: string, work: never) => database.tenant(tenantId, work),
  } as unknown as Database;
  return { ...ground, state, check: new ApiKeyCheck(flaky, clock, () => state.nowMs) };
}

for (const fault of ['down', 'hanging'] as const)
  test(`while the database is ${fault}, a key that was known counts for a minute`, async (t) => {
    const { secret, check, state } = await faulty(t);
    await check.caller(secret);
    state.is = fault;
    state.nowMs = 59_999;
    await check.caller(secret);
    state.nowMs = 60_000;
    const late = new Promise<string>((done) => setTimeout(done, 700, 'no answer'));
    const answer = await Promise.race([reasonOf(check.caller(secret)), late]);
    t.is(answer, fault === 'down' ? 'DATABASE_UNAVAILABLE' : 'no answer');
  });

test('keys that are made up do not crowd out those that there are', async (t) => {
  const { secret, check, state } = await faulty(t);
  await check.caller(secret);
  state.is = 'empty';
  for (let i = 0; i < 10_001; i++) {
    const digits = String(i).padStart(42, '0');
    t.is(await reasonOf(check.caller(`vouch_key_${digits}A`)), 'UNAUTHENTICATED');
  }
  state.is = 'down';
  state.nowMs = 30_000;
  t.is((await check.caller(secret)).actorId, 'ivr');
});

test('a key is made for ids and texts only', async (t) => {
  const { keys, officer } = await made(t);
  const reason = (wrong: object) => reasonOf(keys.create(officer, { ...ASKED, ...wrong }, 'other'));
  for (const actorId of ['', 'a\u0000', 'a\ufffd', 'x'.repeat(257), 'e\u0301'])
    t.is(await reason({ actorId }), 'ID_INVALID', JSON.stringify(actorId));
  t.is(await reason({ label: '' }), 'FIELD_REQUIRED');
  t.is(await reason({ label: 'a\nb' }), 'FIELD_INVALID');
});

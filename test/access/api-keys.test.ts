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
  const { secret, keys, officer, apiKey, database, clock, check } = await made(t);
  const elsewhere = new ApiKeyCheck(database, clock);
  await check.caller(secret);
  await elsewhere.caller(secret);
  const revoked = await keys.revoke(officer, apiKey.keyId);
  t.deepEqual(revoked.revokedAt, clock.now());
  const deadline = performance.now() + 1000;
  for (const each of [check, elsewhere]) {
    let reason: string;
    do reason = await reasonOf(each.caller(secret));
    while (reason !== 'CREDENTIALS_ENDED' && performance.now() < deadline + 300);
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

test('while the database does not answer, a key that was known counts for a minute', async (t) => {
  const { secret, database, clock } = await made(t);
  let isDown = false;
  const flaky = {
    system: (work: never) =>
      isDown ? Promise.reject(new VouchError('DATABASE_UNAVAILABLE')) : database.system(work),
    tenant: (tenantId: string, work: never) => database.tenant(tenantId, work),
  } as unknown as Database;
  const check = new ApiKeyCheck(flaky, clock);
  await check.caller(secret);
  isDown = true;
  await new Promise((later) => setTimeout(later, 1100));
  await check.caller(secret);
  t.is(await reasonOf(new ApiKeyCheck(flaky, clock).caller(secret)), 'DATABASE_UNAVAILABLE');
});

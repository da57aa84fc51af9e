import test from 'ava';
import { DEFAULT_POLICY, Policies } from '../../src/tenant/index.js';
import { freshGround, newTenant, reasonOf } from '../helpers/tenant.js';

test('a tenant begins with the default policy', async (t) => {
  const { database, keyring, clock, officer } = await freshGround(t);
  const { policy, reference } = await new Policies(database, keyring, clock).current(officer.tenantId);
  t.deepEqual(policy, DEFAULT_POLICY);
  t.like(reference, { id: 'default', version: 1 });
  t.regex(reference.sha256, /^[0-9a-f]{64}$/);
});

test('a change is a new version, for its tenant alone', async (t) => {
  const { database, keyring, clock, officer, tenants } = await freshGround(t);
  const other = await newTenant(tenants);
  const policies = new Policies(database, keyring, clock);
  const changed = { ...DEFAULT_POLICY, shadow: true };
  const reference = await policies.put(officer, '', changed, 'trial', 'key-1');
  t.is(reference.version, 2);
  t.deepEqual(await policies.current(officer.tenantId), { policy: changed, reference });
  t.is((await policies.current(other.tenantId)).reference.version, 1);
});

test('a repeat of the request changes nothing, another one under its key is refused', async (t) => {
  const { database, keyring, clock, officer } = await freshGround(t);
  const policies = new Policies(database, keyring, clock);
  const put = (shadow: boolean) => policies.put(officer, '', { ...DEFAULT_POLICY, shadow }, '', 'key-1');
  const [first, second] = await Promise.all([put(true), put(true)]);
  t.deepEqual(first, second);
  t.is(await reasonOf(put(false)), 'IDEMPOTENCY_KEY_REUSED');
});

test('a policy out of range is refused with its field, an unknown one is not found', async (t) => {
  const { database, keyring, clock, officer } = await freshGround(t);
  const policies = new Policies(database, keyring, clock);
  const refused = policies.put(officer, '', { ...DEFAULT_POLICY, rejectBelowLlr: 1 }, '', 'key-1');
  t.like(await t.throwsAsync(refused), { reason: 'FIELD_INVALID', field: 'policy.reject_below_llr' });
  t.is(
    await reasonOf(policies.put(officer, '', { ...DEFAULT_POLICY, maximumClaims: 0 }, '', 'k')),
    'FIELD_INVALID',
  );
  t.is(await reasonOf(policies.current(officer.tenantId, 'none')), 'POLICY_NOT_FOUND');
});

test('the history tells who, when and why, a page at a time', async (t) => {
  const { database, keyring, clock, officer } = await freshGround(t);
  const policies = new Policies(database, keyring, clock);
  for (const id of ['', 'vip', '']) {
    await policies.put(officer, id, { ...DEFAULT_POLICY, shadow: true }, `for ${id}`, `key-${Math.random()}`);
  }
  const told: string[] = [];
  for (let token = '', first = true; first || token !== ''; first = false) {
    const { versions, nextPageToken } = await policies.list(officer.tenantId, '', 1, token);
    told.push(...versions.map(({ reference: { id, version }, reason }) => `${id}@${version} ${reason}`));
    token = nextPageToken;
  }
  t.deepEqual(told, ['default@3 for ', 'default@2 for ', 'default@1 the first', 'vip@1 for vip']);
  const [vip, ...more] = (await policies.list(officer.tenantId, 'vip', 10, '')).versions;
  t.deepEqual(more, []);
  t.like(vip, { createdBy: officer.actorId, createdByRole: officer.role, createdAt: clock.now() });
  t.is(await reasonOf(policies.list(officer.tenantId, '', 10, 'made-up')), 'FIELD_INVALID');
});

test('of changes at the same moment none is lost: whoever came second is told, and may ask again', async (t) => {
  const { database, keyring, clock, officer } = await freshGround(t);
  const policies = new Policies(database, keyring, clock);
  const put = (key: string) => policies.put(officer, '', { ...DEFAULT_POLICY, shadow: true }, key, key);
  const keys = Array.from({ length: 8 }, (_, index) => `key-${index}`);
  const results = await Promise.allSettled(keys.map(put));
  for (const result of results) {
    if (result.status === 'rejected')
      t.is(await reasonOf(Promise.reject(result.reason as Error)), 'CHANGED_MEANWHILE');
  }
  for (const key of keys) await put(key);
  t.is((await policies.current(officer.tenantId)).reference.version, 1 + keys.length);
});

import test, { type ExecutionContext } from 'ava';
import { DeniedAccess } from '../../src/audit/index.js';
import type { Principal } from '../../src/domain/principal.js';
import { listLedger, type Database } from '../../src/storage/index.js';
import { freshGround } from '../helpers/tenant.js';

const RPC = 'AdminService/PutPolicy';

async function setUp(t: ExecutionContext, mostPerTenant = 100) {
  const ground = await freshGround(t);
  const failures: unknown[] = [];
  const denied = new DeniedAccess({
    database: ground.database,
    clock: ground.clock,
    onFailure: (error) => failures.push(error),
    mostPerTenant,
  });
  const agent: Principal = { ...ground.officer, role: 'AGENT', actorId: 'eve' };
  return { ...ground, denied, agent, failures };
}

/** What the chain tells of refusals. */
async function entries(database: Database, tenantId: string) {
  const rows = await database.tenant(tenantId, (tx) => listLedger(tx, 0, 1000));
  return rows
    .filter(({ type }) => type === 'ACCESS_DENIED')
    .map(({ body, actorRole }) => ({ ...(JSON.parse(body) as object), role: actorRole }));
}

test('a first refusal is an entry at once, repeats are one more with their number', async (t) => {
  const { denied, agent, database } = await setUp(t);
  const one = { rpc: RPC, reason: 'ROLE_NOT_ALLOWED', count: 1, role: 'AGENT' };
  for (let i = 0; i < 1000; i++) await denied.record(agent, RPC, 'ROLE_NOT_ALLOWED');
  t.deepEqual(await entries(database, agent.tenantId), [one]);
  await denied.flush();
  t.deepEqual(await entries(database, agent.tenantId), [one, { ...one, count: 999 }]);
  await denied.flush();
  t.is((await entries(database, agent.tenantId)).length, 2);
});

test('refusals that come at once are all counted, each once', async (t) => {
  const { denied, agent, database } = await setUp(t);
  await Promise.all(Array.from({ length: 50 }, () => denied.record(agent, RPC, 'ROLE_NOT_ALLOWED')));
  await denied.stop();
  const counts = (await entries(database, agent.tenantId)).map(
    (entry) => (entry as { count?: number }).count,
  );
  t.deepEqual(counts, [1, 49]);
});

test('many names of one attacker fill neither the chain nor the table of names', async (t) => {
  const { denied, agent, database } = await setUp(t, 5);
  for (let i = 0; i < 100; i++)
    await denied.record({ ...agent, actorId: `eve-${i}` }, RPC, 'ROLE_NOT_ALLOWED');
  await denied.flush();
  const all = await entries(database, agent.tenantId);
  t.is(all.length, 7);
  t.deepEqual(all.slice(-2), [
    { rpc: '', reason: 'MANY', count: 1, role: 'SERVICE' },
    { rpc: '', reason: 'MANY', count: 94, role: 'SERVICE' },
  ]);
  const [row] = await database.tenant(agent.tenantId, (tx) =>
    tx.query<{ count: number }>('SELECT count(*) FROM actors'),
  );
  t.is(row?.count, 7);
});

test('what cannot be written throws nothing, is told, and keeps nobody else from it', async (t) => {
  const { denied, agent, database, failures } = await setUp(t);
  // Too long a name for the database.
  const stranger = { ...agent, actorId: 'x'.repeat(257) };
  await denied.record(stranger, RPC, 'ROLE_NOT_ALLOWED');
  await denied.flush();
  t.is(failures.length, 2);
  await denied.record(agent, RPC, 'ROLE_NOT_ALLOWED');
  t.is((await entries(database, agent.tenantId)).length, 1);
});

import { setTimeout as delay } from 'node:timers/promises';
import test from 'ava';
import { VouchError } from '../../src/errors.js';
import { Database, listMigrations, listTenants, migrate } from '../../src/storage/index.js';
import { asOwner, emptyDatabase, freshDatabase, freshTenant } from '../helpers/database.js';
import { reasonOf } from '../helpers/reasons.js';

test('migrations run once, in order, and a second run finds nothing to do', async (t) => {
  const url = await emptyDatabase(t);
  t.deepEqual(await migrate(url), await listMigrations());
  t.deepEqual(await migrate(url), []);
});

test('no two indexes are the same', async (t) => {
  const { url } = await freshDatabase(t);
  const twice = await asOwner(
    url,
    `SELECT indrelid::regclass::text, array_agg(indexrelid::regclass::text) FROM pg_index
     WHERE indrelid::regclass::text LIKE 'vouch.%'
     GROUP BY indrelid, indkey::text, indoption::text, indpred::text, indexprs::text HAVING count(*) > 1`,
  );
  t.deepEqual(twice, []);
});

test('two processes that migrate at once do the work once', async (t) => {
  const url = await emptyDatabase(t);
  const done = await Promise.all([migrate(url), migrate(url)]);
  t.deepEqual(done.flat(), await listMigrations());
});

test('a database that was not migrated is refused', async (t) => {
  const url = await emptyDatabase(t);
  t.is(await reasonOf(Database.connect({ url })), 'DATABASE_NOT_MIGRATED');
});

test('a database that lacks a migration is refused, one that is ahead is not', async (t) => {
  const { url } = await freshDatabase(t);
  await asOwner(url, "INSERT INTO vouch.migrations (name, run_on) VALUES ('9999_later', now())");
  await (await Database.connect({ url })).close();
  await asOwner(url, "DELETE FROM vouch.migrations WHERE name = '0001_tenants'");
  const error = await t.throwsAsync(Database.connect({ url }), { instanceOf: VouchError });
  t.is(error.reason, 'DATABASE_NOT_MIGRATED');
  t.is(error.metadata['missing'], '0001_tenants');
});

// Roles belong to the whole server, which other tests use: ownership of a table is of one database.
test('a role that owns a table is refused', async (t) => {
  const { url } = await freshDatabase(t);
  await asOwner(url, 'CREATE TABLE vouch.made_by_mistake ()');
  await asOwner(url, 'ALTER TABLE vouch.made_by_mistake OWNER TO vouch_service');
  t.is(await reasonOf(Database.connect({ url })), 'DATABASE_ROLE_UNSAFE');
});

test('a login that may not act as the role is refused, one that may is bound by row-level security', async (t) => {
  const { url, database } = await freshDatabase(t);
  await freshTenant(database, 'a');
  const login = `login_${new URL(url).pathname.slice(1)}`;
  await asOwner(url, `CREATE ROLE ${login} LOGIN PASSWORD 'p'`);
  t.teardown(() => asOwner(url, `DROP ROLE ${login}`));
  const own = new URL(url);
  own.username = login;
  own.password = 'p';
  t.is(await reasonOf(Database.connect({ url: own.href })), 'DATABASE_ROLE_UNSAFE');
  await asOwner(url, `GRANT vouch_service, vouch_system TO ${login}`);
  const connected = await Database.connect({ url: own.href });
  t.deepEqual(await connected.system(listTenants), ['a']);
  await connected.close();
});

test('a login that is no superuser and creates no roles migrates a database of its own', async (t) => {
  const url = await emptyDatabase(t);
  const name = new URL(url).pathname.slice(1);
  await freshDatabase(t); // An administrator has made the roles.
  await asOwner(url, `CREATE ROLE ${name} LOGIN PASSWORD 'p'`);
  await asOwner(url, `GRANT vouch_service, vouch_system TO ${name}`);
  await asOwner(url, `ALTER DATABASE ${name} OWNER TO ${name}`);
  const own = new URL(url);
  own.username = name;
  own.password = 'p';
  await migrate(own.href);
  const database = await Database.connect({ url: own.href });
  await freshTenant(database, 'a');
  t.deepEqual(await database.system(listTenants), ['a']);
  await database.close();
  await asOwner(url, `REASSIGN OWNED BY ${name} TO postgres`);
  await asOwner(url, `DROP OWNED BY ${name}`);
  await asOwner(url, `DROP ROLE ${name}`);
});

test('every table of tenants is isolated by row-level security, its owner included', async (t) => {
  const { url } = await freshDatabase(t);
  const tables = await asOwner<{ name: string; isolated: boolean; keyed: boolean }>(
    url,
    `SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (
         SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = 'one_tenant') AS isolated,
       EXISTS (SELECT FROM pg_attribute WHERE attrelid = c.oid AND attname = 'tenant_id' AND attnotnull) AS keyed
     FROM pg_class c WHERE c.relnamespace = 'vouch'::regnamespace AND c.relkind IN ('r', 'p') ORDER BY 1`,
  );
  const others = tables.filter((table) => !table.isolated || !table.keyed).map((table) => table.name);
  // Nobody's data: which migrations ran, which processes run.
  t.deepEqual(others, ['migrations', 'replicas']);
  t.true(tables.length > 10);
});

test('a tenant sees and writes its own rows only', async (t) => {
  const { database } = await freshDatabase(t);
  await freshTenant(database, 'a');
  await freshTenant(database, 'b');
  await database.tenant('b', (tx) => tx.query("INSERT INTO actors (actor_id) VALUES ('someone')"));
  await database.tenant('a', async (tx) => {
    t.deepEqual(await tx.query('SELECT tenant_id FROM tenants'), [{ tenant_id: 'a' }]);
    t.deepEqual(await tx.query("SELECT * FROM actors WHERE tenant_id = 'b'"), []);
  });
  const write = database.tenant('a', (tx) =>
    tx.query("INSERT INTO actors (tenant_id, actor_id) VALUES ('b', 'someone else')"),
  );
  const error = await t.throwsAsync(write, { instanceOf: VouchError });
  t.is(error.metadata['sqlState'], '42501');
});

test('the role without a tenant fails, with an empty one sees nothing', async (t) => {
  const { url, database } = await freshDatabase(t);
  await freshTenant(database, 'a');
  const read = "SET ROLE vouch_service; SELECT count(*)::int FROM vouch.tenants WHERE created_by <> ''";
  const missing = await t.throwsAsync(asOwner(url, read));
  t.is((missing as Error & { code?: string }).code, '42704');
  await asOwner(url, `SET vouch.tenant_id = ''; ${read}`);
  t.is(await reasonOf(database.tenant('', () => Promise.resolve())), 'TENANT_NOT_FOUND');
  const people = database.system((tx) => tx.query('SELECT * FROM actors'));
  const error = await t.throwsAsync(people, { instanceOf: VouchError });
  t.is(error.metadata['sqlState'], '42501');
});

test('what is appended stays: the role may not change it, nor delete what no erasure takes away', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  const erasable = ['call_events', 'call_claims', 'outcomes'];
  const lasting = [
    'policies',
    'actors',
    'tenants',
    'ledger',
    'ledger_heads',
    'notices',
    'retention_policies',
  ];
  const statements = [
    ...lasting.map((table) => `DELETE FROM ${table}`),
    ...[...erasable, ...lasting].flatMap((table) => [
      `UPDATE ${table} SET tenant_id = tenant_id`,
      `TRUNCATE ${table}`,
    ]),
  ];
  for (const statement of statements) {
    const error = await t.throwsAsync(
      database.tenant(tenant, (tx) => tx.query(statement)),
      {
        instanceOf: VouchError,
      },
    );
    t.is(error.metadata['sqlState'], '42501', statement);
  }
});

test('a transaction is kept whole or not at all', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  const add = (name: string) => (tx: { query: (text: string, values: string[]) => Promise<unknown> }) =>
    tx.query('INSERT INTO actors (actor_id) VALUES ($1)', [name]);
  await t.throwsAsync(
    database.tenant(tenant, async (tx) => {
      await add('one')(tx);
      throw new Error('no');
    }),
    { message: 'no' },
  );
  // One that swallows a failed statement was rolled back by the server: that is said.
  const swallowed = database.tenant(tenant, async (tx) => {
    await add('two')(tx);
    await tx.query('SELECT 1 / 0').catch(() => undefined);
  });
  t.is(await reasonOf(swallowed), 'INTERNAL');
  t.deepEqual(await database.tenant(tenant, (tx) => tx.query('SELECT actor_id FROM actors')), []);
});

test('nothing of a transaction is left to the next one, and it cannot be used after its end', async (t) => {
  const { url } = await freshDatabase(t);
  const database = await Database.connect({ url, poolSize: 1 });
  t.teardown(() => database.close());
  await freshTenant(database, 'a');
  const leaked = await database.tenant('a', (tx) => Promise.resolve({ tx }));
  t.is(await reasonOf(leaked.tx.query('SELECT 1')), 'INTERNAL');
  const [settings] = await database.system((tx) =>
    tx.query("SELECT current_user::text AS role, current_setting('vouch.tenant_id') AS tenant"),
  );
  t.deepEqual(settings, { role: 'vouch_system', tenant: '' });
});

test('numbers, dates, bytes and JSON come as what they are', async (t) => {
  const { database } = await freshDatabase(t);
  const [row] = await database.system((tx) =>
    tx.query(`SELECT 9007199254740991::bigint AS n, '2026-01-02T03:04:05.678Z'::timestamptz AS d,
      '\\x0102'::bytea AS b, '{"x":[0.1]}'::jsonb AS j`),
  );
  const d = new Date('2026-01-02T03:04:05.678Z');
  t.deepEqual(row, { n: Number.MAX_SAFE_INTEGER, d, b: Buffer.of(1, 2), j: { x: [0.1] } });
  const tooLarge = database.system((tx) => tx.query('SELECT 9007199254740993::bigint'));
  t.is(await reasonOf(tooLarge), 'INTERNAL');
});

test('an error of the server tells its code and none of the values', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  const insert = () =>
    database.tenant(tenant, (tx) => tx.query("INSERT INTO actors (actor_id) VALUES ('secret')"));
  await insert();
  const error = await t.throwsAsync(insert(), { instanceOf: VouchError });
  t.is(error.reason, 'CHANGED_MEANWHILE');
  t.deepEqual(error.metadata, { sqlState: '23505', constraint: 'actors_tenant_id_actor_id_key' });
  t.false(JSON.stringify([error, error.message, error.cause, error.stack]).includes('secret'));
});

test('a statement that takes too long is given up', async (t) => {
  const { url } = await freshDatabase(t);
  const database = await Database.connect({ url, statementTimeoutMs: 500 });
  t.teardown(() => database.close());
  const slow = database.system((tx) => tx.query('SELECT pg_sleep(5)'));
  t.is(await reasonOf(slow), 'DATABASE_UNAVAILABLE');
});

test('connections that the server closed are replaced unnoticed; one in use fails', async (t) => {
  const { url } = await freshDatabase(t);
  const database = await Database.connect({ url, poolSize: 2 });
  t.teardown(() => database.close());
  const terminate = () =>
    asOwner(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
  await terminate();
  t.deepEqual(await database.system(listTenants), []);
  const inUse = database.system(async (tx) => {
    await terminate();
    await delay(50);
    return listTenants(tx);
  });
  t.is(await reasonOf(inUse), 'DATABASE_UNAVAILABLE');
  t.deepEqual(await database.system(listTenants), []);
});

test('a pool that is used up answers in time', async (t) => {
  const { url } = await freshDatabase(t);
  for (const waitMs of [2000, 4000]) {
    const database = await Database.connect({ url, poolSize: 1, waitMs });
    t.teardown(() => database.close());
    await database.system(async () => {
      const startedMs = performance.now();
      t.is(await reasonOf(database.system(listTenants)), 'DATABASE_UNAVAILABLE');
      t.true(performance.now() - startedMs >= waitMs - 50);
    });
  }
});

import test from 'ava';
import { VouchError } from '../../src/errors.js';
import { Database, listMigrations, migrate } from '../../src/storage/index.js';
import { asOwner, emptyDatabase, freshDatabase, freshTenant } from '../helpers/database.js';

const reason = (error: unknown) => (error instanceof VouchError ? error.reason : String(error));
const reasonOf = (work: Promise<unknown>) => work.then(() => 'nothing was thrown', reason);

test('migrations run once, in order, and a second run finds nothing to do', async (t) => {
  const url = await emptyDatabase(t);
  t.deepEqual(await migrate(url), await listMigrations());
  t.deepEqual(await migrate(url), []);
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
  t.is(await reasonOf(Database.connect({ url })), 'DATABASE_NOT_MIGRATED');
});

test('a tenant sees and writes its own rows only', async (t) => {
  const { database } = await freshDatabase(t);
  await freshTenant(database, 'a');
  await freshTenant(database, 'b');
  const seen = await database.tenant('a', (tx) => tx.query('SELECT tenant_id FROM tenants'));
  t.deepEqual(seen, [{ tenant_id: 'a' }]);
  const write = database.tenant('a', (tx) =>
    tx.query("INSERT INTO actors (tenant_id, actor_id) VALUES ('b', 'someone')"),
  );
  const error = await t.throwsAsync(write, { instanceOf: VouchError });
  t.is(error.metadata['sqlState'], '42501');
});

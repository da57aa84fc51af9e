import { readdirSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { AuditProblem } from '../../src/gen/vouch/v1/audit.js';
import { DecisionKind } from '../../src/gen/vouch/v1/decision.js';
import { VouchError } from '../../src/errors.js';
import { listMigrations, migrate } from '../../src/storage/index.js';
import { ROOT } from '../helpers/binary.js';
import type { TestTenant } from '../helpers/caller.js';
import { asOwner } from '../helpers/database.js';
import { debianPostgres, type DebianPostgres } from '../helpers/debian-postgres.js';
import { startService } from '../helpers/ground.js';
import { STORED } from '../helpers/stored-installation.js';
import { fixtureFile } from '../helpers/speech.js';

const FOLDER = join(ROOT, 'test', 'stored');

/** The folders, oldest first. */
const STORED_AT = readdirSync(FOLDER)
  .filter((name) => /^\d{4}_/.test(name))
  .sort();

/** What an installation of that version, or a later one, holds. */
const since = { keys: '0002', calls: '0003', erasure: '0008' };

let server: DebianPostgres | undefined;
const ends: (() => Promise<void> | void)[] = [];

test.serial.before('start a database server', async (t) => {
  t.timeout(60_000);
  server = await debianPostgres({ teardown: (end) => ends.push(end) });
  await migrate(await server.create('roles')); // As docs/operations.md says: no dump of a database holds its roles.
});

test.after.always('stop it', async () => {
  for (const end of ends) await end();
});

function postgres(): DebianPostgres {
  if (!server) throw new Error('The database server does not run.');
  return server;
}

/** Restores an installation under a name of its own. */
async function restored(t: ExecutionContext, name: string, as: string) {
  const folder = await mkdtemp(join(tmpdir(), 'vouch-stored-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  const url = await postgres().create(`${as}_${name}`);
  const file = join(folder, 'dump.sql');
  await writeFile(file, gunzipSync(await readFile(join(FOLDER, name, 'dump.sql.gz'))));
  await postgres().restore(url, file);
  const keyring = join(folder, 'keyring.json');
  if (name > since.keys) {
    await cp(join(FOLDER, name, 'keyring.json'), keyring);
    await chmod(keyring, 0o600); // Which no checkout keeps.
  }
  return { url, keyring };
}

const migrationsOf = (url: string) => asOwner(url, 'SELECT name FROM vouch.migrations ORDER BY name');

/** What was said, decided and sealed before is still there, and can be opened. */
async function goesOn(t: ExecutionContext, tenant: TestTenant, name: string): Promise<void> {
  t.is((await tenant.admin.verifyAudit({})).problem, AuditProblem.UNSPECIFIED);
  if (name < since.calls) {
    await tenant.publishNotice();
    await tenant.enrol(STORED.enrolled);
  }
  const { decision } = await tenant.verifyRecording(fixtureFile(`${STORED.enrolled}/call-2.wav`), {
    claims: [{ speakerId: STORED.enrolled }],
  });
  t.is(decision?.kind, DecisionKind.ACCEPT);
  if (name > since.calls) {
    t.is((await tenant.getCall(STORED.callId)).decision?.kind, DecisionKind.ACCEPT);
    t.true((await tenant.consent.getConsent({ speakerId: STORED.optedOut })).state?.optedOut);
    const events = await tenant.consent.listConsentEvents({ speakerId: STORED.optedOut });
    t.is(events.events.length, 2);
  }
  if (name > since.erasure)
    t.is((await tenant.consent.getErasureEvidence({ speakerId: STORED.erased })).records.length, 1);
  t.is((await tenant.admin.verifyAudit({})).problem, AuditProblem.UNSPECIFIED);
}

for (const name of STORED_AT) {
  test.serial(`an installation stored at ${name} goes on after the upgrade`, async (t) => {
    t.timeout(120_000);
    const { url, keyring } = await restored(t, name, 'upgraded');
    t.deepEqual((await migrationsOf(url)).at(-1), { name });
    await migrate(url);
    t.deepEqual(
      await migrationsOf(url),
      (await listMigrations()).map((each) => ({ name: each })),
    );
    const starting = startService({ DATABASE_URL: url, VOUCH_KEYRING_FILE: keyring });
    if (name < since.keys) {
      // Its tenants were never given keys, which nothing may make up for them.
      await t.throwsAsync(starting, { instanceOf: VouchError, message: /never given keys/ });
      return;
    }
    const service = await starting;
    t.teardown(() => service.stop());
    await goesOn(t, service.tenantOf(STORED.tenantId), name);
  });
}

test.serial('a migration that fails leaves the old state, and can be run again', async (t) => {
  const [name = ''] = STORED_AT;
  const { url } = await restored(t, name, 'failed');
  const before = await migrationsOf(url);
  const pending = (await listMigrations()).filter((each) => each > name);
  t.not(pending.length, 0);
  // Nothing more can be recorded as done: the last statement of every migration fails, after all others went well.
  await asOwner(url, `ALTER TABLE vouch.migrations ADD CONSTRAINT full_up CHECK (id <= ${before.length})`);
  const tables = `SELECT count(*)::int FROM information_schema.tables WHERE table_schema = 'vouch'`;
  const shape = await asOwner(url, tables);
  await t.throwsAsync(migrate(url));
  t.deepEqual(await migrationsOf(url), before);
  t.deepEqual(await asOwner(url, tables), shape);
  await asOwner(url, 'ALTER TABLE vouch.migrations DROP CONSTRAINT full_up');
  t.deepEqual(await migrate(url), pending);
});

/** What a version of the software may name in its statements, and what it must fill. */
const SHAPE = `
  SELECT format('column %s.%s %s', table_name, column_name, data_type) AS part,
    is_nullable = 'NO' AND column_default IS NULL AS must_be_filled
  FROM information_schema.columns WHERE table_schema = 'vouch'
  UNION SELECT format('right %s.%s %s %s', table_name, column_name, grantee, privilege_type), false
  FROM information_schema.column_privileges WHERE table_schema = 'vouch' AND grantee LIKE 'vouch%'
  UNION SELECT format('function %s(%s)', proname, pg_get_function_identity_arguments(oid)), false
  FROM pg_proc WHERE pronamespace = 'vouch'::regnamespace`;

test.serial(
  'the version before goes on while the newest migration is in: all it names is there',
  async (t) => {
    const { url } = await restored(t, STORED_AT.at(-2) ?? '', 'before');
    const shape = () => asOwner<{ part: string; must_be_filled: boolean }>(url, SHAPE);
    const before = await shape();
    await migrate(url);
    const after = await shape();
    const kept = new Set(after.map(({ part }) => part));
    t.true(before.length > 100);
    t.deepEqual(
      before.filter(({ part }) => !kept.has(part)),
      [],
    );
    // A column that the version before does not know of fills itself, in tables that it writes to.
    const tables = new Set(before.map(({ part }) => tableOf(part)));
    const known = new Set(before.filter((each) => each.must_be_filled).map(({ part }) => part));
    const unknown = after.filter((each) => each.must_be_filled && !known.has(each.part));
    t.deepEqual(
      unknown.filter(({ part }) => tables.has(tableOf(part))),
      [],
    );
  },
);

const tableOf = (part: string) => /^column ([^.]+)/.exec(part)?.[1];

import { readdirSync } from 'node:fs';
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import test, { type ExecutionContext } from 'ava';
import { AuditProblem } from '../../src/gen/vouch/v1/audit.js';
import { DecisionKind } from '../../src/gen/vouch/v1/decision.js';
import { listMigrations, migrate } from '../../src/storage/index.js';
import { ROOT } from '../helpers/binary.js';
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

/** Restores as docs/operations.md says: the roles first, which no dump of a database holds. */
async function restored(t: ExecutionContext, postgres: DebianPostgres, name: string) {
  const folder = await mkdtemp(join(tmpdir(), 'vouch-stored-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await migrate(await postgres.create(`roles_${name}`));
  const url = await postgres.create(`restored_${name}`);
  const file = join(folder, 'dump.sql');
  await writeFile(file, gunzipSync(await readFile(join(FOLDER, name, 'dump.sql.gz'))));
  await postgres.restore(url, file);
  const keyring = join(folder, 'keyring.json');
  await cp(join(FOLDER, name, 'keyring.json'), keyring);
  await chmod(keyring, 0o600); // Which no checkout keeps.
  return { url, keyring };
}

const migrationsOf = (url: string) => asOwner(url, 'SELECT name FROM vouch.migrations ORDER BY name');

for (const name of STORED_AT) {
  test.serial(`an installation stored at ${name} goes on after the upgrade`, async (t) => {
    t.timeout(120_000);
    const postgres = await debianPostgres(t);
    const { url, keyring } = await restored(t, postgres, name);
    t.deepEqual((await migrationsOf(url)).at(-1), { name });
    await migrate(url);
    t.deepEqual(
      await migrationsOf(url),
      (await listMigrations()).map((each) => ({ name: each })),
    );
    const service = await startService({ DATABASE_URL: url, VOUCH_KEYRING_FILE: keyring });
    t.teardown(() => service.stop());
    const tenant = service.tenantOf(STORED.tenantId);
    const { decision } = await tenant.verifyRecording(fixtureFile(`${STORED.enrolled}/call-2.wav`), {
      claims: [{ speakerId: STORED.enrolled }],
    });
    t.is(decision?.kind, DecisionKind.ACCEPT);
    t.is((await tenant.getCall(STORED.callId)).callId, STORED.callId);
    t.true((await tenant.consent.getConsent({ speakerId: STORED.optedOut })).state?.optedOut);
    t.is((await tenant.admin.verifyAudit({})).problem, AuditProblem.UNSPECIFIED);
    t.is((await tenant.consent.getErasureEvidence({ speakerId: STORED.erased })).records.length, 1);
  });
}

test.serial('a migration that fails leaves the old state, and can be run again', async (t) => {
  const postgres = await debianPostgres(t);
  const [name = ''] = STORED_AT;
  const { url } = await restored(t, postgres, name);
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

test.serial('processes that migrate at the same time wait for each other', async (t) => {
  const postgres = await debianPostgres(t);
  const url = await postgres.create('together');
  const done = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  t.deepEqual(
    done.map(({ length }) => length).sort((a, b) => a - b),
    [0, 0, (await listMigrations()).length],
  );
});

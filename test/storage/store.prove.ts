import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../helpers/binary.js';
import { debianPostgres } from '../helpers/debian-postgres.js';
import { newestMigration, storeInstallation } from '../helpers/stored-installation.js';

/* Not a proof but what upgrade.test.ts starts from: run by `make stored-installation` after a migration was added. */
const store = process.env['STORE_INSTALLATION'] === 'yes' ? test : test.skip;

store('the installation as it is now is kept for the upgrades to come', async (t) => {
  const folder = join(ROOT, 'test', 'stored', await newestMigration());
  await mkdir(folder, { recursive: true });
  await storeInstallation(await debianPostgres(t), folder);
  t.pass();
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../helpers/binary.js';
import { asOwner, emptyDatabase } from '../helpers/database.js';
import { migrate } from '../../src/storage/index.js';

test('docs/privacy.md says of every table what is in it', async (t) => {
  t.timeout(60_000);
  const page = await readFile(join(ROOT, 'docs/privacy.md'), 'utf8');
  const url = await emptyDatabase(t);
  await migrate(url);
  const tables = await asOwner<{ name: string }>(
    url,
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'vouch'`,
  );
  t.true(tables.length > 20);
  const untold = tables.map(({ name }) => name).filter((name) => !page.includes(`\`${name}\``));
  t.deepEqual(untold, []);
});

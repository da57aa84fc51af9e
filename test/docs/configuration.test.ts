import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { OPTION_NAMES, readConfig } from '../../src/config.js';
import { ROOT } from '../helpers/binary.js';

const page = await readFile(join(ROOT, 'docs/configuration.md'), 'utf8');
const rows = [...page.matchAll(/^\| `(?<name>[A-Z_]+)` \| (?<value>[^|]+) \| (?<meaning>[^|]+) \|$/gm)].map(
  ({ groups }) => ({ name: groups?.['name'] ?? '', value: groups?.['value']?.replaceAll('`', '') ?? '' }),
);

test('docs/configuration.md lists every option, and no other', (t) => {
  t.deepEqual(
    rows.map(({ name }) => name),
    [...OPTION_NAMES],
  );
});

test('the defaults that it gives are those of the code', (t) => {
  const given = Object.fromEntries(rows.map((row) => [row.name, row.value === 'empty' ? '' : row.value]));
  t.deepEqual(readConfig(given), readConfig({}));
});

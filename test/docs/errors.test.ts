import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { REASONS } from '../../src/errors.js';
import { ROOT } from '../helpers/binary.js';

const page = await readFile(join(ROOT, 'docs/errors.md'), 'utf8');
const [reasons = '', badInput = ''] = page.split('## What bad input gets');

function rows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim().replaceAll('`', '')),
    )
    .slice(1);
}

test('docs/errors.md lists every reason with its status and meaning, and no other', (t) => {
  const listed = rows(reasons).map(([reason, status, meaning]) => [reason, status, meaning]);
  t.deepEqual(
    listed,
    Object.entries(REASONS).map(([reason, [kind, meaning]]) => [reason, kind, meaning]),
  );
});

test('docs/errors.md says what to do for every reason', (t) => {
  for (const [reason, , , advice = ''] of rows(reasons)) t.true(advice.length > 10, reason);
});

test('the table of bad input names reasons with their own status', (t) => {
  const table = rows(badInput);
  t.is(table.length, 20);
  for (const [what, reason = '', status] of table) {
    if (reason.startsWith('none')) continue;
    t.true(reason in REASONS, what);
    t.is(status, REASONS[reason as keyof typeof REASONS][0], what);
  }
});

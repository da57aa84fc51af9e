import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../helpers/binary.js';
import { SERVICES } from '../helpers/services.js';

test('each RPC is asked by the console, or docs/console.md says where else', async (t) => {
  const folder = join(ROOT, 'web/console');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const sources = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  const calls = /(?<=\b(?:admin|consent|enrolment|retention|transfer|verification)\s*\.)[a-z]\w+(?=\()/gu;
  const asked = new Set(sources.flatMap((source) => source.match(calls) ?? []));
  const page = await readFile(join(ROOT, 'docs/console.md'), 'utf8');
  const [, elsewhere = ''] = page.split('## What is not in the console');
  for (const { methods } of SERVICES)
    for (const [method, { name }] of Object.entries(methods))
      t.not(asked.has(method), elsewhere.includes(`\`${name}\``), name);
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../helpers/binary.js';

interface Lock {
  readonly packages: Record<
    string,
    { version: string; dev?: boolean; devOptional?: boolean; license?: string }
  >;
}

test('THIRD-PARTY-NOTICES.md lists every package that comes along at run time', async (t) => {
  const page = await readFile(join(ROOT, 'THIRD-PARTY-NOTICES.md'), 'utf8');
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as Lock;
  const missing = Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && dev !== true && devOptional !== true)
    .map(([path, { version }]) => ({ name: path.split('node_modules/').at(-1) ?? '', version }))
    .filter(
      ({ name, version }) =>
        !page.includes(`| ${name} | ${version} |`) && !page.includes(`| **${name}** | ${version} |`),
    );
  t.deepEqual(missing, []);
});

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ROOT } from '../helpers/binary.js';

test('docs/calling-the-service.md shows the client that the tests run', async (t) => {
  const page = await readFile(join(ROOT, 'docs/calling-the-service.md'), 'utf8');
  const client = await readFile(join(ROOT, 'docs/examples/stream-call.ts'), 'utf8');
  t.is(/```ts\n(?<code>.*?)```/s.exec(page)?.groups?.['code'], client);
});

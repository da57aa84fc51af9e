import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { ENTRY_TYPES } from '../../src/audit/index.js';
import { ROOT } from '../helpers/binary.js';

const page = await readFile(join(ROOT, 'docs/audit.md'), 'utf8');
const [, types = '', requests = ''] = page.split(/^## (?:Types of entries|What each request leaves)$/m);

/** The rows of a table, without its heading. */
function rows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
}

interface ServiceDefinition {
  readonly fullName: string;
  readonly methods: Readonly<Record<string, { readonly name: string }>>;
}

/** Every request of the contract, as it was generated: `AdminService/PutPolicy`. */
async function contract(): Promise<string[]> {
  const folder = join(ROOT, 'dist/src/gen/vouch/v1');
  const found: string[] = [];
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.js'))) {
    const generated = (await import(join(folder, file))) as Record<string, ServiceDefinition>;
    for (const [name, definition] of Object.entries(generated)) {
      if (!name.endsWith('ServiceDefinition')) continue;
      const service = definition.fullName.split('.').at(-1) ?? '';
      found.push(...Object.values(definition.methods).map((method) => `${service}/${method.name}`));
    }
  }
  return found;
}

test('every request of the contract says which entries it leaves, or why none', async (t) => {
  const listed = new Map(
    rows(requests).map(([rpc = '', entries = '']) => [rpc.replaceAll('`', ''), entries]),
  );
  const all = await contract();
  t.true(all.length >= 30);
  t.deepEqual(
    rows(requests)
      .map(([rpc = '']) => rpc.replaceAll('`', ''))
      .sort(),
    all.sort(),
    'a row each, and no other',
  );
  for (const rpc of all) {
    const entries = listed.get(rpc);
    t.truthy(entries, `${rpc} is not in the table of docs/audit.md`);
    if (entries === undefined || /^none: .{20}/.test(entries)) continue;
    const named = [...entries.matchAll(/`([A-Z_]+)`/g)].map(([, type = '']) => type);
    t.true(named.length > 0, rpc);
    for (const type of named) t.true(type in ENTRY_TYPES, `${rpc}: ${type}`);
  }
});

test('every type of entry is described, with its kind', (t) => {
  const described = new Map(
    rows(types).map(([type = '', kind = '', meaning = '']) => [type, { kind, meaning }]),
  );
  for (const [type, kind] of Object.entries(ENTRY_TYPES)) {
    t.is(described.get(`\`${type}\``)?.kind, kind, type);
    t.true((described.get(`\`${type}\``)?.meaning.length ?? 0) > 10, type);
  }
});

test('every type that leaves a trace is left by some request, or by the start of a tenant', (t) => {
  const left = new Set([...requests.matchAll(/`([A-Z_]+)`/g)].map(([, type]) => type));
  const others = ['TENANT_CREATED', 'ACCESS_DENIED'];
  const missing = Object.keys(ENTRY_TYPES).filter((type) => !left.has(type) && !others.includes(type));
  t.deepEqual(missing, []);
});

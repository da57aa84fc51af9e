import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { ROOT } from '../helpers/binary.js';

interface Entry {
  readonly version: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly license?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly hasInstallScript?: boolean;
}

/** Licences that ask for no more than to be named, so that an operator may install and change everything that runs. */
const PERMISSIVE: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
]);

/** Besides, for tools that build and test, and are not part of what is installed. */
const TOOLS: ReadonlySet<string> = new Set([...PERMISSIVE, 'MPL-2.0']);

/** Packages whose licence stands in their package.json in an older form; read by eye. */
const IN_OLDER_FORM: Readonly<Record<string, string>> = { 'node_modules/async': 'MIT' };

async function packages(): Promise<[string, Entry][]> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Entry>;
  };
  return Object.entries(lock.packages).filter(([path]) => path !== '');
}

/** An expression of SPDX with AND and OR only, without nesting: all that the lock file has. */
function allowed(expression: string, licences: ReadonlySet<string>): boolean {
  const bare = expression.replaceAll(/[()]/g, '');
  return bare.split(' OR ').some((either) => either.split(' AND ').every((one) => licences.has(one)));
}

test('every package has a licence that we may live with', async (t) => {
  const refused = (await packages()).filter(([path, { license, dev, devOptional }]) => {
    const found = license ?? IN_OLDER_FORM[path.slice(path.lastIndexOf('node_modules/'))] ?? 'none';
    return !allowed(found, dev === true || devOptional === true ? TOOLS : PERMISSIVE);
  });
  t.deepEqual(refused, []);
});

test('a licence that is not permissive is found', (t) => {
  t.false(allowed('GPL-3.0-only', TOOLS));
  t.false(allowed('MIT AND GPL-3.0-only', PERMISSIVE));
  t.true(allowed('(GPL-3.0-only OR MIT)', PERMISSIVE));
  t.false(allowed('MPL-2.0', PERMISSIVE));
});

test('every package is pinned by its hash and comes from the registry that the operator configured', async (t) => {
  for (const [path, { integrity, resolved, link }] of await packages()) {
    t.regex(integrity ?? '', /^sha512-/, path);
    // An address here would tie the installation to one host; git and file addresses have no hash.
    t.is(resolved, undefined, path);
    t.not(link, true, path);
  }
});

test('a package runs a script at installation only where package.json says yes or no to it', async (t) => {
  const { allowScripts } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    allowScripts: Record<string, boolean>;
  };
  const unanswered = (await packages())
    // What is for other platforms alone is not installed on ours.
    .filter(([, { hasInstallScript, optional }]) => hasInstallScript === true && optional !== true)
    .map(([path]) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length))
    .filter((name) => !(name in allowScripts));
  t.deepEqual([...new Set(unanswered)], []);
});

test('a bill of materials can be made, and has what runs', async (t) => {
  const args = ['sbom', '--omit', 'dev', '--sbom-format', 'cyclonedx', '--package-lock-only'];
  const { stdout } = await promisify(execFile)('npm', args, { cwd: ROOT, maxBuffer: 64 << 20 });
  const bill = JSON.parse(stdout) as { bomFormat: string; components: { name: string }[] };
  t.is(bill.bomFormat, 'CycloneDX');
  const names = new Set(bill.components.map(({ name }) => name));
  t.true(names.has('onnxruntime-node') && names.has('@grpc/grpc-js') && !names.has('ava'));
});

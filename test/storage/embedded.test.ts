import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test, { type ExecutionContext } from 'ava';
import { createTenant, Database, EmbeddedPostgres, listTenants, migrate } from '../../src/storage/index.js';
import { reasonOf } from '../helpers/reasons.js';

async function directory(t: ExecutionContext, mode = 0o755): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'vouch-embedded-'));
  await chmod(path, mode);
  t.teardown(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function start(t: ExecutionContext, path: string): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start(path, { disposable: true });
  t.teardown(() => server.stop());
  return server;
}

test('data and password are there again after a stop; a stopped database is unavailable', async (t) => {
  const path = join(await directory(t), '.vouch');
  const first = await start(t, path);
  await migrate(first.url);
  const database = await Database.connect({ url: first.url, waitMs: 2000 });
  t.teardown(() => database.close());
  await createTenant(database, 'kept', 'test');
  await first.stop();
  t.is(await reasonOf(database.system(listTenants)), 'DATABASE_UNAVAILABLE');
  t.is(await reasonOf(Database.connect({ url: first.url })), 'DATABASE_UNAVAILABLE');
  t.is(await reasonOf(migrate(first.url)), 'DATABASE_UNAVAILABLE');

  const second = await start(t, path);
  t.is(new URL(second.url).password, new URL(first.url).password);
  const again = await Database.connect({ url: second.url });
  t.deepEqual(await again.system(listTenants), ['kept']);
  await again.close();
});

test('it listens on the loopback, and its password is for its owner only', async (t) => {
  const path = await directory(t);
  const server = await start(t, path);
  t.is(new URL(server.url).hostname, '127.0.0.1');
  const file = join(server.directory, 'postgres.password');
  t.is((await stat(file)).mode & 0o777, 0o600);
  t.is((await readFile(file, 'utf8')).trim(), new URL(server.url).password);
  const wrong = new URL(server.url);
  wrong.password = 'wrong';
  t.is(await reasonOf(migrate(wrong.href)), 'DATABASE_UNAVAILABLE');
});

test('a second server on the same data is refused', async (t) => {
  const path = await directory(t);
  await start(t, path);
  t.is(await reasonOf(EmbeddedPostgres.start(path, { disposable: true })), 'DATABASE_UNAVAILABLE');
});

test('a word that was left of a process that is not there, or is another one, does not stop it', async (t) => {
  const path = await directory(t);
  const server = await start(t, path);
  await server.stop();
  const data = join(server.directory, 'postgres');
  for (const pid of [2 ** 22 - 1, process.pid]) {
    await writeFile(join(data, 'postmaster.pid'), `${pid}\n${data}\n0\n5432\n\n127.0.0.1\n`);
    await (await start(t, path)).stop();
  }
  t.pass();
});

test('a server does not outlive its process, even one that was killed', async (t) => {
  const path = await directory(t);
  const module = fileURLToPath(new URL('../../src/storage/index.js', import.meta.url));
  const script = `import { EmbeddedPostgres } from ${JSON.stringify(module)};
    await EmbeddedPostgres.start(${JSON.stringify(path)}, { disposable: true });
    process.kill(process.pid, 'SIGKILL');`;
  const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  const error = await t.throwsAsync(run);
  t.is((error as Error & { signal?: string }).signal, 'SIGKILL');
  // The next start waits for it.
  const server = await start(t, path);
  await migrate(server.url);
  await server.stop();
});

const asRoot = process.getuid?.() === 0 ? test : test.skip;

asRoot(
  'below a directory that the server may not enter, the data goes elsewhere and is found again',
  async (t) => {
    const closed = await directory(t, 0o700);
    const wanted = join(closed, '.vouch');
    await mkdir(wanted);
    const server = await start(t, wanted);
    t.teardown(() => rm(server.directory, { recursive: true, force: true }));
    t.is(server.closedDirectory, closed);
    t.false(server.directory.startsWith(closed));
    await server.stop();
    await delay(10);
    t.is((await start(t, wanted)).directory, server.directory);
  },
);

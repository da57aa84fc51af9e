import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, chmod, chown, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ExecutionContext } from 'ava';
import { asOwner } from './database.js';

const run = promisify(execFile);

/** A server of the system's own PostgreSQL, which brings `pg_dump` and `psql` of its version. */
export interface DebianPostgres {
  /** Of a new, empty database. The login is a superuser. */
  readonly create: (name: string) => Promise<string>;
  /** Its data directory. */
  readonly directory: string;
  /** Writes everything of a database, or the rows of some tables of ours alone, as SQL; the file. */
  readonly dump: (url: string, tables?: readonly string[]) => Promise<string>;
  /** Runs SQL from a file; the first error ends it. */
  readonly restore: (url: string, file: string) => Promise<void>;
}

/** Starts one with small log segments, so that going through all of them is soon done; gone after the test. */
export async function debianPostgres(t: Pick<ExecutionContext, 'teardown'>): Promise<DebianPostgres> {
  const binaries = await findBinaries();
  const folder = await mkdtemp(join(tmpdir(), 'vouch-debian-'));
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  await writeFile(passwordFile, password);
  const user = await serverUser();
  if (user !== null) for (const path of [folder, passwordFile]) await chown(path, user.uid, user.gid);
  const directory = join(folder, 'data');
  const as = { ...user, cwd: folder, env: { LC_ALL: 'C' } };
  const initial = ['--auth=scram-sha-256', '--username=postgres', '--encoding=UTF8', '--no-sync'];
  const made = [`--pgdata=${directory}`, `--pwfile=${passwordFile}`, '--wal-segsize=1'];
  await run(join(binaries, 'initdb'), [...initial, ...made], as);
  const port = await freePort();
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'fsync=off',
    'max_wal_size=8MB',
  ];
  const options = [`-p ${port}`, ...settings.map((setting) => `-c ${setting}`)].join(' ');
  const log = join(folder, 'log');
  await run(join(binaries, 'pg_ctl'), ['start', '--wait', '-D', directory, '-l', log, '-o', options], as);
  t.teardown(async () => {
    await run(join(binaries, 'pg_ctl'), ['stop', '-D', directory, '-m', 'immediate'], as);
    await rm(folder, { recursive: true, force: true });
  });
  await chmod(folder, 0o755);
  const urlOf = (name: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${name}`;
  let dumps = 0;
  return {
    directory,
    create: async (name) => {
      await asOwner(urlOf('postgres'), `CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    dump: async (url, tables = []) => {
      const file = join(folder, `dump-${++dumps}.sql`);
      const chosen = tables.map((table) => `--table=vouch.${table}`);
      if (chosen.length > 0) chosen.push('--data-only');
      await run(join(binaries, 'pg_dump'), [`--file=${file}`, ...chosen, url]);
      return file;
    },
    restore: async (url, file) => {
      await run(join(binaries, 'psql'), ['-q', '-v', 'ON_ERROR_STOP=1', '-f', file, url]);
    },
  };
}

/** Where Debian keeps the programs of its newest version. */
async function findBinaries(): Promise<string> {
  const versions = await readdir('/usr/lib/postgresql').catch(() => []);
  for (const version of versions.sort((a, b) => Number(b) - Number(a))) {
    const binaries = join('/usr/lib/postgresql', version, 'bin');
    const there = await Promise.allSettled(['initdb', 'pg_dump'].map((name) => access(join(binaries, name))));
    if (there.every(({ status }) => status === 'fulfilled')) return binaries;
  }
  throw new Error("There is no PostgreSQL with pg_dump: install Debian's package `postgresql`.");
}

/** PostgreSQL does not run as root. */
async function serverUser(): Promise<{ uid: number; gid: number } | null> {
  if (process.getuid?.() !== 0) return null;
  const [uid, gid] = await Promise.all(['-u', '-g'].map((flag) => run('id', [flag, 'postgres'])));
  return { uid: Number(uid?.stdout), gid: Number(gid?.stdout) };
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const probe = createServer().once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        done(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
}

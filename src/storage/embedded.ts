import { execFile, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { VouchError } from '../errors.js';
import { databaseError } from './database-errors.js';
import {
  binariesDirectory,
  closedDirectory,
  openPlace,
  serverUser,
  type ServerUser,
} from './embedded-binaries.js';
import {
  freePort,
  halt,
  launch,
  serverEnvironment,
  STOP_TIMEOUT_MS,
  type EmbeddedPostgresOptions,
} from './embedded-server.js';

const DATABASE = 'vouch';

/** A PostgreSQL server of our own, for a first try and for tests: on the loopback, with its data in a directory. */
export class EmbeddedPostgres {
  readonly #server: ChildProcess;
  /** For a login that owns everything. */
  readonly url: string;
  /** Where the data is. */
  readonly directory: string;
  /** The directory that could not be used because the server's user may not enter it; null: the data is as asked. */
  readonly closedDirectory: string | null;

  private constructor(server: ChildProcess, url: string, directory: string, closed: string | null) {
    this.#server = server;
    this.url = url;
    this.directory = directory;
    this.closedDirectory = closed;
  }

  /**
   * Starts the server, with the data that is there already or new. Where root starts it below a directory that the
   * server's own user may not enter, the data goes elsewhere: see `directory` and `closedDirectory`.
   *
   * @param wanted a directory for the server alone, for example `.vouch`
   * @throws VouchError DATABASE_UNAVAILABLE, saying why: another server runs on this data, it did not start, ...
   */
  static async start(wanted: string, options: EmbeddedPostgresOptions = {}): Promise<EmbeddedPostgres> {
    const user = await serverUser();
    const closed = user === null ? null : await closedDirectory(wanted);
    const directory = closed === null ? resolve(wanted) : await openPlace(wanted);
    const binaries = await binariesDirectory(user);
    await mkdir(directory, { recursive: true, mode: 0o755 });
    const data = join(directory, 'postgres');
    const password = await ensurePassword(directory, user);
    if (!(await exists(join(data, 'PG_VERSION')))) await initialise(binaries, data, directory, user, options);
    await waitForPredecessor(data);
    const port = await freePort();
    const server = await launch(join(binaries, 'postgres'), data, port, user, options);
    const url = `postgres://postgres:${password}@127.0.0.1:${port}/${DATABASE}`;
    const embedded = new EmbeddedPostgres(server, url, directory, closed);
    try {
      await ensureDatabase(url);
      return embedded;
    } catch (error) {
      await embedded.stop();
      throw databaseError(error);
    }
  }

  /** Ends connections and stops the server; its data stays. May be called twice. */
  async stop(): Promise<void> {
    await halt(this.#server);
  }
}

/** The password of the server's own superuser, made once. */
async function ensurePassword(directory: string, user: ServerUser | null): Promise<string> {
  const file = join(directory, 'postgres.password');
  if (await exists(file)) return (await readFile(file, 'utf8')).trim();
  const password = randomBytes(24).toString('base64url');
  await writeFile(file, `${password}\n`, { mode: 0o600 });
  // initdb reads it, as the server's user.
  if (user !== null) await chown(file, user.uid, user.gid);
  return password;
}

async function initialise(
  binaries: string,
  data: string,
  directory: string,
  user: ServerUser | null,
  options: EmbeddedPostgresOptions,
): Promise<void> {
  await rm(data, { recursive: true, force: true }); // What an interrupted attempt left: it has no PG_VERSION.
  await mkdir(data, { mode: 0o700 });
  await chmod(data, 0o700);
  if (user !== null) await chown(data, user.uid, user.gid);
  const flags = [
    `--pgdata=${data}`,
    `--pwfile=${join(directory, 'postgres.password')}`,
    '--username=postgres',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    ...(options.disposable === true ? ['--no-sync'] : []),
  ];
  try {
    await promisify(execFile)(join(binaries, 'initdb'), flags, {
      ...user,
      cwd: data,
      env: serverEnvironment(),
    });
  } catch (cause) {
    await rm(data, { recursive: true, force: true });
    throw new VouchError('DATABASE_UNAVAILABLE', {
      message: 'The embedded PostgreSQL could not be made.',
      cause,
    });
  }
}

/**
 * Waits for a server that was left on this data to end; takes away the word of one that is not there any more.
 */
async function waitForPredecessor(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  for (const deadline = Date.now() + STOP_TIMEOUT_MS; await exists(file); await delay(100)) {
    const pid = Number((await readFile(file, 'utf8').catch(() => '')).split('\n')[0]);
    if (pid > 0 && !(await isServerOf(pid, data))) return rm(file, { force: true });
    if (Date.now() > deadline) {
      const message = `Another process (${pid}) runs PostgreSQL on ${data}.`;
      throw new VouchError('DATABASE_UNAVAILABLE', { message });
    }
  }
}

/** Whether a process is the server of this data; ids of processes come round again after a crash. */
async function isServerOf(pid: number, data: string): Promise<boolean> {
  const { stdout } = await promisify(execFile)('ps', ['-o', 'args=', '-p', String(pid)]).catch(
    async (error: unknown) => {
      // No `ps` here (small containers): /proc has the same. Exit status 1: no such process.
      if ((error as { code?: unknown }).code !== 'ENOENT') return { stdout: '' };
      return { stdout: await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '') };
    },
  );
  return stdout.includes(data);
}

async function ensureDatabase(url: string): Promise<void> {
  const server = new URL(url);
  server.pathname = '/postgres';
  const client = new pg.Client({ connectionString: server.href });
  try {
    await client.connect();
    const found = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (found.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

const delay = (ms: number) => new Promise((done) => setTimeout(done, ms));

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  );

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { VouchError } from '../errors.js';
import type { ServerUser } from './embedded-binaries.js';

export interface EmbeddedPostgresOptions {
  /** Trade durability for speed: for tests, whose data nobody wants back. */
  readonly disposable?: boolean;
}

/**
 * Runs PostgreSQL, and ends it when our end of its standard input closes, however we end; so that a process that was
 * killed leaves no server behind. `exec` would leave nobody to notice.
 */
const SUPERVISOR = `exec 3<&0; "$@" 3<&- & server=$!; (read -r _ <&3; kill -INT $server) & reader=$!
wait $server; status=$?; kill $reader 2>/dev/null; exit $status`;

const START_TIMEOUT_MS = 60_000;
/** How long a server that was told to stop may take. */
export const STOP_TIMEOUT_MS = 10_000;

/**
 * Starts a server on data that is there, and waits until it takes connections.
 *
 * @throws VouchError DATABASE_UNAVAILABLE with the server's last words
 */
export async function launch(
  program: string,
  data: string,
  port: number,
  user: ServerUser | null,
  options: EmbeddedPostgresOptions,
): Promise<ChildProcess> {
  const settings = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: '200',
    // Statements and their values are personal data: what fails is told to the client, and written nowhere.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    ...(options.disposable === true ? { fsync: 'off', full_page_writes: 'off', max_wal_size: '256MB' } : {}),
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(
    '/bin/sh',
    ['-c', SUPERVISOR, 'sh', program, '-D', data, '-p', String(port), ...flags],
    {
      ...user,
      cwd: data,
      env: serverEnvironment(),
      stdio: ['pipe', 'ignore', 'pipe'],
      detached: true, // Ctrl-C in a terminal is for us: the server goes on until the last call has been written.
    },
  );
  // Should it end by itself, nothing waits for it any more.
  child.once('exit', () => child.stdin.destroy());
  await ready(child);
  return child;
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((done, reject) => {
    let said = '';
    const fail = (why: string) => {
      reject(
        new VouchError('DATABASE_UNAVAILABLE', {
          message: `The embedded PostgreSQL ${why}: ${said.slice(-500)}`,
        }),
      );
    };
    const timer = setTimeout(() => {
      child.stdin?.end();
      fail('did not start in time');
    }, START_TIMEOUT_MS);
    child.once('error', (error) => {
      clearTimeout(timer);
      fail(`could not be started (${error.message})`);
    });
    child.once('exit', () => {
      clearTimeout(timer);
      fail('ended while starting');
    });
    child.stdin?.on('error', () => undefined); // It ended first: nothing more to say to it.
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-4096); // Read to its end, so that the server never waits for us.
      if (!said.includes('ready to accept connections')) return;
      clearTimeout(timer);
      done();
    });
  });
}

/** Ends connections and stops a server that was launched; at once where it has stopped. */
export async function halt(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.stdin?.end();
  // All of its group: the shell alone would leave the server behind.
  const timer = setTimeout(
    () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'),
    STOP_TIMEOUT_MS,
  );
  await ended;
  clearTimeout(timer);
}

/** Nothing of ours: variables like PGDATA or a locale would change what it does. */
export function serverEnvironment(): Record<string, string> {
  return { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' };
}

/** A port of the loopback that is free now. */
export function freePort(): Promise<number> {
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

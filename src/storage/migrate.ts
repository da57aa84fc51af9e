import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { packageRoot } from '../package-root.js';
import { databaseError } from './database-errors.js';
import { migrateQueue } from './job-queue.js';
import { queuePool } from './queue-pool.js';

/** Any number, as long as nobody else locks it: `vouch` in ASCII. */
const MIGRATION_LOCK = 0x766f756368;

/** The compiler does not copy SQL: the files are read from the sources, wherever the compiled code runs from. */
const MIGRATIONS_DIRECTORY = join(packageRoot(), 'src', 'storage', 'migrations');

/** The names of all migrations, `0001_tenants` first. */
export async function listMigrations(): Promise<readonly string[]> {
  const files = await readdir(MIGRATIONS_DIRECTORY);
  return files
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
}

/**
 * Brings a database to the newest version. Safe to call from several processes at once: the second waits, then finds
 * nothing to do. All pending migrations run in one transaction, so that a failed one leaves the old state.
 *
 * @param url of a login that may create roles, and a schema in this database
 * @returns the names of the migrations that were run
 * @throws VouchError DATABASE_UNAVAILABLE
 */
export async function migrate(url: string): Promise<readonly string[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // A connection that breaks makes the query under way fail; that is reported.
  try {
    await client.connect();
    // The runner's own lock gives up when it is taken; this one waits. It ends with the connection.
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const silent = () => undefined;
    const done = await runner({
      dbClient: client,
      noLock: true,
      dir: MIGRATIONS_DIRECTORY,
      direction: 'up',
      schema: 'vouch',
      createSchema: true,
      migrationsTable: 'migrations',
      singleTransaction: true,
      logger: { info: silent, warn: silent, error: silent },
    });
    await migrateJobs(url);
    return done.map((migration) => migration.name);
  } catch (error) {
    throw databaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The job queue has migrations of its own; the lock of ours is still held. */
async function migrateJobs(url: string): Promise<void> {
  const pool = queuePool(url);
  try {
    await migrateQueue(pool);
  } finally {
    await pool.end();
  }
}

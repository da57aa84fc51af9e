import { readConfig, type Config } from '../config.js';
import { openKeyring, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import { VouchError } from '../errors.js';
import { openDatabase } from '../open-database.js';
import type { Database } from '../storage/index.js';

/** The data of an installation, without its service. */
export interface Installation {
  readonly database: Database;
  readonly keyring: Keyring;
  readonly clock: Clock;
}

/** Does something with the database and the keyring that the environment names. Throws what is wrong with them. */
export async function onDatabase<T>(work: (installation: Installation) => Promise<T>): Promise<T> {
  const config = readConfig();
  const { database, close } = await openDatabase(config).catch(explain(config));
  try {
    const keyring = await openKeyring(config.keyring);
    return await work({ database, keyring, clock: { now: () => new Date() } });
  } finally {
    await close();
  }
}

/** The embedded database belongs to one process at a time. */
function explain({ databaseUrl }: Config) {
  return (error: unknown): never => {
    if (databaseUrl !== '' || !(error instanceof VouchError) || error.reason !== 'DATABASE_UNAVAILABLE')
      throw error;
    throw new VouchError('DATABASE_UNAVAILABLE', {
      message: `${error.message} Where that is \`vouch serve\`, stop it, do this, and start it again; or give both a PostgreSQL of your own (DATABASE_URL).`,
      cause: error,
    });
  };
}

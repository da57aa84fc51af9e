import { join, resolve } from 'node:path';
import type { Config } from './config.js';
import { Database, EmbeddedPostgres, migrate, type DatabaseOptions } from './storage/index.js';

/** After which a statement is given up, ms; later where the database may even take longer to begin. */
const STATEMENT_TIMEOUT_MS = 5000;

/** A database that was opened. */
export interface OpenedDatabase {
  readonly database: Database;
  /** The server that was started for it; null where the configuration names one. */
  readonly embedded: EmbeddedPostgres | null;
  readonly close: () => Promise<void>;
}

/** Starts the embedded server of a configuration. Rejects with DATABASE_UNAVAILABLE, for example while another process runs it. */
export async function startEmbedded({ dataDir }: Pick<Config, 'dataDir'>): Promise<EmbeddedPostgres> {
  return EmbeddedPostgres.start(join(resolve(dataDir), 'postgres'));
}

/** Connects to the configured database; to an embedded one, which it starts and migrates, where none is configured. */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'databasePool' | 'databaseWaitMs' | 'dataDir'>,
  observed: Pick<DatabaseOptions, 'onTransaction'> = {},
): Promise<OpenedDatabase> {
  const embedded = config.databaseUrl === '' ? await startEmbedded(config) : null;
  try {
    if (embedded) await migrate(embedded.url);
    const url = embedded?.url ?? config.databaseUrl;
    const { databasePool: poolSize, databaseWaitMs: waitMs } = config;
    const statementTimeoutMs = Math.max(STATEMENT_TIMEOUT_MS, waitMs);
    const database = await Database.connect({ url, poolSize, waitMs, statementTimeoutMs, ...observed });
    const close = async () => {
      await database.close();
      await embedded?.stop();
    };
    return { database, embedded, close };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

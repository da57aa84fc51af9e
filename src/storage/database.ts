import pg from 'pg';
import { VouchError } from '../errors.js';
import { databaseError, isConnectionError, isTimeout } from './database-errors.js';
import { checkMigrations, checkRoles } from './database-checks.js';
import { queuePool } from './queue-pool.js';
import { Transaction } from './transaction.js';

export interface DatabaseOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** Connections at most. Default 10. */
  readonly poolSize?: number;
  /** After which the server gives up a statement, ms. Default 5000. */
  readonly statementTimeoutMs?: number;
  /** How long a transaction waits for a connection, and then for the server to begin it, ms. Default 2000. */
  readonly waitMs?: number;
  /** Told of every transaction that ended: how long it took with its wait for a connection, ms, and what it failed for. */
  readonly onTransaction?: (tookMs: number, error: unknown) => void;
}

/** `vouch_service` works for one tenant, `vouch_system` sees a few columns of all (migration 0001). */
type ServiceRole = 'vouch_service' | 'vouch_system';

/**
 * In one statement of the simple protocol, since each one costs a turn to the server and back. Everything is local to the
 * transaction: what a pool or a pooler before the server hands out next knows nothing of it.
 */
function beginAs(role: ServiceRole, tenantId: string, statementTimeoutMs: number): string {
  // The protocol ends a text there.
  if (tenantId.includes('\0')) throw new VouchError('FIELD_INVALID');
  return `BEGIN; SELECT set_config('role', '${role}', true),
    set_config('vouch.tenant_id', ${pg.escapeLiteral(tenantId)}, true),
    set_config('statement_timeout', '${statementTimeoutMs}', true),
    set_config('idle_in_transaction_session_timeout', '${statementTimeoutMs}', true),
    set_config('search_path', 'vouch, pg_temp', true)`;
}

/**
 * The database as the service uses it: a pool of connections, and transactions that see one tenant each, whichever login
 * is in the URL.
 */
export class Database {
  readonly #pool: pg.Pool;
  readonly #url: string;
  readonly #statementTimeoutMs: number;
  readonly #waitMs: number;
  readonly #onTransaction: DatabaseOptions['onTransaction'];

  private constructor(pool: pg.Pool, options: DatabaseOptions, statementTimeoutMs: number, waitMs: number) {
    this.#pool = pool;
    this.#url = options.url;
    this.#statementTimeoutMs = statementTimeoutMs;
    this.#waitMs = waitMs;
    this.#onTransaction = options.onTransaction;
  }

  /**
   * Connects, and checks that the database is one that the service can work with.
   *
   * @throws VouchError DATABASE_UNAVAILABLE, DATABASE_NOT_MIGRATED, DATABASE_ROLE_UNSAFE
   */
  static async connect(options: DatabaseOptions): Promise<Database> {
    const statementTimeoutMs = options.statementTimeoutMs ?? 5000;
    const waitMs = options.waitMs ?? 2000;
    const pool = new pg.Pool({
      connectionString: options.url,
      max: options.poolSize ?? 10,
      connectionTimeoutMillis: waitMs,
      // For a network that swallows the answer; the server's own timeout comes first otherwise.
      query_timeout: statementTimeoutMs + 2000,
      keepAlive: true,
      application_name: 'vouch',
      types,
    });
    // A connection that breaks while nobody uses it leaves the pool; the next transaction opens another.
    pool.on('error', () => undefined);
    // One that breaks while it is in use makes the next query fail, and that is reported.
    pool.on('connect', (client) => client.on('error', () => undefined));
    const database = new Database(pool, options, statementTimeoutMs, waitMs);
    try {
      await checkRoles(pool);
      await database.system(checkMigrations);
      return database;
    } catch (error) {
      await database.close();
      throw databaseError(error);
    }
  }

  /**
   * Runs a function in one transaction of one tenant, as a role that row-level security binds. Committed when it returns,
   * rolled back when it throws. Nothing is repeated, since the function may have done more than SQL.
   *
   * @throws VouchError DATABASE_UNAVAILABLE (also when a commit was not confirmed), or what the function throws
   */
  async tenant<T>(tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    if (tenantId === '') throw new VouchError('TENANT_NOT_FOUND');
    return this.#transaction('vouch_service', tenantId, work);
  }

  /**
   * Runs a function in one transaction that reads, over all tenants, the few columns that the service's own work needs:
   * which tenants there are, which calls want attention. It sees nothing of people and writes nothing.
   *
   * @throws as `tenant`
   */
  async system<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    return this.#transaction('vouch_system', '', work);
  }

  /** Connections at most, those there are, those that are idle, and transactions that wait for one. */
  get connections(): {
    readonly limit: number;
    readonly open: number;
    readonly idle: number;
    readonly waiting: number;
  } {
    const { options, totalCount: open, idleCount: idle, waitingCount: waiting } = this.#pool;
    return { limit: options.max, open, idle, waiting };
  }

  /** A few connections for the job queue, to be closed by whoever asks; they see the queue and no tenant. */
  openQueuePool(): pg.Pool {
    return queuePool(this.#url);
  }

  /** Waits for transactions under way, then closes all connections. May be called twice. */
  async close(): Promise<void> {
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #transaction<T>(
    role: ServiceRole,
    tenantId: string,
    work: (tx: Transaction) => Promise<T>,
  ): Promise<T> {
    const beganMs = performance.now();
    let failure: unknown;
    try {
      return await this.#run(role, tenantId, work);
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      this.#onTransaction?.(performance.now() - beganMs, failure);
    }
  }

  async #run<T>(role: ServiceRole, tenantId: string, work: (tx: Transaction) => Promise<T>): Promise<T> {
    const client = await this.#begin(role, tenantId);
    const tx = new Transaction(client, tenantId);
    let broken: Error | boolean = false;
    try {
      const result = await work(tx);
      const { command } = await client.query('COMMIT');
      // The server answers a COMMIT of a failed transaction with ROLLBACK: the function swallowed an error.
      if (command !== 'COMMIT') throw new VouchError('INTERNAL', { message: 'The transaction had failed.' });
      return result;
    } catch (error) {
      broken = isConnectionError(error) || !(await rollback(client));
      throw databaseError(error);
    } finally {
      tx.close();
      client.release(broken);
    }
  }

  /** A connection with its transaction begun. Tried twice: nothing of the work has been sent yet. */
  async #begin(role: ServiceRole, tenantId: string): Promise<pg.PoolClient> {
    try {
      return await this.#tryBegin(role, tenantId);
    } catch (error) {
      if (!isConnectionError(error) || isTimeout(error)) throw databaseError(error);
    }
    try {
      return await this.#tryBegin(role, tenantId);
    } catch (error) {
      throw databaseError(error);
    }
  }

  async #tryBegin(role: ServiceRole, tenantId: string): Promise<pg.PoolClient> {
    const begin = beginAs(role, tenantId, this.#statementTimeoutMs);
    const client = await this.#pool.connect();
    try {
      await client.query(within(this.#waitMs, begin));
      return client;
    } catch (error) {
      client.release(true);
      throw error;
    }
  }
}

/** A statement that is to be answered soon. The driver's types do not know of a statement's own timeout. */
function within(ms: number, text: string) {
  return { text, query_timeout: ms };
}

/** Whether the connection is as good as new again. */
async function rollback(client: pg.PoolClient): Promise<boolean> {
  try {
    await client.query('ROLLBACK');
    return true;
  } catch {
    return false;
  }
}

// Counts and sizes are bigint in SQL and far below 2^53 here: numbers, not strings.
const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, (text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new VouchError('INTERNAL', { message: 'A number is too large.' });
  return value;
});

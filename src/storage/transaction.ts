import type pg from 'pg';
import { VouchError } from '../errors.js';
import { databaseError } from './database-errors.js';

/** What a statement may be given. Objects go to jsonb columns as JSON text: use `JSON.stringify`. */
export type SqlValue =
  string | number | boolean | Date | Uint8Array | null | readonly string[] | readonly number[];

/** A transaction under way, of one tenant; of no use once its function has returned. */
export class Transaction {
  #client: pg.PoolClient | null;

  constructor(
    client: pg.PoolClient,
    /** The tenant whose rows are seen; empty for the system's own transactions. */
    readonly tenantId: string,
  ) {
    this.#client = client;
  }

  /**
   * Runs one statement. `timestamptz` comes as Date, `bytea` as Buffer, `bigint` as number, `jsonb` parsed.
   *
   * @throws VouchError DATABASE_UNAVAILABLE when it may work later; CHANGED_MEANWHILE where a key is taken; INTERNAL with `sqlState` and `constraint` otherwise
   */
  async query<Row = Record<string, unknown>>(text: string, values: readonly SqlValue[] = []): Promise<Row[]> {
    // The connection may already serve another tenant.
    if (this.#client === null) throw new VouchError('INTERNAL', { message: 'The transaction has ended.' });
    try {
      const result = await this.#client.query<pg.QueryResultRow>(text, [...values]);
      return result.rows as Row[];
    } catch (error) {
      throw databaseError(error);
    }
  }

  /** Ends its use; called by the database. */
  close(): void {
    this.#client = null;
  }
}

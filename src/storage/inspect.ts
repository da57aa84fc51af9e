import pg from 'pg';
import { VouchError } from '../errors.js';
import { databaseError } from './database-errors.js';

/** What a database says of itself, whatever state it is in. */
export interface DatabaseFacts {
  /** For example `15.8`. */
  readonly version: string;
  /** Its clock, and how long the question was under way, ms: the time is of somewhere in between. */
  readonly clock: Date;
  readonly tookMs: number;
  /** Whether the login of the URL is bound by row-level security at all. */
  readonly login: { readonly isSuperuser: boolean; readonly bypassesRls: boolean };
  /** Whether what is asked of it crosses a network in clear. */
  readonly inClear: boolean;
  /** Connections that it takes, of all who use it. */
  readonly maximumConnections: number;
}

/** A database that takes longer to answer counts as gone, ms; later where it may even take longer to begin. */
const ANSWER_WITHIN_MS = 5000;

/**
 * Asks a database about itself, before it is used for anything. Throws VouchError DATABASE_UNAVAILABLE.
 *
 * @param waitMs how long it may take to begin a transaction
 */
export async function inspectDatabase(url: string, waitMs: number): Promise<DatabaseFacts> {
  const withinMs = Math.max(ANSWER_WITHIN_MS, waitMs);
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: withinMs,
    query_timeout: withinMs,
    application_name: 'vouch doctor',
  });
  client.on('error', () => undefined); // A connection that breaks makes the query fail; that is reported.
  try {
    await client.connect();
    const beganMs = performance.now();
    const {
      rows: [row],
    } = await client.query<{
      version: string;
      clock: Date;
      super: boolean;
      bypass: boolean;
      inClear: boolean;
      connections: number;
    }>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version, clock_timestamp() AS clock,
         rolsuper AS super, rolbypassrls AS bypass,
         current_setting('max_connections')::int AS connections,
         coalesce(inet_client_addr() <> inet_server_addr() AND NOT inet_client_addr() <<= '127.0.0.0/8'
           AND NOT (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS "inClear"
       FROM pg_roles WHERE rolname = session_user`,
    );
    const tookMs = performance.now() - beganMs;
    if (!row) throw new VouchError('INTERNAL', { message: 'The database does not know its own login.' });
    return {
      version: row.version,
      clock: row.clock,
      tookMs,
      login: { isSuperuser: row.super, bypassesRls: row.bypass },
      inClear: row.inClear,
      maximumConnections: row.connections,
    };
  } catch (error) {
    throw databaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

import pg from 'pg';
import { VouchError } from '../errors.js';

/** The server gave up what was asked, and is there: https://www.postgresql.org/docs/current/errcodes-appendix.html */
const GIVEN_UP_SQL_STATES = [
  '25P03', // idle_in_transaction_session_timeout
  '40001', // serialization_failure
  '40P01', // deadlock_detected
  '55P03', // lock_not_available
  '57014', // query_canceled: statement_timeout
];
/** Conditions that pass. */
const PASSING_SQL_STATES = new Set([
  ...GIVEN_UP_SQL_STATES,
  '25006', // read-only transaction: the server is a standby now
  '57P01', // admin_shutdown
  '57P02', // crash_shutdown
  '57P03', // cannot_connect_now
  '57P05', // idle_session_timeout
]);
/** 08: connection exception; 53: insufficient resources (disk full, too many connections). */
const PASSING_SQL_CLASSES = new Set(['08', '53']);

const FOREIGN_KEY_VIOLATION = '23503';
const UNIQUE_VIOLATION = '23505';

/** What the driver says in words only. */
const CONNECTION_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client has encountered a connection error|Client was closed|The server does not support SSL|Cannot use a pool after calling end)/;

/** Whether the connection itself is of no more use. */
export function isConnectionError(error: unknown): boolean {
  if (error instanceof pg.DatabaseError) return /^(57P|08|25P03)/.test(error.code ?? '');
  if (!(error instanceof Error)) return false;
  // System errors have a call and a code: ECONNREFUSED, ECONNRESET, EPIPE, ENOTFOUND, ...
  return 'syscall' in error || error instanceof AggregateError || CONNECTION_MESSAGES.test(error.message);
}

/** Whether a server that is there gave up what it was asked, for its being slow or in somebody's way: other work may go on. */
export function wasGivenUp(error: unknown): boolean {
  return error instanceof VouchError && GIVEN_UP_SQL_STATES.includes(error.metadata['sqlState'] ?? '');
}

/** Whether no connection, or no answer, came in time: waiting once more would only double the time. */
export function isTimeout(error: unknown): boolean {
  return (
    error instanceof Error &&
    /^(timeout (exceeded when trying to connect|expired)|Query read timeout)/.test(error.message)
  );
}

/** 22021: a NUL in a text; 22003, 22008: a number or a time beyond all bounds. The chain keeps no time before there were any. */
function isOutOfRange(code: string, constraint: string | undefined): boolean {
  return ['22021', '22003', '22008'].includes(code) || constraint === 'ledger_occurred_at_check';
}

/**
 * Turns what the driver threw into a domain error. Messages of the server quote values, which may be personal data: only
 * its stable codes are kept. Domain errors and errors of other making pass unchanged.
 */
export function databaseError(error: unknown): unknown {
  if (error instanceof VouchError) return error;
  if (error instanceof pg.DatabaseError) {
    const code = error.code ?? 'unknown';
    const metadata = {
      sqlState: code,
      ...(error.constraint === undefined ? {} : { constraint: error.constraint }),
    };
    if (PASSING_SQL_STATES.has(code) || PASSING_SQL_CLASSES.has(code.slice(0, 2))) {
      return new VouchError('DATABASE_UNAVAILABLE', { metadata, retryAfterMs: 1000 });
    }
    if (code.startsWith('28') || code === '3D000') {
      const message = `The database refused the login, or does not exist: SQLSTATE ${code}.`;
      return new VouchError('DATABASE_UNAVAILABLE', { metadata, message });
    }
    // The key by which every table names its tenant.
    if (code === FOREIGN_KEY_VIOLATION && error.constraint?.endsWith('_tenant_id_fkey') === true) {
      return new VouchError('TENANT_NOT_FOUND');
    }
    // Whoever asked sent what no column holds: a last line behind the checks at the border.
    if (isOutOfRange(code, error.constraint)) return new VouchError('FIELD_INVALID');
    // What may not be twice is looked for first: another transaction came in between.
    if (code === UNIQUE_VIOLATION) return new VouchError('CHANGED_MEANWHILE', { metadata });
    return new VouchError('INTERNAL', {
      metadata,
      message: `The database refused a statement: SQLSTATE ${code}.`,
    });
  }
  if (isConnectionError(error))
    return new VouchError('DATABASE_UNAVAILABLE', { retryAfterMs: 1000, cause: error });
  return error;
}

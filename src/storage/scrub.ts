import pg from 'pg';
import { databaseError } from './database-errors.js';

/** What a scrub did, and what it could not reach. */
export interface Scrubbed {
  /** Log segments that were overwritten or removed. */
  readonly segmentsCycled: number;
  /** Log segments from before that the server still keeps: for a replication slot, an archiver or `wal_keep_size`. */
  readonly segmentsKept: number;
  /** Whether finished segments are copied elsewhere, where nothing of this reaches. */
  readonly archived: boolean;
}

/**
 * Removes from the server's files what deleted rows left there. PostgreSQL marks rows as deleted and lets their bytes be;
 * an ordinary VACUUM frees the space without overwriting it, the inner pages of an index keep deleted keys as signposts,
 * and log segments are renamed for later use with what is in them. So the one table with ids in clear is written anew with
 * its indexes (nobody reads it meanwhile: about a second for a million speakers), and the log is gone through until every
 * segment is from after that.
 *
 * @param url of a superuser, or the owner who is also in pg_checkpoint and may execute pg_switch_wal,
 *   pg_logical_emit_message and pg_ls_waldir
 * @throws VouchError DATABASE_UNAVAILABLE
 */
export async function scrub(url: string): Promise<Scrubbed> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on('error', () => undefined); // A connection that breaks makes the query under way fail; that is reported.
  try {
    await client.connect();
    await client.query('VACUUM (FULL) vouch.speakers');
    // The files of the old table go with the checkpoint, and segments that are finished by then become those to come.
    await nextSegment(client);
    await client.query('CHECKPOINT');
    // The times of files are told to the second: what was written before is earlier by one at least.
    const { rows } = await client.query<{ begun: string }>(
      `SELECT date_trunc('second', clock_timestamp())::text AS begun FROM pg_sleep(1)`,
    );
    const begun = rows[0]?.begun ?? '';
    const before = await segmentsFrom(client, begun);
    for (let cycled = 0; cycled <= before.all; cycled++) await nextSegment(client);
    await client.query('CHECKPOINT');
    const { earlier, archived } = await segmentsFrom(client, begun);
    return { segmentsCycled: before.earlier - earlier, segmentsKept: earlier, archived };
  } catch (error) {
    throw databaseError(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Fills the rest of the current segment with zeros and goes on to the next. */
async function nextSegment(client: pg.Client): Promise<void> {
  // A segment without any record is not left.
  await client.query(`SELECT pg_logical_emit_message(false, 'vouch', '')`);
  await client.query('SELECT pg_switch_wal()');
}

/** Counts log segments, and those that were last written before a time. */
async function segmentsFrom(client: pg.Client, begun: string) {
  const { rows } = await client.query<{ all: number; earlier: number; archived: boolean }>(
    `SELECT count(*)::int AS all,
       (count(*) FILTER (WHERE modification < $1::timestamptz))::int AS earlier,
       current_setting('archive_mode') <> 'off' AS archived
     FROM pg_ls_waldir() WHERE name ~ '^[0-9A-F]{24}$'`,
    [begun],
  );
  return rows[0] ?? { all: 0, earlier: 0, archived: false };
}

import type { Transaction } from './transaction.js';

/** A process as its beats tell of it. */
export interface ReplicaRow {
  readonly replicaId: string;
  readonly startedAt: Date;
  readonly seenAt: Date;
  readonly draining: boolean;
  readonly release: string;
  /** Since its last beat, ms, by the clock of the database. */
  readonly silentMs: number;
}

/** Processes that gave a beat within some time, ms, the oldest first; in a transaction of the system. */
export async function listReplicas(tx: Transaction, withinMs: number): Promise<readonly ReplicaRow[]> {
  return tx.query(
    `SELECT replica_id AS "replicaId", started_at AS "startedAt", seen_at AS "seenAt", draining, release,
       (extract(epoch FROM now() - seen_at) * 1000)::float8 AS "silentMs"
     FROM replicas WHERE seen_at > now() - $1 * interval '1 ms' ORDER BY started_at, replica_id LIMIT 1000`,
    [withinMs],
  );
}

export interface DatabaseRow {
  readonly serverVersion: string;
  readonly newestMigration: string;
  readonly migrations: number;
}

/** The server and what was migrated; in a transaction of the system. */
export async function databaseState(tx: Transaction): Promise<DatabaseRow> {
  const [row] = await tx.query<DatabaseRow>(
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS "serverVersion", max(name) AS "newestMigration",
       count(*) AS migrations FROM migrations`,
  );
  return row ?? { serverVersion: '', newestMigration: '', migrations: 0 };
}

/** The tenant's background work. */
export interface QueueRow {
  readonly waiting: number;
  readonly running: number;
  readonly failing: number;
  /** Null where nothing is late. */
  readonly oldestWaitsSince: Date | null;
}

/** What of a tenant waits in the queue, in a transaction of that tenant: its role owns the queue. */
export async function queueState(tx: Transaction): Promise<QueueRow> {
  const [row] = await tx.query<QueueRow>(
    `SELECT count(*) FILTER (WHERE locked_at IS NULL) AS waiting,
       count(*) FILTER (WHERE locked_at IS NOT NULL) AS running,
       count(*) FILTER (WHERE locked_at IS NULL AND attempts > 0) AS failing,
       min(run_at) FILTER (WHERE locked_at IS NULL AND run_at < now()) AS "oldestWaitsSince"
     FROM graphile_worker._private_jobs WHERE payload ->> 'tenantId' = $1`,
    [tx.tenantId],
  );
  return row ?? { waiting: 0, running: 0, failing: 0, oldestWaitsSince: null };
}

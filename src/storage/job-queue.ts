import { EventEmitter } from 'node:events';
import { Logger, run, runMigrations, type Runner, type TaskList, type WorkerEvents } from 'graphile-worker';
import type pg from 'pg';
import type { SqlValue, Transaction } from './transaction.js';

/** A piece of background work. */
export interface QueuedTask {
  /** The name of the task that does it. */
  readonly task: string;
  /** Opaque ids only. */
  readonly payload: Readonly<Record<string, string | number>>;
  /**
   * At most one with this key waits. A task that queues itself again takes another key each time: under its own it would
   * be the one that is done with when the task ends, where its work was taken from it meanwhile.
   */
  readonly key: string;
  /** Not before this long from now, ms. */
  readonly delayMs?: number;
}

/** As often as a task fails, it is tried again: whatever ends it for good is for the task to say. */
const MOST_ATTEMPTS = 32_767;

/** How often a worker asks for work that no notification told it of, ms. */
const POLL_EVERY_MS = 2000;

/** Queues work in the transaction given: it is there once that is committed, and never if it is not. */
export async function queueTask(
  tx: Transaction,
  { task, payload, key, delayMs = 0 }: QueuedTask,
): Promise<void> {
  const values: SqlValue[] = [task, JSON.stringify(payload), key, MOST_ATTEMPTS, delayMs];
  await tx.query(
    `SELECT FROM graphile_worker.add_job($1, payload := $2::json, job_key := $3::text, max_attempts := $4::int,
       run_at := now() + $5::float8 * interval '1 ms')`,
    values,
  );
}

/** Brings the tables of the queue to the version of this software. The pool's role must own their schema. */
export async function migrateQueue(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool, logger: silentLogger() });
}

/** Which workers hold work at the moment. */
export async function holders(pool: pg.Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    'SELECT DISTINCT locked_by AS id FROM graphile_worker.jobs WHERE locked_by IS NOT NULL',
  );
  return rows.map(({ id }) => id);
}

/** Takes the work of workers that are gone from them; others may take it at once. */
export async function release(pool: pg.Pool, workerIds: readonly string[]): Promise<void> {
  if (workerIds.length > 0) await pool.query('SELECT graphile_worker.force_unlock_workers($1)', [workerIds]);
}

/** Does one task at a time, until it is stopped. Its promise ends with it, also when too much failed. */
export async function work(
  pool: pg.Pool,
  workerId: string,
  tasks: TaskList,
  onFailure: (error: unknown) => void,
): Promise<Runner> {
  const events = new EventEmitter() as WorkerEvents;
  // Its work is marked with this id from the first task on, so that others can tell whether the process is still there.
  events.on('pool:create', ({ workerPool }) => {
    workerPool.id = workerId;
  });
  return run({
    pgPool: pool,
    events,
    taskList: tasks,
    concurrency: 1,
    pollInterval: POLL_EVERY_MS,
    noHandleSignals: true,
    noPreparedStatements: true,
    parsedCronItems: [],
    // Without a delay, even one of nothing, graphile-worker 0.17 waits for nobody when it says that a task is done: a
    // database that is gone at that moment would end the process by an unhandled rejection.
    preset: { worker: { completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
    logger: failureLogger(onFailure),
  });
}

function silentLogger(): Logger {
  return new Logger(() => () => undefined);
}

function failureLogger(onFailure: (error: unknown) => void): Logger {
  return new Logger(() => (level, message, meta) => {
    if ((level as string) === 'error') onFailure(meta?.['error'] ?? new Error(message));
  });
}

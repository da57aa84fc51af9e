import { setTimeout as sleep } from 'node:timers/promises';
import type { Runner, TaskList } from 'graphile-worker';
import type pg from 'pg';
import { silentReplicas } from './abandoned-calls.js';
import type { Database } from './database.js';
import { holders, release, work } from './job-queue.js';

/** Does a piece of background work; told by the signal when the process stops. What it throws is tried again later. */
export type Task = (payload: unknown, signal: AbortSignal) => Promise<void>;

export interface JobRunnerOptions {
  readonly database: Database;
  /** Of this process; it must give its beats. */
  readonly replicaId: string;
  /** By name; work of other names is left to other processes. */
  readonly tasks: Readonly<Record<string, Task>>;
  /** Told of everything that failed; the work is tried again. */
  readonly onFailure: (error: unknown) => void;
  /** A process that gave no beat for this long has lost its work to the others, ms. Default 15000: seven beats. */
  readonly silentMs?: number;
  /** How often work is looked for that such a process has, ms. Default 5000. */
  readonly lookEveryMs?: number;
}

/** How long a queue that failed is left alone, ms. */
const RESTART_MS = 2000;

/**
 * Background work of this process: one task at a time. Every process that runs one takes work; that of a process which
 * died is taken over once it was silent for a while. One that was silent and lives on does it a second time: tasks must
 * bear that.
 */
export class JobRunner {
  readonly #options: JobRunnerOptions;
  readonly #pool: pg.Pool;
  readonly #stopping = new AbortController();
  #runner: Runner | undefined;
  #working: Promise<void> = Promise.resolve();
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: JobRunnerOptions, pool: pg.Pool) {
    this.#options = options;
    this.#pool = pool;
  }

  static start(options: JobRunnerOptions): JobRunner {
    const runner = new JobRunner(options, options.database.openQueuePool());
    runner.#working = runner.#repeat(RESTART_MS, () => runner.#work());
    runner.#looking = runner.#repeat(options.lookEveryMs ?? 5000, () => runner.#look());
    return runner;
  }

  /** Tells the task under way to end, waits for it, and takes no more. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    // One that has ended by itself says that it was stopped already.
    await this.#runner?.stop().catch(() => undefined);
    await Promise.all([this.#working, this.#looking]);
    if (!this.#pool.ending) await this.#pool.end();
  }

  async #work(): Promise<void> {
    const { replicaId, tasks, onFailure } = this.#options;
    // What a queue that failed has left.
    await release(this.#pool, [replicaId]);
    const { signal } = this.#stopping;
    const list: TaskList = {};
    for (const [name, task] of Object.entries(tasks))
      list[name] = (payload: unknown) => task(payload, signal);
    this.#runner = await work(this.#pool, replicaId, list, onFailure);
    if (signal.aborted) await this.#runner.stop();
    await this.#runner.promise;
  }

  async #look(): Promise<void> {
    const { database, silentMs = 15_000 } = this.#options;
    const found = await holders(this.#pool);
    const silent = await database.system((tx) => silentReplicas(tx, found, silentMs));
    await release(this.#pool, silent);
  }

  async #repeat(pauseMs: number, round: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    const stopped = () => signal.aborted;
    while (!stopped()) {
      try {
        await round();
      } catch (error) {
        if (!stopped()) this.#options.onFailure(error);
      }
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

import { Counter, Histogram, type Registry } from 'prom-client';
import { VouchError } from '../../errors.js';

/** Work that nobody waits for. */
const BACKGROUND_WORK = ['calls', 'commands', 'control', 'denials', 'jobs', 'keys', 'retention'] as const;

export type BackgroundWork = (typeof BACKGROUND_WORK)[number];

/** The database, and what the process does by itself. */
export class BackgroundMetrics {
  readonly #transactions: Histogram;
  readonly #databaseErrors: Counter<'reason'>;
  readonly #failures: Counter<'work'>;
  readonly #jobs: Counter<'outcome'>;
  readonly #spans: Counter<'outcome'>;

  constructor(registry: Registry) {
    const registers = [registry];
    this.#transactions = new Histogram({
      name: 'vouch_database_transaction_seconds',
      help: 'How long transactions took, with their wait for a connection.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.#databaseErrors = new Counter({
      name: 'vouch_database_errors_total',
      help: 'Transactions that failed for the database: it was not there, gave up, or refused a statement.',
      labelNames: ['reason'],
      registers,
    });
    for (const reason of ['DATABASE_UNAVAILABLE', 'INTERNAL']) this.#databaseErrors.inc({ reason }, 0);
    this.#failures = new Counter({
      name: 'vouch_background_failures_total',
      help: 'Work of the process itself that failed and is tried again.',
      labelNames: ['work'],
      registers,
    });
    for (const work of BACKGROUND_WORK) this.#failures.inc({ work }, 0);
    this.#jobs = new Counter({
      name: 'vouch_job_turns_total',
      help: 'Turns of background jobs that this process worked on.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['done', 'failed']) this.#jobs.inc({ outcome }, 0);
    this.#spans = new Counter({
      name: 'vouch_spans_total',
      help: 'Spans of traces that the collector took, or that were lost since it did not.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of ['sent', 'lost']) this.#spans.inc({ outcome }, 0);
  }

  transaction(tookMs: number, error: unknown): void {
    this.#transactions.observe(tookMs / 1000);
    if (error === undefined) return;
    // What the work itself threw, say for a call that is not there, is no error of the database.
    if (!(error instanceof VouchError)) this.#databaseErrors.inc({ reason: 'INTERNAL' });
    else if (error.reason === 'DATABASE_UNAVAILABLE' || error.reason === 'INTERNAL')
      this.#databaseErrors.inc({ reason: error.reason });
  }

  spans(count: number, outcome: 'sent' | 'lost'): void {
    this.#spans.inc({ outcome }, count);
  }

  failed(work: BackgroundWork): void {
    this.#failures.inc({ work });
  }

  /** The same task, whose turns are counted. */
  counted<Args extends unknown[]>(task: (...args: Args) => Promise<void>): (...args: Args) => Promise<void> {
    return async (...args) => {
      let outcome = 'failed';
      try {
        await task(...args);
        outcome = 'done';
      } finally {
        this.#jobs.inc({ outcome });
      }
    };
  }
}

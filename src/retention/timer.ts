import type { Clock } from '../domain/clock.js';
import { listTenants, takeRetentionTurn } from '../storage/index.js';
import type { RetentionParts } from './parts.js';
import { runRetention } from './run.js';

export interface RetentionTimerParts extends RetentionParts {
  readonly clock: Clock;
  /** Told of a tenant whose run failed; the next round tries again after a day. */
  readonly onFailure: (error: unknown) => void;
}

/** How often a process looks whether a tenant's day is over, ms. */
const EVERY_MS = 15 * 60_000;

/** A tenant's retention runs once a day, whichever process does it, ms. */
const DAY_MS = 86_400_000;

/** Runs every tenant's retention once a day. */
export class RetentionTimer {
  readonly #parts: RetentionTimerParts;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: RetentionTimerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#schedule();
  }

  /** No more items; resolves when the one under way is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.round().finally(() => {
        this.#schedule();
      });
    }, EVERY_MS);
    this.#timer.unref();
  }

  /** Runs for each tenant whose day is over, one after the other. */
  async round(): Promise<void> {
    const { database, onFailure } = this.#parts;
    try {
      for (const tenantId of await database.system(listTenants)) {
        if (this.#stopped) return;
        await this.#run(tenantId).catch(onFailure);
      }
    } catch (error) {
      onFailure(error);
    }
  }

  async #run(tenantId: string): Promise<void> {
    const { database, clock } = this.#parts;
    const now = clock.now();
    if (!(await database.tenant(tenantId, (tx) => takeRetentionTurn(tx, now, DAY_MS)))) return;
    const acting = { actorId: 'retention', role: 'SERVICE' } as const;
    const items = runRetention(this.#parts, tenantId, { acting, now, dryRun: false });
    while (!this.#stopped && (await items.next()).done !== true);
    // A run that is left ends here, and that is recorded.
    await items.return(undefined);
  }
}

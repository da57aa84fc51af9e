import type { Clock } from '../domain/clock.js';
import type { Replica } from './replica.js';

export interface JanitorParts {
  readonly replica: Replica;
  readonly clock: Clock;
  /** Deletes what is past its limit. */
  readonly purge: () => Promise<void>;
  /** How long a call whose stream broke may be taken up again, ms. */
  readonly resumeWindowMs: number;
  /** Told of a round that failed; the next one tries again. */
  readonly onFailure: (error: unknown) => void;
}

/** How often this process says that it is there, and looks for calls that nobody has any more, ms. */
const EVERY_MS = 2000;

/** Calls of a process that was silent for this long are nobody's: it is gone, or cut off from the database, ms. */
const SILENT_REPLICA_MS = 60_000;

/** A call that was paused before it began, and never began, is forgotten after a day, ms. */
const EXPECTED_MS = 86_400_000;

/** Ends calls that nobody came back to, of any process, and deletes speech that waited too long for more. */
export class Janitor {
  readonly #parts: JanitorParts;
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: JanitorParts) {
    this.#parts = parts;
  }

  /** Says that this process is there; rounds follow. */
  async start(): Promise<void> {
    await this.#parts.replica.beat();
    this.#schedule();
  }

  /** Says that this process takes no more calls; rounds go on. */
  async drain(): Promise<void> {
    await this.#parts.replica.drain().catch(this.#parts.onFailure);
  }

  /** No more rounds; says that this process is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#round;
    await this.#parts.replica.leave().catch(this.#parts.onFailure);
  }

  #schedule(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#round = this.#run().finally(() => {
        this.#schedule();
      });
    }, EVERY_MS);
  }

  async #run(): Promise<void> {
    const { replica, clock, purge, resumeWindowMs, onFailure } = this.#parts;
    try {
      await replica.beat();
      const after = {
        silentReplicaMs: Math.max(SILENT_REPLICA_MS, resumeWindowMs),
        interruptedMs: resumeWindowMs,
        expectedMs: EXPECTED_MS,
      };
      await replica.endAbandoned(after, clock.now());
      await replica.purge();
      await purge();
    } catch (error) {
      onFailure(error);
    }
  }
}

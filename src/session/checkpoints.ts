import type { KeptEvidence } from './kept-evidence.js';

/** Stores what a call has heard, or with null that nothing is to be kept of it. */
export type StoreCheckpoint = (evidence: KeptEvidence | null) => Promise<void>;

/**
 * Keeps what an undecided call has heard in the database, one write after the other and the latest only. Without the
 * database nothing waits: the next window brings all of it again.
 */
export class Checkpoints {
  readonly #store: StoreCheckpoint;
  /** What is to be written next. */
  #next: [KeptEvidence | null] | undefined;
  #writing = false;
  /** Whether anything may be stored. */
  #stored: boolean;

  /** @param stored whether an earlier stream may have left something */
  constructor(store: StoreCheckpoint, stored: boolean) {
    this.#store = store;
    this.#stored = stored;
  }

  put(evidence: KeptEvidence | null): void {
    if (evidence === null && !this.#stored) return;
    this.#next = [evidence];
    this.#stored = evidence !== null;
    if (!this.#writing) void this.#write();
  }

  async #write(): Promise<void> {
    this.#writing = true;
    for (let next = this.#take(); next; next = this.#take()) {
      // Without the database, or taken over by another stream: there is nothing to be done about either.
      await this.#store(next[0]).catch(() => undefined);
    }
    this.#writing = false;
  }

  #take(): [KeptEvidence | null] | undefined {
    const next = this.#next;
    this.#next = undefined;
    return next;
  }
}

import { setTimeout as sleep } from 'node:timers/promises';

/** How much faster than it was spoken audio may come in the long run, and how much may come at once, ms. */
const MOST_SPEED = 20;
const AT_ONCE_MS = 60_000;
/** How much further than real time audio of a telephone call may have come: jitter, and what was said while it was set up. */
const AHEAD_MS = 5000;
/** How long one message is held back at most, ms: the connection lives, and flow control holds back the rest. */
const MOST_WAIT_MS = 1000;

/** Slows a client that sends much faster than anybody speaks: also where its audio is dropped, which costs nothing else. */
export class Pace {
  readonly #startedMs = performance.now();
  #isAhead = false;

  /** Whether more has come than can have been spoken. */
  get isAhead(): boolean {
    return this.#isAhead;
  }

  /** Takes how much has come; returns whether it changes `isAhead`. */
  count(sentMs: number): boolean {
    const before = this.#isAhead;
    this.#isAhead = sentMs > performance.now() - this.#startedMs + AHEAD_MS;
    return this.#isAhead !== before;
  }

  /** @returns what to wait for before more audio is taken, `sentMs` of it having come; undefined for nothing */
  wait(sentMs: number): Promise<void> | undefined {
    const aheadMs = sentMs - AT_ONCE_MS - MOST_SPEED * (performance.now() - this.#startedMs);
    return aheadMs > 0 ? sleep(Math.min(aheadMs / MOST_SPEED, MOST_WAIT_MS)) : undefined;
  }
}

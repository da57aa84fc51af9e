import type { Clock } from '../domain/clock.js';
import type { ReasonCode } from '../domain/decision.js';

/** Consent that was read holds for a while; when it was not read again by then, nothing may be heard or compared. */
export class ConsentLease {
  readonly #clock: Clock;
  readonly #lastsMs: number;
  #untilMs: number;
  #lost = false;

  /** @param lastsMs - how long consent that was read holds; the first time that is now */
  constructor(clock: Clock, lastsMs: number) {
    this.#clock = clock;
    this.#lastsMs = lastsMs;
    this.#untilMs = clock.now().getTime() + lastsMs;
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** Why nothing may be compared now; null where nothing stands against it. */
  get withheld(): ReasonCode | null {
    return this.#lost ? 'CONSENT_LEASE_EXPIRED' : null;
  }

  /** Consent was read at this moment. Returns whether the lease was lost before. */
  renew(readAtMs: number): boolean {
    this.#untilMs = readAtMs + this.#lastsMs;
    const wasLost = this.#lost;
    this.#lost = false;
    return wasLost;
  }

  /** Returns whether the lease has just been lost. */
  runsOut(): boolean {
    if (this.#lost || this.#clock.now().getTime() <= this.#untilMs) return false;
    this.#lost = true;
    return true;
  }
}

import type { Clock } from '../domain/clock.js';
import type { ReasonCode } from '../domain/decision.js';
import type { Assessment } from './assessment.js';
import { ConsentLease } from './consent-lease.js';

/** On what a session may hear its caller: somebody's consent, read lately, and no pause. */
export class SessionGround {
  readonly #assessment: Pick<Assessment, 'hasGround'>;
  readonly #lease: ConsentLease;
  #paused: boolean;

  /** @param consentLeaseMs how long consent that was read holds, ms */
  constructor(
    assessment: Pick<Assessment, 'hasGround'>,
    clock: Clock,
    { consentLeaseMs, paused }: { readonly consentLeaseMs: number; readonly paused: boolean },
  ) {
    this.#assessment = assessment;
    this.#lease = new ConsentLease(clock, consentLeaseMs);
    this.#paused = paused;
  }

  get paused(): boolean {
    return this.#paused;
  }

  /** Whether the caller's speech may be heard and compared now. */
  get mayCompare(): boolean {
    return !this.#paused && !this.#lease.lost && this.#assessment.hasGround;
  }

  /** Why nothing may be compared now, though there is consent; null where nothing stands against it. */
  get withheld(): ReasonCode | null {
    return this.#lease.withheld;
  }

  /** Returns whether that is a change. */
  setPaused(paused: boolean): boolean {
    const changes = paused !== this.#paused;
    this.#paused = paused;
    return changes;
  }

  /** The consent of all claims was read from the database at this moment. Returns whether it had run out before. */
  renew(readAtMs: number): boolean {
    return this.#lease.renew(readAtMs);
  }

  /** Returns whether consent that was read has just run out. */
  runsOut(): boolean {
    return this.#lease.runsOut();
  }
}

import { COUNTERMEASURE, type Urgency } from '../embedding/index.js';
import type { Load } from './load.js';
import { Pace } from './pace.js';

/** Of each cycle so much is listened to: two windows, by which a change of speaker is noticed; of the audio clock, ms. */
const MONITORING_CYCLE_MS = 30_000;
const MONITORED_MS = 10_000;

/** What one call may take of the process: how fast it may send, how urgent it is, and what is left out where it can be. */
export class Capacity {
  readonly #load: Pick<Load, 'isBusy'>;
  readonly #pace = new Pace();
  /** Whether audio waits for room that nobody waits for. */
  #isBehind = false;

  constructor(load: Pick<Load, 'isBusy'>) {
    this.#load = load;
  }

  /** Whether audio at this time of its clock is dropped: of a call that is decided, where the process is busy, most of it. */
  spares(nowMs: number, settled: boolean): boolean {
    if (this.#isBehind) return true;
    return nowMs % MONITORING_CYCLE_MS >= MONITORED_MS && this.#maySpare(settled);
  }

  /** What is computed of what is wanted: no countermeasure while the process is busy, since it decides nothing by itself. */
  affords(wanted: readonly string[]): readonly string[] {
    return this.#load.isBusy ? wanted.filter((id) => id !== COUNTERMEASURE) : wanted;
  }

  /** Who sends more than is spoken plays a recording: nobody waits for it on the telephone. */
  urgency(settled: boolean): Urgency {
    if (this.#pace.isAhead) return 'BACKGROUND';
    return settled ? 'LIVE' : 'URGENT';
  }

  /** Takes how much audio has come, ms; returns whether that changes how urgent the call is. */
  count(sentMs: number): boolean {
    return this.#pace.count(sentMs);
  }

  /**
   * What to wait for before more audio is taken; undefined for nothing. A call that may be spared does not wait for room: what
   * comes until there is some is dropped.
   */
  wait(sentMs: number, room: Promise<void> | undefined, settled: boolean): Promise<void> | undefined {
    let held = room;
    if (room && this.#maySpare(settled)) {
      this.#isBehind = true;
      const caughtUp = () => {
        this.#isBehind = false;
      };
      void room.then(caughtUp, caughtUp);
      held = undefined;
    }
    const slowed = this.#pace.wait(sentMs);
    return held && slowed ? Promise.all([held, slowed]).then(() => undefined) : (held ?? slowed);
  }

  #maySpare(settled: boolean): boolean {
    return settled && this.#load.isBusy;
  }
}

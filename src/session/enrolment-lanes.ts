import { laneSchema, type BegunJobRow, type JobRows, type Lane } from '../enrolment/index.js';
import type { EnrolmentRows } from './enrolment-rows.js';

export interface EnrolmentLanesParts {
  readonly rows: JobRows;
  readonly worker: Pick<EnrolmentRows, 'work'>;
  /** Recordings worked on at once. */
  readonly atOnce: number;
  /** Told of what lies in the moment; the row is tried again. */
  readonly onFailure: (error: unknown) => void;
}

/** How long a process stays with a lane before the lanes of other jobs have their turn, ms. */
const TURN_MS = 20_000;

/** How long a lane rests after a failure that may pass, ms. */
const REST_MS = 10_000;

/** Works on lanes of batch jobs, a turn at a time. */
export class EnrolmentLanes {
  readonly #parts: EnrolmentLanesParts;

  constructor(parts: EnrolmentLanesParts) {
    this.#parts = parts;
  }

  /**
   * Works on the rows of a lane for a turn, then lets the lane wait for its next one, unless all its rows have results.
   * When the process stops, the rows under way are given back.
   *
   * @param payload of the queue, see {@link laneSchema}
   */
  async turn(payload: unknown, signal: AbortSignal): Promise<void> {
    const lane = laneSchema.parse(payload);
    const turn = new Turn(this.#parts, lane, signal);
    await Promise.all(Array.from({ length: this.#parts.atOnce }, () => turn.work()));
    if (!turn.exhausted) await this.#parts.rows.goOn(lane, turn.failed ? REST_MS : 0);
  }
}

/** One turn of a lane: several may work in it at once. */
class Turn {
  failed = false;
  #after = 0;
  #allBegun = false;
  #next: Promise<BegunJobRow | null> = Promise.resolve(null);
  readonly #untilMs = performance.now() + TURN_MS;

  constructor(
    private readonly parts: EnrolmentLanesParts,
    private readonly lane: Lane,
    private readonly signal: AbortSignal,
  ) {}

  /** Whether there is nothing left to do in the lane. */
  get exhausted(): boolean {
    return this.#allBegun && !this.failed && !this.signal.aborted;
  }

  async work(): Promise<void> {
    while (!this.failed && !this.signal.aborted && performance.now() < this.#untilMs) {
      const begun = await this.#begin();
      if (begun === null) break;
      await this.#workOn(begun);
    }
  }

  /** The next row; one begins after the other, so that two never begin the same. */
  async #begin(): Promise<BegunJobRow | null> {
    const { rows } = this.parts;
    this.#next = this.#next.then(async () => {
      if (this.#allBegun) return null;
      const begun = await rows.begin(this.lane, this.#after);
      if (begun === null) this.#allBegun = true;
      else this.#after = begun.row;
      return begun;
    });
    return this.#next;
  }

  async #workOn(begun: BegunJobRow): Promise<void> {
    const { rows, worker, onFailure } = this.parts;
    try {
      await worker.work(begun, this.signal);
    } catch (error) {
      if (this.signal.aborted) {
        await rows.giveBack(begun);
        return;
      }
      this.failed = true;
      onFailure(error);
    }
  }
}

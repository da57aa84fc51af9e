import type { Decision } from '../domain/decision.js';
import type { Overridden } from '../domain/event.js';
import { VouchError } from '../errors.js';
import type { Assessment } from './assessment.js';
import type { SessionGround } from './session-ground.js';
import type { SessionTeller } from './session-teller.js';

/** Evaluations that one stream may ask for. */
const MOST_EVALUATIONS = 100;

/** What is told of a call beside its own decisions: evaluations that somebody asked for, and what people did otherwise. */
export class BesideDecisions {
  #evaluations = 0;
  readonly #overrides = new Set<string>();

  constructor(
    private readonly assessment: Assessment,
    private readonly ground: SessionGround,
    private readonly teller: SessionTeller,
  ) {}

  /**
   * The decision as of now, or over the speech since a media time; told, and beside the call's own.
   *
   * @throws TOO_MANY_EVALUATIONS
   */
  evaluate(sinceMs: number | null): Decision {
    if (this.#evaluations >= MOST_EVALUATIONS) throw new VouchError('TOO_MANY_EVALUATIONS');
    this.#evaluations++;
    const decision = this.assessment.evaluate(sinceMs, this.ground.withheld);
    this.teller.tell({ type: 'evaluation', decision });
    return decision;
  }

  /** Tells that somebody did otherwise than a decision suggested. False where that was told before. */
  overridden({ overrideId, decisionId, action, reason }: Overridden): boolean {
    if (this.#overrides.has(overrideId)) return false;
    this.#overrides.add(overrideId);
    this.teller.tell({ type: 'overridden', overrideId, decisionId, action, reason });
    return true;
  }
}

import type { Decision } from '../../src/gen/vouch/v1/decision.js';
import type { CallEvent } from '../../src/gen/vouch/v1/verification.js';
import { reduce, START, type BadgeState, type Input } from '../../web/badge/state.js';
import type { Json } from '../../web/shared/json.js';

/** When made-up calls take place, ms. */
export const T = Date.parse('2026-01-01T00:00:00Z');
export const HOLDS_MS = 600_000;

export const KINDS = [
  'ACCEPT',
  'REJECT',
  'INCONCLUSIVE',
  'NOT_ENOUGH_SPEECH',
  'SPEAKER_ID_NOT_PROVIDED',
  'SPEAKER_NOT_ENROLLED',
  'SPEAKER_EXPIRED',
  'SPEAKER_OPTED_OUT',
  'CONSENT_MISSING',
] as const;
export type Kind = (typeof KINDS)[number];

export type Body = Omit<Json<CallEvent>, 'sequence' | 'callId' | 'emittedAt' | 'mediaTimeMs' | 'replayed'>;

export interface DecisionOptions {
  readonly final?: boolean;
  readonly shadow?: boolean;
  readonly holdsMs?: number;
  readonly speakerId?: string;
  readonly consented?: boolean;
  readonly reasons?: NonNullable<Json<Decision>['reasons']>;
  /** Of NextAction and Identification, without the names of the enums. */
  readonly next?: string;
  readonly who?: string;
}

/** A decision as an administrator is sent it: with everything that an agent must not be shown. */
export function decision(kind: Kind, id: string, options: DecisionOptions = {}) {
  const { final = true, shadow = false, holdsMs = HOLDS_MS, reasons = [], speakerId = 'alice' } = options;
  return {
    decisionId: id,
    kind: `DECISION_KIND_${kind}` as const,
    finality: final ? ('FINALITY_FINAL' as const) : ('FINALITY_PROVISIONAL' as const),
    holdsUntil: new Date(T + holdsMs).toISOString(),
    claims: [
      {
        claimNumber: 1,
        speakerId,
        kind: `DECISION_KIND_${kind}` as const,
        consentEventId: options.consented ? 'consent' : '',
        score: 0.625,
      },
    ],
    confidence: 98.75,
    llr: 4.375,
    shadow,
    reasons: [...reasons],
    nextAction: `NEXT_ACTION_${options.next ?? 'UNSPECIFIED'}` as 'NEXT_ACTION_WAIT',
    identification: `IDENTIFICATION_${options.who ?? 'UNSPECIFIED'}` as 'IDENTIFICATION_UNKNOWN',
  };
}

/** One watch of one call: what is told of it, in order. */
export class Teller {
  #sequence = 0;

  constructor(
    readonly callId: string,
    readonly watch: number,
  ) {}

  opened(lastSequence = 0, shadow = false, at = T): Input {
    return { type: 'opened', watch: this.watch, at, lastSequence, shadow };
  }

  event(body: Body, at = T, replayed = false): Input {
    const sequence = body.progress ? 0 : ++this.#sequence;
    const emittedAt = new Date(T).toISOString();
    const event = { sequence, callId: this.callId, emittedAt, mediaTimeMs: 1000, replayed, ...body };
    return { type: 'event', watch: this.watch, at, event };
  }
}

export function after(inputs: readonly Input[], state: BadgeState = START): BadgeState {
  return inputs.reduce(reduce, state);
}

/** The page shows call `a`. */
export const open: Input = { type: 'watch', callId: 'a', at: T };
export const started: Body = { started: { minimumNetSpeechMs: 2900 } };

import type { Decision } from '../../gen/vouch/v1/decision.js';
import type { CallEvent } from '../../gen/vouch/v1/verification.js';
import { kindOf } from '../describe.js';

/** What came of a call. */
export interface Observation {
  /** The decision's word; the reason of docs/errors.md where there was an error; or what should have happened and did not. */
  readonly decision: string;
  /** 0 to 100; null where nothing was compared. */
  readonly confidence: number | null;
  readonly netSpeechMs: number;
  /** How much of the call's audio the decision needed, ms; null where it needed none. */
  readonly decidedAfterMs: number | null;
}

export type Judge = (events: readonly CallEvent[]) => Observation;

/** A call that did not do what it was played for. */
export function failed(what: string): Observation {
  return { decision: what, confidence: null, netSpeechMs: 0, decidedAfterMs: null };
}

export function observe(decision: Decision): Observation {
  return {
    decision: kindOf(decision),
    confidence: decision.confidence ?? null,
    netSpeechMs: decision.netSpeechMs,
    decidedAfterMs: decision.media === undefined || decision.media.endMs === 0 ? null : decision.media.endMs,
  };
}

/** What the call ended with. */
export const lastDecision: Judge = (events) => {
  const last = decisionsOf(events).at(-1);
  return last === undefined ? failed('NO_DECISION') : observe(last);
};

/** What had been decided when the change of speaker was noticed. */
export const decisionBeforeChange: Judge = (events) => {
  const change = events.findIndex(({ event }) => event?.$case === 'speakerChanged');
  if (change === -1) return failed('CHANGE_NOT_NOTICED');
  return lastDecision(events.slice(0, change));
};

/** What was decided anew after it. */
export const decisionAfterChange: Judge = (events) => {
  const change = events.findIndex(({ event }) => event?.$case === 'speakerChanged');
  if (change === -1) return failed('CHANGE_NOT_NOTICED');
  const before = decisionsOf(events.slice(0, change)).at(-1);
  const next = decisionsOf(events.slice(change)).at(0);
  if (before === undefined || next?.supersedesDecisionId !== before.decisionId)
    return failed('NOT_SUPERSEDED');
  return lastDecision(events.slice(change));
};

/** The last decision of a call that was paused for about `pausedMs` and taken up again. */
export function decisionOverPause(pausedMs: number): Judge {
  return (events) => {
    const ended = events.at(-1)?.event;
    const told = events.map(({ event }) => event?.$case);
    if (!told.includes('paused') || !told.includes('resumed')) return failed('PAUSE_NOT_TOLD');
    const droppedMs = ended?.$case === 'ended' ? ended.value.droppedMs : 0;
    if (droppedMs < pausedMs / 2 || droppedMs > pausedMs * 1.5) return failed('PAUSE_WITHOUT_EFFECT');
    return lastDecision(events);
  };
}

function decisionsOf(events: readonly CallEvent[]): Decision[] {
  return events.flatMap(({ event }) => (event?.$case === 'decision' ? [event.value] : []));
}

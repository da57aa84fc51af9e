import type { Decision } from '../domain/decision.js';
import type { CallEventBody } from '../domain/event.js';

/**
 * How the body of an event is stored: as JSON without the resume token and without the ids of speakers, whose claims are
 * told by their number. Dates are ISO 8601.
 *
 * @throws RangeError for a date that is none
 */
export function storeForm(body: CallEventBody): string {
  switch (body.type) {
    case 'started':
      return JSON.stringify({ ...body, resumeToken: '' });
    case 'claimReceived':
      return JSON.stringify({ ...body, speakerId: '' });
    case 'decision':
    case 'evaluation':
      return JSON.stringify({ ...body, decision: withSpeakers(body.decision, () => '') });
    default:
      return JSON.stringify(body);
  }
}

/**
 * The body of an event as it was, from what `storeForm` made: dates are dates again, and speakers have their names where
 * these are still known, else none. The resume token stays empty.
 *
 * @param stored as the driver parses it
 * @param speakers the ids of the claimed speakers by the number of the claim
 */
export function readForm(stored: unknown, speakers: ReadonlyMap<number, string>): CallEventBody {
  const body = stored as CallEventBody; // Written by `storeForm` alone.
  const nameOf = (claimNumber: number) => speakers.get(claimNumber) ?? '';
  switch (body.type) {
    case 'claimReceived':
      return { ...body, speakerId: nameOf(body.claimNumber) };
    case 'decision':
    case 'evaluation':
      return { ...body, decision: withSpeakers(withDates(body.decision), nameOf) };
    case 'drain':
      return { ...body, deadline: new Date(body.deadline) };
    default:
      return body;
  }
}

function withSpeakers(decision: Decision, nameOf: (claimNumber: number) => string): Decision {
  return {
    ...decision,
    claims: decision.claims.map((claim) => ({ ...claim, speakerId: nameOf(claim.claimNumber) })),
  };
}

function withDates(decision: Decision): Decision {
  return {
    ...decision,
    decidedAt: new Date(decision.decidedAt),
    holdsUntil: new Date(decision.holdsUntil),
  };
}

import type { ReasonCode } from '../domain/decision.js';
import type { ConsentState, GrantLapse, Purpose } from '../domain/people.js';
import type { HeldState } from '../domain/rights.js';
import { VouchError } from '../errors.js';
import type { Grant } from './grant.js';

/** A state under which what is held of a person is kept and nothing is done with it (GDPR art. 18 and 21). */
type Restriction = Extract<GrantLapse, 'RESTRICTED' | 'OBJECTED'>;

const LAPSE_REASONS: Readonly<Record<GrantLapse, ReasonCode>> = {
  EXPIRED: 'CONSENT_EXPIRED',
  NEW_NOTICE: 'NEW_CONSENT_NEEDED',
  RESTRICTED: 'PROCESSING_RESTRICTED',
  OBJECTED: 'PROCESSING_OBJECTED',
};

/** The state under which nothing may be done with a person's data; null where there is none. */
export function restrictionOf(states: readonly HeldState[]): Restriction | null {
  for (const { state } of states) if (state === 'RESTRICTED' || state === 'OBJECTED') return state;
  return null;
}

/** The state of a person's consent, heeding what holds for them besides: under a restriction no grant counts. */
export function restricted(state: ConsentState, states: readonly HeldState[]): ConsentState {
  const restriction = restrictionOf(states);
  if (restriction === null) return state;
  const purposes = state.purposes.map((each) =>
    each.granted ? { ...each, granted: false, lapse: restriction } : each,
  );
  return { ...state, purposes };
}

/** Why a purpose is not granted, where more can be said than that it is not. */
export function reasonsAgainst(
  state: ConsentState,
  states: readonly HeldState[],
  purpose: Purpose,
): ReasonCode[] {
  const reasons = new Set<ReasonCode>();
  const restriction = restrictionOf(states);
  if (restriction !== null) reasons.add(LAPSE_REASONS[restriction]);
  const lapse = state.purposes.find((each) => each.purpose === purpose)?.lapse ?? null;
  if (lapse !== null) reasons.add(LAPSE_REASONS[lapse]);
  if (state.doNotAskBefore !== null) reasons.add('DO_NOT_ASK');
  return [...reasons];
}

/**
 * The grant of somebody who was asked about.
 *
 * @param field - of the request, that names them
 * @throws SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED, CONSENT_MISSING
 */
export function requireGrant(
  asked: {
    readonly optedOut: boolean;
    readonly grant: Grant | null;
    readonly reasons: readonly ReasonCode[];
  },
  field?: string,
): Grant {
  if (asked.grant !== null) return asked.grant;
  const details = field === undefined ? {} : { field };
  if (asked.optedOut) throw new VouchError('SPEAKER_OPTED_OUT', details);
  const stopped: readonly ReasonCode[] = ['PROCESSING_RESTRICTED', 'PROCESSING_OBJECTED'];
  if (asked.reasons.some((reason) => stopped.includes(reason)))
    throw new VouchError('PROCESSING_RESTRICTED', details);
  throw new VouchError('CONSENT_MISSING', details);
}

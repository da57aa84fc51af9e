import type { View } from '../view.js';

/** What a badge lets people do. */
export type Offer = 'evaluate' | 'consent' | 'enrol' | 'override' | 'optOut';

/** Roles that may do these things; whoever is none of them is shown the state only. */
const DOERS: readonly string[] = ['ROLE_AGENT', 'ROLE_SUPERVISOR', 'ROLE_ADMINISTRATOR'];

/** Nobody is asked who may not be asked. */
const DO_NOT_ASK = ['DO_NOT_ASK', 'PROCESSING_RESTRICTED', 'PROCESSING_OBJECTED'];

const WHERE: Readonly<Record<Offer, readonly View['state'][]>> = {
  consent: ['consent-missing', 'not-enrolled', 'expired'],
  enrol: ['not-enrolled', 'expired'],
  evaluate: ['verified', 'not-verified', 'inconclusive', 'caller-changed', 'lapsed'],
  override: [
    'verified',
    'not-verified',
    'inconclusive',
    'caller-changed',
    'more-speech',
    'not-enrolled',
    'consent-missing',
    'ended',
  ],
  // Not while somebody else may be speaking: it erases.
  optOut: ['verified', 'inconclusive', 'not-enrolled', 'expired', 'consent-missing'],
};

/**
 * What is offered in a state to whoever has one of these roles.
 *
 * @param roles - empty: not known, and the service is left to decide
 * @param jurisdiction - whose law a consent is recorded under; empty: none is recorded
 */
export function offersOf(view: View, roles: readonly string[], jurisdiction: string): readonly Offer[] {
  if (roles.length > 0 && !roles.some((role) => DOERS.includes(role))) return [];
  const { state, hints, speakerId, decisionId, consented } = view;
  const isThere: Readonly<Record<Offer, boolean>> = {
    consent:
      !consented &&
      speakerId !== '' &&
      jurisdiction !== '' &&
      !DO_NOT_ASK.some((each) => hints.includes(each)),
    enrol: consented && speakerId !== '' && !hints.includes('VOICEPRINT_PENDING'),
    evaluate: true,
    override: decisionId !== '',
    optOut: speakerId !== '',
  };
  return (Object.keys(WHERE) as Offer[]).filter((offer) => isThere[offer] && WHERE[offer].includes(state));
}

import { ApiError } from '../../shared/api-error.js';
import type { Api } from '../../shared/api.js';
import type { OUTBOUND_EN } from './words-en.js';

export type OutboundWord = keyof typeof OUTBOUND_EN;

/** What is known of the trust phrase of an outbound call: the phrase itself, or why there is none. */
interface TrustPhrase {
  readonly phrase: string;
  /** Where there is no phrase: what is said instead; empty: nothing. */
  readonly word: OutboundWord | '';
}

/** Before a person was heard. */
export const AWAITED: TrustPhrase = { phrase: '', word: 'phrase.wait' };

/** Words for reasons after which there is no use in asking again. */
const NEVER: Readonly<Record<string, OutboundWord>> = {
  TRUST_PHRASE_NOT_FOUND: 'phrase.none',
  TRUST_PHRASE_USED: 'phrase.used',
};

/**
 * Asks for the phrase of a call. Every time that it is shown is in the audit trail, so it is asked for no oftener than needed.
 * {@link AWAITED} where it is too early, or the answer did not come.
 */
export async function askTrustPhrase(api: Api, callId: string): Promise<TrustPhrase> {
  try {
    const { phrase = '' } = await api.enrolment.getTrustPhrase({ callId });
    return { phrase, word: '' };
  } catch (error) {
    const { reason, status } = error instanceof ApiError ? error : { reason: '', status: '' };
    if (reason === 'NOBODY_ANSWERED' || status === 'UNAVAILABLE') return AWAITED;
    // Who may not see it is told nothing of it.
    return { phrase: '', word: NEVER[reason] ?? '' };
  }
}

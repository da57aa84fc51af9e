import type { CallStart } from '../domain/call.js';
import type { ClaimDossier, DossierTerms } from './ports.js';

/** What comparing a claimed speaker rests on: VERIFY, and IDENTIFY for those who only help to tell who answered. */
export interface Ground {
  /** Another consent event is another ground. */
  readonly key: string;
  /** From when on all of it is in force. */
  readonly since: Date;
  /** When the first of it ends by itself; null: not set. */
  readonly expiresAt: Date | null;
}

/** The ground of a claim; null where there is none. */
export function groundOf({ grant, identify }: ClaimDossier): Ground | null {
  if (grant === null) return null;
  const grants = identify === null ? [grant] : [grant, identify];
  const ends = Math.min(...grants.map(({ expiresAt }) => expiresAt?.getTime() ?? Infinity));
  return {
    key: grants.map(({ eventId }) => eventId).join(' '),
    since: new Date(Math.max(...grants.map(({ since }) => since.getTime()))),
    expiresAt: ends === Infinity ? null : new Date(ends),
  };
}

/**
 * Whom the call asks for, where a claim only helps to tell who answered: on an outbound call all but the first, which names
 * that person. Undefined for every other claim.
 *
 * @param claimNumber from 1
 */
export function askedForBeside(
  { direction }: Pick<CallStart, 'direction'>,
  claims: readonly { readonly claimNumber: number; readonly speakerId: string }[],
  claimNumber: number,
): string | undefined {
  if (direction !== 'OUTBOUND' || claimNumber === 1) return undefined;
  return claims.find((claim) => claim.claimNumber === 1)?.speakerId ?? '';
}

/** For what the dossiers of those who are claimed in a live call are opened. */
export function dossierTermsOf({
  start: { callId, sourceId },
  assessment,
}: {
  readonly start: Pick<CallStart, 'callId' | 'sourceId'>;
  readonly assessment: { readonly looksForReplays: boolean };
}): DossierTerms {
  return { callId, sourceId, replays: assessment.looksForReplays };
}

import type { JudgedClaim } from '../decision/index.js';
import type { Identification, OtherClaim } from '../domain/decision.js';
import type { ClaimTrack } from './claim-track.js';

/**
 * Who answered: no more than whether it is the person asked for or another. The threshold of each counts the voiceprints of
 * all.
 */
export function identify(judged: readonly JudgedClaim[]): Identification {
  const accepted = judged.filter(({ result }) => result.kind === 'ACCEPT');
  if (accepted.some(isAskedFor)) return 'ASKED_FOR';
  return accepted.length > 0 ? 'ANOTHER' : 'UNKNOWN';
}

/** On an outbound call the first claim names the person asked for. */
export function isAskedFor({ result }: JudgedClaim): boolean {
  return result.claimNumber === 1;
}

/** What is kept of a claim that is not the person asked for's. */
export function otherClaim({ dossier }: ClaimTrack, judged: JudgedClaim | undefined): OtherClaim[] {
  if (judged === undefined || isAskedFor(judged)) return [];
  const { claimNumber, kind, consentEventId, voiceprintId } = judged.result;
  const identifyEventId = dossier.identify?.eventId ?? '';
  return [{ claimNumber, kind, consentEventId, voiceprintId, identifyEventId }];
}

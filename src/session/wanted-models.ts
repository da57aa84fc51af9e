import type { AssessmentTerms } from './assessment-terms.js';
import type { ClaimTrack } from './claim-track.js';

/**
 * Ids of the spaces that speech is to be embedded in: all while somebody may be enrolled, having no voiceprint; the
 * calibration's while any claim is undecided; then what a change of speaker is looked for in. And the countermeasure while
 * anybody may still be accepted.
 *
 * @param enrols whether a voiceprint is to be made of the call
 * @param countermeasure its id, if there is one that is wanted at all
 */
export function wantedModels(
  { calibration, spaces }: Pick<AssessmentTerms, 'calibration' | 'spaces'>,
  claims: readonly ClaimTrack[],
  enrols: boolean,
  countermeasure: readonly string[],
): readonly string[] {
  const grounded = claims.filter((claim) => claim.hasGround);
  const compared = grounded.filter((claim) => claim.voiceprintCount > 0);
  const undecided = compared.some((claim) => !claim.decided);
  const beside = undecided ? countermeasure : [];
  const mayEnrol = enrols || grounded.length === 0 || compared.length < grounded.length;
  if (mayEnrol) return [...spaces.map(({ id }) => id), ...beside];
  return undecided ? [...calibration.spaces, ...beside] : calibration.watchedSpaces;
}

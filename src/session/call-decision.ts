import { randomUUID } from 'node:crypto';
import { composeDecision, type DecisionFrame } from '../decision/index.js';
import type { Decision } from '../domain/decision.js';
import type { PooledSpeech } from '../scoring/index.js';
import type { AssessmentTerms, LookOptions } from './assessment-terms.js';
import type { ClaimTrack } from './claim-track.js';
import { identify, isAskedFor, otherClaim } from './identification.js';

/** What a decision is taken of, ms of the stream's clock. */
export interface Heard {
  readonly speech: PooledSpeech;
  readonly sinceMs: number;
  readonly untilMs: number;
}

/** What a decision rests on besides its claims and the speech. */
export interface DecisionGround extends Pick<
  DecisionFrame,
  'risks' | 'countermeasure' | 'looks' | 'supersedesDecisionId'
> {
  readonly terms: AssessmentTerms;
}

/** Looks at every claim, and brings them together into one decision. */
export function takeDecision(
  ground: DecisionGround,
  claims: readonly ClaimTrack[],
  { ended, withheld, reasons, insteadOfSpeech = [] }: LookOptions,
  { speech, sinceMs, untilMs }: Heard,
): Decision {
  const { terms, ...stated } = ground;
  const { policy, calibration, outbound = false } = terms;
  const comparisons = claims.reduce((sum, claim) => sum + claim.voiceprintCount, 0);
  const look = { policy, calibration, comparisons, ended, withheld, risks: stated.risks };
  const judged = claims.map((claim) => claim.look(look));
  const told = outbound ? judged.filter(isAskedFor) : judged;
  const others = outbound ? claims.flatMap((claim, index) => otherClaim(claim, judged[index])) : [];
  const decision = composeDecision(told, {
    ...stated,
    ...madeWith(terms),
    decisionId: randomUUID(),
    decidedAt: terms.clock.now(),
    mediaStartMs: sinceMs,
    mediaEndMs: untilMs,
    netSpeechMs: speech.netSpeechMs,
    quality: speech.quality,
    ended,
    reasons,
    insteadOfSpeech,
    claimsSoFar: judged.length,
    manyAttempts: claims.length > 0 ? claims.some(({ dossier }) => dossier.manyAttempts) : null,
    identification: outbound ? identify(judged) : null,
  });
  return others.length > 0 ? { ...decision, others } : decision;
}

/** By what policy, models and calibration. */
function madeWith({ policy, shadow, spaces, calibration, ...terms }: AssessmentTerms) {
  return {
    policy,
    policyReference: terms.policyReference,
    models: spaces.map((space) => ({ id: space.modelId, version: 0, sha256: space.modelSha256 })),
    calibration: calibration.reference,
    calibrationFit: terms.calibrationFit,
    transactionRisk: terms.transactionRisk,
    shadow: shadow || policy.shadow,
  };
}

import type {
  CalibrationFit,
  ArtefactReference,
  ClaimResult,
  ConfidenceBand,
  Decision,
  DecisionKind,
  Finality,
  Identification,
  MeasuredRate,
  NextAction,
  ReasonCode,
  RiskResult,
} from '../domain/decision.js';
import type { TransactionRisk } from '../domain/call.js';
import type { Policy } from '../domain/policy.js';
import type { SpeechQuality } from '../domain/speech.js';
import { isRefusedFor, type AudioRisks } from './suspected.js';

/** A claim's result with how settled it is. */
export interface JudgedClaim {
  readonly result: ClaimResult;
  readonly finality: Finality;
  /** Of the threshold that it was held against; null where nothing was compared. */
  readonly statedFalseMatchRate: MeasuredRate | null;
}

/** Everything that a decision states besides its claims. */
export interface DecisionFrame {
  readonly decisionId: string;
  readonly supersedesDecisionId: string;
  readonly mediaStartMs: number;
  readonly mediaEndMs: number;
  readonly decidedAt: Date;
  readonly netSpeechMs: number;
  readonly quality: SpeechQuality;
  readonly looks: number;
  readonly ended: boolean;
  readonly policy: Policy;
  readonly policyReference: ArtefactReference;
  readonly models: readonly ArtefactReference[];
  readonly calibration: ArtefactReference;
  readonly calibrationFit: CalibrationFit;
  readonly transactionRisk: TransactionRisk;
  readonly shadow: boolean;
  /** Reasons that concern the call and not one claim. */
  readonly reasons: readonly ReasonCode[];
  /** What was found of the audio itself. */
  readonly risks: AudioRisks;
  /** What `risks.spoof` rests on; null where that was not performed. */
  readonly countermeasure: ArtefactReference | null;
  /** What was heard in place of speech: a reason while there is not enough of it. */
  readonly insteadOfSpeech: readonly ReasonCode[];
  /** Distinct speakers that were claimed, told or not. */
  readonly claimsSoFar: number;
  /** Whether unusually many calls claimed one of the speakers; null where nobody was claimed. */
  readonly manyAttempts: boolean | null;
  /** Who answered an outbound call; null for other calls. */
  readonly identification: Identification | null;
}

/** Which kind stands for the call when claims differ: an acceptance before anything that may still become one. */
const PRECEDENCE: readonly DecisionKind[] = [
  'ACCEPT',
  'INCONCLUSIVE',
  'NOT_ENOUGH_SPEECH',
  'REJECT',
  'CONSENT_MISSING',
  'SPEAKER_OPTED_OUT',
  'SPEAKER_EXPIRED',
  'SPEAKER_NOT_ENROLLED',
  'SPEAKER_ID_NOT_PROVIDED',
];

/** Brings the claims of a call together into one decision. */
export function composeDecision(claims: readonly JudgedClaim[], frame: DecisionFrame): Decision {
  const best = bestClaim(claims);
  const kind = best?.result.kind ?? 'SPEAKER_ID_NOT_PROVIDED';
  const finality = best ? best.finality : frame.ended ? 'FINAL' : 'PROVISIONAL';
  const compared = best?.result.llr ?? null;
  const reasons = new Set<ReasonCode>([...(best?.result.reasons ?? []), ...frame.reasons]);
  if (kind === 'NOT_ENOUGH_SPEECH') for (const heard of frame.insteadOfSpeech) reasons.add(heard);
  if (frame.claimsSoFar > 1) reasons.add('SEVERAL_CLAIMS');
  if (compared !== null && frame.calibrationFit !== 'FITTED') reasons.add('CALIBRATION_NOT_FITTED');
  return {
    decisionId: frame.decisionId,
    supersedesDecisionId: frame.supersedesDecisionId,
    kind,
    finality,
    mediaStartMs: frame.mediaStartMs,
    mediaEndMs: frame.mediaEndMs,
    decidedAt: frame.decidedAt,
    holdsUntil: new Date(frame.decidedAt.getTime() + frame.policy.decisionHoldsMs),
    claims: claims.map((claim) => claim.result),
    confidence: best?.result.confidence ?? null,
    confidenceBand: bandOf(best?.result.confidence ?? null),
    score: best?.result.score ?? null,
    llr: compared,
    llrClipped: best?.result.llrClipped ?? false,
    netSpeechMs: frame.netSpeechMs,
    quality: frame.quality,
    looks: frame.looks,
    claimsSoFar: frame.claimsSoFar,
    policy: frame.policyReference,
    models: frame.models,
    calibration: frame.calibration,
    calibrationFit: frame.calibrationFit,
    reasons: [...reasons],
    statedFalseMatchRate: best?.statedFalseMatchRate ?? null,
    risks: { ...frame.risks, watchlist: 'NOT_PERFORMED', attempts: attemptsOf(frame) },
    shadow: frame.shadow,
    nextAction: nextAction(kind, finality, reasons, frame),
    identification: frame.identification,
    ...(frame.countermeasure && { countermeasure: frame.countermeasure }),
  };
}

function attemptsOf({ manyAttempts }: DecisionFrame): RiskResult {
  if (manyAttempts === null) return 'NOT_PERFORMED';
  return manyAttempts ? 'SUSPECTED' : 'NOT_SUSPECTED';
}

function bestClaim(claims: readonly JudgedClaim[]): JudgedClaim | undefined {
  const rank = (claim: JudgedClaim) => PRECEDENCE.indexOf(claim.result.kind);
  const llr = (claim: JudgedClaim) => claim.result.llr ?? -Infinity;
  return [...claims].sort((a, b) => rank(a) - rank(b) || llr(b) - llr(a))[0];
}

/** The bands of the contract's ConfidenceBand. */
function bandOf(confidence: number | null): ConfidenceBand | null {
  if (confidence === null) return null;
  if (confidence >= 99) return 'VERY_HIGH';
  if (confidence >= 90) return 'HIGH';
  return confidence >= 50 ? 'MEDIUM' : 'LOW';
}

function nextAction(
  kind: DecisionKind,
  finality: Finality,
  reasons: ReadonlySet<ReasonCode>,
  frame: DecisionFrame,
): NextAction {
  const table = frame.policy.nextActions;
  const risky = frame.transactionRisk === 'HIGH' || frame.manyAttempts === true;
  if (kind === 'ACCEPT') return risky ? table.acceptHighRisk : table.accept;
  if (kind === 'REJECT') return table.reject;
  // Whoever plays recordings is asked for something else, and not to go on.
  if (isRefusedFor(reasons, frame.policy)) return table.replaySuspected;
  if (kind === 'SPEAKER_NOT_ENROLLED' || kind === 'SPEAKER_EXPIRED') return table.notEnrolled;
  // While nobody listens, waiting is no use.
  const listening = !reasons.has('CONSENT_LEASE_EXPIRED');
  const mayBecomeMore = listening && (kind === 'INCONCLUSIVE' || kind === 'NOT_ENOUGH_SPEECH');
  return mayBecomeMore && finality === 'PROVISIONAL' ? 'WAIT' : table.otherwise;
}

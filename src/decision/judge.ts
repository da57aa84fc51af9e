import type { DecisionKind, Finality, ReasonCode } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';

/** What is known of one claim that can be compared. */
export interface ClaimEvidence {
  /** The calibrated log-likelihood ratio; null while nothing was compared. */
  readonly llr: number | null;
  readonly llrClipped: boolean;
  readonly netSpeechMs: number;
  /** What is wrong with the audio. */
  readonly problems: readonly ReasonCode[];
  /** Whether any more speech can come. */
  readonly ended: boolean;
}

export interface Verdict {
  readonly kind: DecisionKind;
  readonly finality: Finality;
  readonly reasons: readonly ReasonCode[];
}

/**
 * One look of the sequential test: accept, reject, or wait for more speech. Rejecting needs more speech than accepting;
 * between the thresholds the answer is INCONCLUSIVE, for good once the policy's most speech was heard or the call ended.
 *
 * @param acceptAtLlr the threshold for the policy's false-match rate over the whole call, natural logarithm
 */
export function judge(evidence: ClaimEvidence, policy: Policy, acceptAtLlr: number): Verdict {
  const { llr, netSpeechMs, problems } = evidence;
  const exhausted = evidence.ended || netSpeechMs >= policy.maximumNetSpeechMs;
  const finality: Finality = exhausted ? 'FINAL' : 'PROVISIONAL';
  if (llr === null || netSpeechMs < policy.minimumNetSpeechMs) {
    const reasons: ReasonCode[] = netSpeechMs === 0 && evidence.ended ? ['NO_SPEECH'] : ['SHORT_SPEECH'];
    return { kind: 'NOT_ENOUGH_SPEECH', finality, reasons: [...reasons, ...problems] };
  }
  const clipped: ReasonCode[] = evidence.llrClipped ? ['LLR_CLIPPED'] : [];
  if (llr >= acceptAtLlr) return { kind: 'ACCEPT', finality: 'FINAL', reasons: [...clipped, ...problems] };
  if (llr <= policy.rejectBelowLlr && netSpeechMs >= policy.rejectMinimumNetSpeechMs) {
    return { kind: 'REJECT', finality: 'FINAL', reasons: ['EVIDENCE_AGAINST', ...clipped, ...problems] };
  }
  const lean: ReasonCode = llr < 0 ? 'EVIDENCE_AGAINST' : 'EVIDENCE_WEAK';
  return { kind: 'INCONCLUSIVE', finality, reasons: [lean, ...problems] };
}

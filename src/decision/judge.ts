import type { DecisionKind, Finality, ReasonCode } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';
import type { SpeechQuality } from '../domain/speech.js';
import { doubtsAbout, qualityProblems } from './quality-problems.js';

/** What is known of one claim that can be compared. */
export interface ClaimEvidence {
  /** The calibrated log-likelihood ratio; null while nothing was compared. */
  readonly llr: number | null;
  readonly llrClipped: boolean;
  readonly netSpeechMs: number;
  /** Of the speech behind it. */
  readonly quality: SpeechQuality;
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
 * between the thresholds the answer is INCONCLUSIVE, for good once the policy's most speech was heard or the call ended. So
 * it is while the speech may be another person's, however strong the evidence.
 *
 * @param acceptAtLlr the threshold for the policy's false-match rate over the whole call, natural logarithm
 */
export function judge(evidence: ClaimEvidence, policy: Policy, acceptAtLlr: number): Verdict {
  const { llr, netSpeechMs, quality } = evidence;
  const problems = qualityProblems(quality);
  const exhausted = evidence.ended || netSpeechMs >= policy.maximumNetSpeechMs;
  const finality: Finality = exhausted ? 'FINAL' : 'PROVISIONAL';
  if (llr === null || netSpeechMs < policy.minimumNetSpeechMs) {
    const reasons: ReasonCode[] = netSpeechMs === 0 && evidence.ended ? ['NO_SPEECH'] : ['SHORT_SPEECH'];
    return { kind: 'NOT_ENOUGH_SPEECH', finality, reasons: [...reasons, ...problems] };
  }
  const reached = reachedKind(llr, netSpeechMs, policy, acceptAtLlr);
  if (reached === undefined) {
    const lean: ReasonCode = llr < 0 ? 'EVIDENCE_AGAINST' : 'EVIDENCE_WEAK';
    return { kind: 'INCONCLUSIVE', finality, reasons: [lean, ...problems] };
  }
  const lean: ReasonCode[] = reached === 'REJECT' ? ['EVIDENCE_AGAINST'] : [];
  const doubts = doubtsAbout(reached, quality);
  if (doubts.length > 0) {
    return { kind: 'INCONCLUSIVE', finality, reasons: [...new Set([...lean, ...doubts, ...problems])] };
  }
  const clipped: ReasonCode[] = evidence.llrClipped ? ['LLR_CLIPPED'] : [];
  return { kind: reached, finality: 'FINAL', reasons: [...lean, ...clipped, ...problems] };
}

function reachedKind(
  llr: number,
  netSpeechMs: number,
  policy: Policy,
  acceptAtLlr: number,
): 'ACCEPT' | 'REJECT' | undefined {
  if (llr >= acceptAtLlr) return 'ACCEPT';
  const mayReject = netSpeechMs >= policy.rejectMinimumNetSpeechMs;
  return mayReject && llr <= policy.rejectBelowLlr ? 'REJECT' : undefined;
}

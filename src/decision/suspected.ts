import type { ClaimResult, ReasonCode, Risks } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';

/** What the audio itself may be suspected of, whosever voice it is. */
export type AudioRisks = Pick<Risks, 'replay' | 'spoof'>;

/** For each: what is told, and where the policy says what comes of it. */
const SUSPICIONS = [
  { risk: 'replay', reason: 'REPLAY_SUSPECTED', handling: 'replayedCalls' },
  { risk: 'spoof', reason: 'SPOOF_SUSPECTED', handling: 'syntheticSpeech' },
] as const;

/** Whether the policy accepts no such call, whoever speaks in it. */
export function isRefused(risks: AudioRisks, policy: Policy): boolean {
  return SUSPICIONS.some(
    ({ risk, handling }) => risks[risk] === 'SUSPECTED' && policy[handling] === 'REFUSE',
  );
}

/** Whether a call with these reasons is one that the policy accepts for none. */
export function isRefusedFor(reasons: ReadonlySet<ReasonCode>, policy: Policy): boolean {
  return SUSPICIONS.some(({ reason, handling }) => reasons.has(reason) && policy[handling] === 'REFUSE');
}

/**
 * What is left of a claim's result where the audio is suspected: it is said of what, and where the policy refuses such
 * calls nothing is accepted. What else was found stands.
 */
export function doubtSuspected<Judged extends { readonly result: ClaimResult }>(
  claim: Judged,
  risks: AudioRisks,
  policy: Policy,
): Judged {
  const { result } = claim;
  const told = SUSPICIONS.filter(({ risk }) => risks[risk] === 'SUSPECTED').map(({ reason }) => reason);
  if (result.llr === null || told.length === 0) return claim;
  const refused = result.kind === 'ACCEPT' && isRefused(risks, policy);
  const kind = refused ? 'INCONCLUSIVE' : result.kind;
  return { ...claim, result: { ...result, kind, reasons: [...result.reasons, ...told] } };
}

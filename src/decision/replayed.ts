import type { Policy } from '../domain/policy.js';
import type { JudgedClaim } from './compose.js';

/**
 * What is left of a claim's result where the audio is that of an earlier call: it is said, and where the policy refuses such
 * calls nothing is accepted, for good. What else was found stands.
 */
export function doubtReplayed(claim: JudgedClaim, { replayedCalls }: Policy): JudgedClaim {
  const { result } = claim;
  if (result.llr === null) return claim;
  const refused = replayedCalls === 'REFUSE' && result.kind === 'ACCEPT';
  const kind = refused ? 'INCONCLUSIVE' : result.kind;
  return { ...claim, result: { ...result, kind, reasons: [...result.reasons, 'REPLAY_SUSPECTED'] } };
}

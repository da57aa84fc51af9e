import type { Decision } from '../domain/decision.js';

/** Whether a decision says what another one said: kind, finality and claims, not how sure. */
export function sameNews(a: Decision, b: Decision): boolean {
  const news = (decision: Decision) =>
    JSON.stringify([
      decision.kind,
      decision.finality,
      decision.identification,
      decision.risks.replay === 'SUSPECTED',
      decision.risks.spoof === 'SUSPECTED',
      decision.claims.map((claim) => [claim.speakerId, claim.kind, claim.consentEventId]),
    ]);
  return news(a) === news(b);
}

import { appendAboutCall } from '../audit/index.js';
import type { Outcome } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import type { Principal } from '../domain/principal.js';
import { requestDigest, type JsonValue, type Keyring } from '../crypto/index.js';
import { VouchError } from '../errors.js';
import { actorOf, findDecision, once, recordOutcome, resultOf, type Database } from '../storage/index.js';

/** Requests about calls that are carried out once for their idempotency key. */
export class CallRequests {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
  ) {}

  /** Takes a decision once for a key: a repeat gets the same one. Throws IDEMPOTENCY_KEY_REUSED. */
  async evaluation(
    principal: Principal,
    callId: string,
    sinceMs: number | null,
    key: string,
    evaluate: () => Decision,
  ): Promise<Decision> {
    const method = 'EvaluateCall';
    const digest = await requestDigest(this.keyring, principal.tenantId, method, { callId, sinceMs });
    return this.database.tenant(principal.tenantId, async (tx) => {
      let made: Decision | undefined;
      const { decisionId } = await once(tx, { method, key, digest }, async () => {
        made = evaluate();
        await appendAboutCall(tx, principal, callId, {
          type: 'DECISION_REQUESTED',
          recordedAt: made.decidedAt,
          body: { decisionId: made.decisionId },
        });
        return { decisionId: made.decisionId };
      });
      const decision = made ?? (await findDecision(tx, callId, decisionId));
      // It was told and is not written yet.
      if (!decision) throw new VouchError('DATABASE_UNAVAILABLE', { retryAfterMs: 500 });
      return decision;
    });
  }

  /** Does an update of a call once for a key. Throws IDEMPOTENCY_KEY_REUSED. */
  async updateOnce(
    principal: Principal,
    key: string,
    request: JsonValue,
    update: () => Promise<number>,
  ): Promise<number> {
    const method = 'UpdateCall';
    const digest = await requestDigest(this.keyring, principal.tenantId, method, request);
    const keyed = { method, key, digest };
    const done = await this.database.tenant(principal.tenantId, (tx) => resultOf(tx, keyed));
    if (done) return Number(done.result);
    const result = await update();
    return this.database.tenant(principal.tenantId, (tx) => once(tx, keyed, () => Promise.resolve(result)));
  }

  /** Keeps what turned out to be true of a decision. Throws DECISION_NOT_FOUND, IDEMPOTENCY_KEY_REUSED. */
  async outcome(
    principal: Principal,
    report: { readonly decisionId: string; readonly outcome: Outcome; readonly occurredAt: Date | null },
    key: string,
  ): Promise<{ outcomeId: string; recordedAt: Date }> {
    const method = 'ReportOutcome';
    const request: JsonValue = { ...report, occurredAt: report.occurredAt?.toISOString() ?? null };
    const digest = await requestDigest(this.keyring, principal.tenantId, method, request);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const stored = await once(tx, { method, key, digest }, async () => {
        const made = await recordOutcome(tx, { ...report, actor: await actorOf(tx, principal) });
        const { outcomeId, callId, recordedAt } = made;
        const { decisionId, outcome } = report;
        await appendAboutCall(tx, principal, callId, {
          type: 'OUTCOME_REPORTED',
          recordedAt,
          body: { decisionId, outcome, outcomeId },
        });
        return { outcomeId, recordedAt: recordedAt.toISOString() };
      });
      return { outcomeId: stored.outcomeId, recordedAt: new Date(stored.recordedAt) };
    });
  }
}

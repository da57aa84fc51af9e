import { appendAboutCall } from '../audit/index.js';
import type { Clock } from '../domain/clock.js';
import type { Decision } from '../domain/decision.js';
import type { CallEvent } from '../domain/event.js';
import type { Principal } from '../domain/principal.js';
import {
  getCall,
  lastDecision,
  listClaims,
  readEvents,
  type Database,
  type StoredCall,
} from '../storage/index.js';

/** How many events a replay reads at a time. */
const PAGE = 500;

/** Calls as the database has them, whoever serves them. What people are shown is recorded. */
export class CallReads {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  async find(tenantId: string, callId: string): Promise<StoredCall | null> {
    return this.database.tenant(tenantId, (tx) => getCall(tx, callId));
  }

  /** A call as it is stored, with its last decision; null where there is none. That it was read is recorded. */
  async read(
    principal: Principal,
    callId: string,
  ): Promise<{ readonly call: StoredCall; readonly decision: Decision | null } | null> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const call = await getCall(tx, callId);
      if (call === null) return null;
      const decision = await lastDecision(tx, callId);
      await appendAboutCall(tx, principal, callId, {
        type: 'CALL_READ',
        recordedAt: this.clock.now(),
        body: { decisionId: decision?.decisionId },
      });
      return { call, decision };
    });
  }

  /**
   * Records that somebody watches a call.
   *
   * @param claim - only this claim of it; undefined: all that there are
   * @returns the claims of the call as of now
   * @throws CALL_NOT_FOUND
   */
  async watched(principal: Principal, callId: string, claim?: number): Promise<Set<number>> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const claims = (await listClaims(tx, callId)).map(({ claimNumber }) => claimNumber);
      await appendAboutCall(tx, principal, callId, {
        type: 'CALL_WATCHED',
        recordedAt: this.clock.now(),
        body: {},
        claims: new Set(claim === undefined ? claims : [claim]),
      });
      return new Set(claims);
    });
  }

  /** Stored events after a sequence number, oldest first, at most one page, with the names that are still known. */
  async events(tenantId: string, callId: string, afterSequence: number): Promise<readonly CallEvent[]> {
    return this.database.tenant(tenantId, (tx) => readEvents(tx, callId, afterSequence, PAGE));
  }
}

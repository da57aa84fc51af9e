import type { JsonValue } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { findLedgerHead, listLedger, type Database } from '../storage/index.js';
import { appendEntry, type Appended } from './append.js';
import { CHAIN_START, verifyChain, type ChainEntry, type ChainPoint, type ChainProblem } from './chain.js';
import type { EntryType } from './types.js';

const PAGE = 1000;

/** The audit trail of the tenants. */
export class Audit {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** Records something that was done, by itself. What belongs to a change is recorded in its transaction instead. */
  async append(
    principal: Principal,
    type: EntryType,
    subjectRef: string | null,
    body: Readonly<Record<string, JsonValue | undefined>>,
  ): Promise<Appended> {
    return this.database.tenant(principal.tenantId, (tx) =>
      appendEntry(tx, principal, { kind: 'AUDIT', type, subjectRef, recordedAt: this.clock.now(), body }),
    );
  }

  /**
   * Follows a tenant's chain from its beginning up to its head as of now, a page at a time.
   *
   * @param anchor - an entry that is known from elsewhere to be in the chain
   * @returns the head, or the first problem
   */
  async verify(tenantId: string, anchor: ChainPoint | null = null): Promise<ChainPoint | ChainProblem> {
    const head = await this.database.tenant(tenantId, findLedgerHead);
    return verifyChain(this.#entries(tenantId, head?.position ?? 0), {
      head: head ?? CHAIN_START,
      hasMore: head?.hasMore ?? false,
      anchor,
    });
  }

  /** A page a transaction: a long chain holds no connection while it is hashed. */
  async *#entries(tenantId: string, upTo: number): AsyncGenerator<ChainEntry> {
    for (let last = 0; last < upTo;) {
      const page = await this.database.tenant(tenantId, (tx) =>
        listLedger(tx, last, Math.min(PAGE, upTo - last)),
      );
      for (const entry of page) {
        // Behind a gap, which shows first, there may be entries beyond the head.
        yield entry;
        last = entry.position;
      }
      if (page.length === 0) return;
    }
  }
}

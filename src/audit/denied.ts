import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { Database } from '../storage/index.js';
import { appendEntry, type ActingParty } from './append.js';

export interface DeniedAccessParts {
  readonly database: Database;
  readonly clock: Clock;
  /** Told of entries that could not be written; they are tried again with the next round. */
  readonly onFailure: (error: unknown) => void;
  /** How long repeats are counted before they are written, ms. Default: a minute. */
  readonly everyMs?: number;
  /** Distinct combinations of party, request and reason that a tenant is told apart in that time. Default 100. */
  readonly mostPerTenant?: number;
}

/** Refusals of one kind, to one party. */
interface Tally {
  readonly party: ActingParty;
  readonly rpc: string;
  readonly reason: string;
  /** Not written yet. */
  count: number;
  /** Of the first that is not written yet. */
  since: Date;
}

/** Who stands for those beyond the bound. */
const OTHERS = { party: { actorId: 'vouch', role: 'SERVICE' }, rpc: '', reason: 'MANY' } as const;

/**
 * Records requests that were refused. Whoever is refused on and on must not fill the database: the first refusal of a
 * party, request and reason becomes an entry at once; repeats are counted, and become one entry a minute with their
 * number. Beyond so many combinations a tenant, all others are one. A crash loses at most the repeats of the last minute.
 */
export class DeniedAccess {
  readonly #parts: Required<DeniedAccessParts>;
  readonly #tenants = new Map<string, Map<string, Tally>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: DeniedAccessParts) {
    this.#parts = { everyMs: 60_000, mostPerTenant: 100, ...parts };
  }

  start(): void {
    this.#timer = setInterval(() => void this.flush(), this.#parts.everyMs).unref();
  }

  /** Writes what was counted, and counts on without writing by itself. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  /** Records that a request was refused. Never throws: the refusal itself must reach whoever asked. */
  async record({ tenantId, actorId, role }: Principal, rpc: string, reason: string): Promise<void> {
    const tallies = this.#tenants.get(tenantId) ?? new Map<string, Tally>();
    this.#tenants.set(tenantId, tallies);
    const { mostPerTenant, clock } = this.#parts;
    const own = JSON.stringify([actorId, role, rpc, reason]);
    const isOther = !tallies.has(own) && tallies.size >= mostPerTenant;
    const key = isOther ? '' : own;
    const known = tallies.get(key);
    if (known !== undefined) {
      if (known.count === 0) known.since = clock.now();
      known.count++;
      return;
    }
    const what = isOther ? OTHERS : { party: { actorId, role }, rpc, reason };
    const tally: Tally = { ...what, count: 1, since: clock.now() };
    tallies.set(key, tally);
    await this.#write(tenantId, tally);
  }

  /** Writes what was counted since the last time, an entry a combination. */
  async flush(): Promise<void> {
    for (const [tenantId, tallies] of [...this.#tenants]) {
      for (const [key, tally] of [...tallies]) {
        if (tally.count > 0) await this.#write(tenantId, tally);
        // Where it could not be written, or more came meanwhile, it stays for the next round.
        if (tally.count === 0) tallies.delete(key);
      }
      if (tallies.size === 0) this.#tenants.delete(tenantId);
    }
  }

  async #write(tenantId: string, tally: Tally): Promise<void> {
    const { database, clock, onFailure } = this.#parts;
    const { party, rpc, reason, count, since } = tally;
    tally.count = 0;
    try {
      await database.tenant(tenantId, (tx) =>
        appendEntry(tx, party, {
          kind: 'AUDIT',
          type: 'ACCESS_DENIED',
          subjectRef: null,
          occurredAt: since,
          recordedAt: clock.now(),
          body: { rpc, reason, count },
        }),
      );
    } catch (error) {
      tally.count += count;
      tally.since = since;
      onFailure(error);
    }
  }
}

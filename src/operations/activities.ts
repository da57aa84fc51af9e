import type { Clock } from '../domain/clock.js';
import type { DecisionKind } from '../domain/decision.js';
import {
  countAbstentions,
  countDecisions,
  countLive,
  countQualityProblems,
  type AbstentionRow,
  type Database,
  type LiveRow,
  type QualityRow,
} from '../storage/index.js';

const HOUR_MS = 3_600_000;
/** Many may watch a board: what was counted serves all of them for this long, ms. */
const GOOD_FOR_MS = 3000;
/** Tenants whose counts are kept at most. */
const MOST_KEPT = 200;

/** What happened over some hours. Calls count once, by their newest decision. */
export interface Activity {
  readonly countedAt: Date;
  /** Every hour, the oldest first. */
  readonly hours: readonly {
    readonly beginsAt: Date;
    readonly decisions: readonly { readonly kind: DecisionKind; readonly calls: number }[];
  }[];
  readonly abstentions: readonly AbstentionRow[];
  readonly qualityProblems: readonly QualityRow[];
  readonly decidedCalls: number;
  readonly live: readonly LiveRow[];
}

interface Kept {
  readonly until: number;
  readonly activity: Promise<Activity>;
}

/** Counts what happens in the tenants' calls. */
export class Activities {
  readonly #kept = new Map<string, Kept>();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
  ) {}

  /** What happened over the last hours, the one under way included; may be three seconds old. */
  async count(tenantId: string, hours: number): Promise<Activity> {
    const now = performance.now();
    const key = `${hours} ${tenantId}`;
    const kept = this.#kept.get(key);
    if (kept && kept.until > now) return kept.activity;
    for (const [other, { until }] of this.#kept) {
      if (until <= now || this.#kept.size >= MOST_KEPT) this.#kept.delete(other);
    }
    const activity = this.#count(tenantId, hours);
    this.#kept.set(key, { until: now + GOOD_FOR_MS, activity });
    // A failure is told to those who asked, and to nobody later.
    activity.catch(() => this.#kept.delete(key));
    return activity;
  }

  async #count(tenantId: string, hours: number): Promise<Activity> {
    const countedAt = this.clock.now();
    const lastHour = Math.floor(countedAt.getTime() / HOUR_MS) * HOUR_MS;
    const from = new Date(lastHour - (hours - 1) * HOUR_MS);
    return this.database.tenant(tenantId, async (tx) => {
      const counted = await countDecisions(tx, from);
      return {
        countedAt,
        hours: Array.from({ length: hours }, (_, index) => {
          const beginsAt = new Date(from.getTime() + index * HOUR_MS);
          const decisions = counted.filter((row) => row.beginsAt.getTime() === beginsAt.getTime());
          return { beginsAt, decisions: decisions.map(({ kind, calls }) => ({ kind, calls })) };
        }),
        abstentions: await countAbstentions(tx, from),
        qualityProblems: await countQualityProblems(tx, from),
        decidedCalls: counted.reduce((sum, { calls }) => sum + calls, 0),
        live: await countLive(tx),
      };
    });
  }
}

import type { RetentionItem } from '../domain/retention.js';
import {
  deleteCalls,
  listOldCalls,
  removeScores,
  type CallCursor,
  type OldCallRow,
  type Transaction,
} from '../storage/index.js';
import { recordRemoval, type RetentionRun } from './parts.js';
import { daysAfter } from '../terms/index.js';

/** Calls that one transaction takes. */
const PAGE = 200;

/** Deletes the rows of calls whose term is over, then takes the scores out of those whose shorter term is. */
export async function* runCalls(run: RetentionRun): AsyncGenerator<RetentionItem> {
  const { callRowsDays, callScoresDays } = run.policy;
  yield* runPages(run, 'CALL', callRowsDays, (tx, callIds) => deleteCalls(tx, callIds));
  yield* runPages(run, 'CALL_SCORES', callScoresDays, (tx, callIds) => removeScores(tx, callIds, run.now));
}

async function* runPages(
  run: RetentionRun,
  kind: 'CALL' | 'CALL_SCORES',
  days: number,
  remove: (tx: Transaction, callIds: readonly string[]) => Promise<void>,
): AsyncGenerator<RetentionItem> {
  const before = daysAfter(run.now, -days);
  for (let after: CallCursor | null = null; ;) {
    const cursor: CallCursor | null = after;
    const page: readonly OldCallRow[] = await run.database.tenant(run.tenantId, async (tx) => {
      const options = { withScores: kind === 'CALL_SCORES', after: cursor, limit: PAGE };
      const calls = await listOldCalls(tx, before, options);
      const callIds = calls.filter((call) => !call.held).map((call) => call.callId);
      if (!run.dryRun && callIds.length > 0) {
        await remove(tx, callIds);
        await recordRemoval(tx, run, kind, callIds.length);
      }
      return calls;
    });
    for (const { callId: id, endedAt, held } of page) {
      // A dry run left the rows that would be gone by now.
      if (kind === 'CALL_SCORES' && daysAfter(endedAt, run.policy.callRowsDays) < run.now) continue;
      yield { kind, id, rule: 'AGE', dueAt: daysAfter(endedAt, days), held, count: 1, receipt: null };
    }
    if (page.length < PAGE) return;
    after = page.at(-1) ?? null;
  }
}

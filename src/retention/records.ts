import type { RetentionItem } from '../domain/retention.js';
import { isHeld } from '../consent/index.js';
import {
  countIdempotencyKeys,
  deleteEvidence,
  deleteIdempotencyKeys,
  deleteSpeakerKey,
  deleteTransferKey,
  listExpiredTransferKeys,
  listOldEvidence,
  type EvidenceRow,
  type Transaction,
} from '../storage/index.js';
import { recordRemoval, type RetentionRun } from './parts.js';
import { daysAfter } from '../terms/index.js';

/** Rows that one transaction takes. */
const PAGE = 500;

/** Destroys what was kept of erased people, with its keys, once its term is over. */
export async function* runEvidence(run: RetentionRun): AsyncGenerator<RetentionItem> {
  for (let after: string | null = null; ;) {
    const last: string | null = after;
    const page: readonly RetentionItem[] = await run.database.tenant(run.tenantId, async (tx) => {
      const rows = await listOldEvidence(tx, run.now, { after: last, limit: PAGE });
      const items: RetentionItem[] = [];
      for (const row of rows) items.push(await evidenceItem(tx, run, row));
      if (!run.dryRun) await recordRemoval(tx, run, 'EVIDENCE', items.filter(({ held }) => !held).length);
      return items;
    });
    yield* page;
    if (page.length < PAGE) return;
    after = page.at(-1)?.id ?? null;
  }
}

async function evidenceItem(tx: Transaction, run: RetentionRun, row: EvidenceRow): Promise<RetentionItem> {
  const { evidenceId: id, keepUntil: dueAt } = row;
  const held = await isHeld(tx, row.idHash);
  if (!held && !run.dryRun) {
    await deleteEvidence(tx, id);
    await deleteSpeakerKey(tx, id);
  }
  return { kind: 'EVIDENCE', id, rule: 'AGE', dueAt, held, count: 1, receipt: null };
}

/** Destroys transfer keys that have ended, with every file that was sealed for them; nothing that anybody is told. */
export async function forgetTransferKeys({ database, tenantId, now, dryRun }: RetentionRun): Promise<void> {
  if (dryRun) return;
  for (let gone = PAGE; gone === PAGE;) {
    gone = await database.tenant(tenantId, async (tx) => {
      const ended = await listExpiredTransferKeys(tx, now, PAGE);
      for (const { transferId } of ended) await deleteTransferKey(tx, transferId);
      return ended.length;
    });
  }
}

/** Deletes idempotency keys that nobody repeats any more; told as one item. */
export async function* runIdempotencyKeys(run: RetentionRun): AsyncGenerator<RetentionItem> {
  const dueAt = daysAfter(run.now, -run.policy.idempotencyDays);
  const { database, tenantId } = run;
  let count = 0;
  if (run.dryRun) count = await database.tenant(tenantId, (tx) => countIdempotencyKeys(tx, dueAt));
  else {
    for (let deleted = PAGE; deleted === PAGE; count += deleted) {
      deleted = await database.tenant(tenantId, (tx) => deleteIdempotencyKeys(tx, dueAt, PAGE));
    }
  }
  if (count === 0) return;
  yield { kind: 'IDEMPOTENCY_KEYS', id: '', rule: 'AGE', dueAt, held: false, count, receipt: null };
}

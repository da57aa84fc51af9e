import type { RetentionItem } from '../domain/retention.js';
import { discardJob, listOldJobs, type OldJobRow } from '../storage/index.js';
import { daysAfter } from '../terms/index.js';
import { recordRemoval, type RetentionRun } from './parts.js';

/** Jobs read at a time. */
const PAGE = 100;

/** Rows that one transaction takes. */
const ROWS = 5000;

/** Deletes batch jobs whose term is over, with their manifests, results and keys. */
export async function* runJobs(run: RetentionRun): AsyncGenerator<RetentionItem> {
  const { database, tenantId, policy, now, dryRun } = run;
  const before = daysAfter(now, -policy.enrolmentJobDays);
  for (let after: string | null = null; ;) {
    const last: string | null = after;
    const page: readonly OldJobRow[] = await database.tenant(tenantId, (tx) =>
      listOldJobs(tx, before, { after: last, limit: PAGE }),
    );
    for (const { jobId: id, endedAt, rows: count, held } of page) {
      if (!held && !dryRun) await discard(run, id, count);
      const dueAt = daysAfter(endedAt, policy.enrolmentJobDays);
      yield { kind: 'ENROLMENT_JOB', id, rule: 'AGE', dueAt, held, count, receipt: null };
    }
    if (page.length < PAGE) return;
    after = page.at(-1)?.jobId ?? null;
  }
}

/** A job may have a million rows. */
async function discard(run: RetentionRun, jobId: string, rows: number): Promise<void> {
  const { database, tenantId } = run;
  const states = ['ENDED', 'CANCELLED', 'LOADING'] as const;
  let gone = false;
  while (!gone) {
    gone = await database.tenant(tenantId, async (tx) => {
      const last = await discardJob(tx, jobId, states, ROWS);
      if (last) await recordRemoval(tx, run, 'ENROLMENT_JOB', rows);
      return last;
    });
  }
}

import { appendEntry, type ActingParty } from '../audit/index.js';
import type { RetentionItem, RetentionKind } from '../domain/retention.js';
import { retentionPolicy } from '../tenant/index.js';
import { runCalls } from './calls.js';
import type { RetentionParts, RetentionRun } from './parts.js';
import { runJobs } from './jobs.js';
import { forgetTransferKeys, runEvidence, runIdempotencyKeys } from './records.js';
import { runLapsed, runSpeakers } from './speakers.js';

export interface RetentionOptions {
  /** Who started it. */
  readonly acting: ActingParty;
  readonly now: Date;
  /** True tells what would be taken away and changes nothing. */
  readonly dryRun: boolean;
}

/**
 * Takes away whose term is over in one tenant, and tells each item once it is gone: speakers, voiceprints whose consent
 * lapsed, scores and rows of calls, batch jobs, evidence, idempotency keys. Works in small transactions: it may be left at any item,
 * and the next run goes on. What a legal hold or a restriction keeps is told and stays. A run ends with an audit
 * entry, wherever it is left, and each of its transactions that takes something away has one, too.
 *
 * @throws what went wrong with the first speaker whom it could not deal with, once everybody else was dealt with
 */
export async function* runRetention(
  { database, keyring }: RetentionParts,
  tenantId: string,
  { acting, now, dryRun }: RetentionOptions,
): AsyncGenerator<RetentionItem> {
  const { version, policy } = await database.tenant(tenantId, retentionPolicy);
  const run: RetentionRun = { database, keyring, tenantId, acting, policy, now, dryRun, failures: [] };
  const counts: Partial<Record<RetentionKind, number>> = {};
  let held = 0;
  let people = 0;
  const parts = [runSpeakers, runLapsed, runCalls, runJobs, runEvidence, runIdempotencyKeys];
  let complete = false;
  try {
    for (const part of parts) {
      for await (const item of part(run)) {
        if (item.held) held++;
        else counts[item.kind] = (counts[item.kind] ?? 0) + item.count;
        if (item.kind === 'SPEAKER' || item.kind === 'VOICEPRINTS') people++;
        yield item;
      }
    }
    await forgetTransferKeys(run);
    complete = run.failures.length === 0;
  } finally {
    const told = dryRun
      ? ({ type: 'SPEAKERS_LISTED', body: { count: people } } as const)
      : ({
          type: 'RETENTION_RUN',
          body: { policyVersion: version, removed: { ...counts }, held, complete },
        } as const);
    const entry = { kind: 'AUDIT', subjectRef: null, recordedAt: now, ...told } as const;
    await database.tenant(tenantId, (tx) => appendEntry(tx, acting, entry));
  }
  if (run.failures.length > 0) throw run.failures[0];
}

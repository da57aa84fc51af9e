import { randomUUID } from 'node:crypto';
import type { Keyring } from '../../crypto/index.js';
import type { Clock } from '../../domain/clock.js';
import type { EnrolmentJobTerms, ManifestRow } from '../../domain/enrolment-job.js';
import type { Principal } from '../../domain/principal.js';
import { VouchError } from '../../errors.js';
import { createSpeakerKey } from '../../keys/index.js';
import {
  actorOf,
  actorRef,
  discardJob,
  forsakenJobs,
  insertEnrolmentJob,
  insertJobRows,
  touchLoadingJob,
  type Database,
} from '../../storage/index.js';
import { sealRow } from './sealed-rows.js';

/** Rows that are held in memory, stored in one transaction and sealed under one key. */
const BATCH_ROWS = 500;

/** Rows that are deleted in one transaction: well within its time. */
const DISCARD_ROWS = 10_000;

/** A manifest that stopped arriving this long ago does not arrive any more: its process died, ms. */
const FORSAKEN_MS = 600_000;

/** What a manifest came to. */
export interface Loaded {
  readonly rows: number;
  /** Rows that have failed by themselves. */
  readonly failed: number;
}

/** Stores manifests as they arrive. */
export class ManifestLoader {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /** Stores all rows for a new job, which nobody sees yet. Throws MANIFEST_INVALID where there is none. */
  async load(
    principal: Principal,
    request: EnrolmentJobTerms & { readonly onBehalfOf: string },
    jobId: string,
    manifest: AsyncIterable<ManifestRow>,
  ): Promise<Loaded> {
    await this.#begin(principal, request, jobId);
    let rows = 0;
    let failed = 0;
    for await (const batch of inBatches(manifest)) {
      failed += await this.#store(principal.tenantId, jobId, batch);
      rows += batch.length;
    }
    if (rows === 0) throw new VouchError('MANIFEST_INVALID', { field: 'data', message: 'It has no rows.' });
    return { rows, failed };
  }

  /** Deletes what was loaded for a job that does not come to be. */
  async discard(tenantId: string, jobId: string): Promise<void> {
    let gone = false;
    while (!gone)
      gone = await this.database.tenant(tenantId, (tx) => discardJob(tx, jobId, ['LOADING'], DISCARD_ROWS));
  }

  /** Deletes what processes that died were loading. */
  async discardForsaken(tenantId: string): Promise<void> {
    const forsaken = await this.database.tenant(tenantId, (tx) => forsakenJobs(tx, FORSAKEN_MS));
    for (const jobId of forsaken) await this.discard(tenantId, jobId);
  }

  async #begin(
    principal: Principal,
    { existing, recordedBeforeEntry, onBehalfOf }: EnrolmentJobTerms & { readonly onBehalfOf: string },
    jobId: string,
  ): Promise<void> {
    await this.database.tenant(principal.tenantId, async (tx) => {
      const actor = await actorOf(tx, principal);
      await insertEnrolmentJob(tx, {
        jobId,
        existing,
        recordedBeforeEntry,
        createdAt: this.clock.now(),
        actorRef: actor.ref,
        role: actor.role,
        onBehalfOfRef: onBehalfOf === '' ? null : await actorRef(tx, onBehalfOf),
      });
    });
  }

  async #store(tenantId: string, jobId: string, batch: readonly ManifestRow[]): Promise<number> {
    const addition = { keyRef: randomUUID(), repeated: 'ROW_REPEATED', now: this.clock.now() };
    return this.database.tenant(tenantId, async (tx) => {
      await touchLoadingJob(tx, jobId);
      const key = await createSpeakerKey(tx, this.keyring, addition.keyRef);
      const sealed = await Promise.all(batch.map((row) => sealRow(key, this.keyring, tenantId, row)));
      return insertJobRows(tx, jobId, sealed, addition);
    });
  }
}

async function* inBatches(rows: AsyncIterable<ManifestRow>): AsyncGenerator<ManifestRow[]> {
  let batch: ManifestRow[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

import type { ConsentGate, Grant } from '../../consent/index.js';
import type { Keyring } from '../../crypto/index.js';
import type { Clock } from '../../domain/clock.js';
import type { EnrolmentJobTerms, ManifestEntry, RowProblem } from '../../domain/enrolment-job.js';
import type { EnrolmentPolicy } from '../../domain/policy.js';
import type { Principal } from '../../domain/principal.js';
import { VouchError } from '../../errors.js';
import { openSpeakerKey } from '../../keys/index.js';
import {
  beginRow,
  countResult,
  findEnrolmentJob,
  findJobAuthority,
  finishRow,
  listVoiceprints,
  lockRow,
  lockSpeakerRef,
  nextRow,
  unbeginRow,
  type Database,
  type RowOutcome,
  type Transaction,
} from '../../storage/index.js';
import { checkEnrolment } from '../checks.js';
import { createVoiceprint } from '../create.js';
import type { EnrolmentRequest, EnrolmentSpeech } from '../inputs.js';
import { LANES, queueLane, type Lane } from './lanes.js';
import { openRow } from './sealed-rows.js';

/** A row that was begun. */
export interface BegunJobRow {
  readonly jobId: string;
  readonly row: number;
  /** How often it was begun, this time included. */
  readonly attempts: number;
  readonly terms: EnrolmentJobTerms;
  /** Whoever made the job. */
  readonly principal: Principal;
  readonly onBehalfOf: string;
  /** Null where the speaker was erased. */
  readonly entry: ManifestEntry | null;
}

/** A row that there is no need to work on any more: it has its result, or its job was cancelled. */
class Overtaken extends Error {}

/**
 * The rows of batch jobs, for whoever works on them. A row gets its result once, and a voiceprint is made in the
 * transaction that says so: however often a row is begun, by whomever, nothing is done twice.
 */
export class JobRows {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly gate: ConsentGate,
    private readonly clock: Clock,
  ) {}

  /** Begins the next row of a lane after a row; null where there is none, or the job does not run any more. */
  async begin({ tenantId, jobId, lane }: Lane, after: number): Promise<BegunJobRow | null> {
    return this.database.tenant(tenantId, async (tx) => {
      const job = await findEnrolmentJob(tx, jobId);
      if (job?.state !== 'RUNNING') return null;
      const authority = await findJobAuthority(tx, jobId);
      const next = await nextRow(tx, jobId, { lane, lanes: LANES, after });
      if (next === null || authority === null) return null;
      // The key before the row, as those do who seal rows under another one.
      const key = await openSpeakerKey(tx, this.keyring, next.keyRef);
      const begun = await beginRow(tx, jobId, next.row);
      if (begun === null) return null;
      const { actorId, role, onBehalfOf } = authority;
      const { row, attempts } = begun;
      const entry = openRow(key, begun);
      return { jobId, row, attempts, terms: job, principal: { tenantId, role, actorId }, onBehalfOf, entry };
    });
  }

  /** Takes back that a row was begun: nothing was wrong with it. */
  async giveBack({ principal, jobId, row }: BegunJobRow): Promise<void> {
    await this.database.tenant(principal.tenantId, (tx) => unbeginRow(tx, jobId, row));
  }

  /** Lets whoever has time go on with a lane. */
  async goOn(lane: Lane, delayMs: number): Promise<void> {
    await this.database.tenant(lane.tenantId, (tx) =>
      queueLane(tx, { ...lane, turn: lane.turn + 1 }, delayMs),
    );
  }

  /** Whether the grant's speaker has a voiceprint of this label, in use or waiting. */
  async hasLabel({ tenantId, speakerRef }: Grant, label: string): Promise<boolean> {
    return this.database.tenant(tenantId, (tx) => hasLabel(tx, speakerRef, label));
  }

  /** Gives a row the result that no voiceprint was made, unless it has one. */
  async refuse(
    begun: BegunJobRow,
    result: 'SKIPPED' | 'FAILED',
    { reason, field }: RowProblem,
  ): Promise<void> {
    await this.#finish(begun, () => Promise.resolve({ result, reason, field, voiceprintId: null }));
  }

  /**
   * Makes a row's voiceprint with its result, unless it has one; where the job skips those who have the label, the last
   * look at that is here.
   *
   * @throws as Voiceprints.create
   */
  async enrol(
    begun: BegunJobRow,
    grant: Grant,
    request: EnrolmentRequest,
    speech: EnrolmentSpeech,
    policy: EnrolmentPolicy,
  ): Promise<void> {
    checkEnrolment(grant, request, speech, policy);
    const { proofing } = request;
    if (proofing === null) throw new VouchError('PROOFING_REQUIRED', { field: 'proofing_method' });
    const { principal, terms } = begun;
    const { gate, clock } = this;
    await this.#finish(
      begun,
      async (tx) => {
        if (terms.existing === 'SKIP' && (await hasLabel(tx, grant.speakerRef, request.label)))
          return LABEL_EXISTS;
        const enrolling = { tx, principal, gate, clock, policy };
        const voiceprintId = await createVoiceprint(enrolling, grant, { ...request, proofing }, speech);
        return { result: 'ENROLLED', reason: '', field: '', voiceprintId };
      },
      grant.speakerRef,
    );
  }

  async #finish(
    { principal, jobId, row }: BegunJobRow,
    work: (tx: Transaction) => Promise<RowOutcome>,
    speakerRef?: string,
  ): Promise<void> {
    try {
      await this.database.tenant(principal.tenantId, async (tx) => {
        // Before the row, as an erasure does: who locks them the other way round waits for it, and it for them.
        if (speakerRef !== undefined) await lockSpeakerRef(tx, speakerRef);
        if (!(await lockRow(tx, jobId, row))) return;
        const outcome = await work(tx);
        const now = this.clock.now();
        await finishRow(tx, jobId, row, outcome, now);
        // Last, so that others who finish rows of this job wait for the commit only.
        if (!(await countResult(tx, jobId, outcome.result, now))) throw new Overtaken();
      });
    } catch (error) {
      // The job was cancelled meanwhile: the voiceprint is not made either.
      if (!(error instanceof Overtaken)) throw error;
    }
  }
}

/** How a row ends whose speaker has the label already. */
export const LABEL_EXISTS = {
  result: 'SKIPPED',
  reason: 'LABEL_EXISTS',
  field: 'label',
  voiceprintId: null,
} as const satisfies RowOutcome;

async function hasLabel(tx: Transaction, speakerRef: string, label: string): Promise<boolean> {
  const rows = await listVoiceprints(tx, speakerRef);
  return rows.some((row) => row.label === label && row.status !== 'SUPERSEDED');
}

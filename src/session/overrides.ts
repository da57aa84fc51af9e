import { randomUUID } from 'node:crypto';
import { appendAboutCall, sealNote } from '../audit/index.js';
import { requestDigest, type Keyring } from '../crypto/index.js';
import type { OverrideAction, OverrideReason } from '../domain/call.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { openSpeakerKey } from '../keys/index.js';
import {
  actorOf,
  actorRef,
  findCallSubjects,
  findDecision,
  findOverride,
  findSpeakerKey,
  insertOverride,
  listUntoldOverrides,
  once,
  setOverrideTold,
  type Database,
  type NewOverride,
  type OverrideRow,
  type Transaction,
  type UntoldOverride,
} from '../storage/index.js';

/** What somebody did otherwise than a decision suggested. */
export interface OverrideRequest {
  readonly callId: string;
  readonly decisionId: string;
  readonly action: OverrideAction;
  readonly reason: OverrideReason;
  /** In words; may be empty. May name people. */
  readonly note: string;
  /** Who did it; empty: the principal. */
  readonly onBehalfOf: string;
  readonly idempotencyKey: string;
}

export interface RecordedOverride {
  readonly overrideId: string;
  readonly recordedAt: Date;
  /** In the tenant's chain; of the last entry, where the call claims several speakers. */
  readonly chainPosition: number;
}

/** What people did against, or beside, decisions. */
export class Overrides {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * Records an override, once for its key. The call's stream and watchers are told by whoever serves the call.
   *
   * @throws DECISION_NOT_FOUND; FIELD_INVALID for a note where no claimed speaker is known; IDEMPOTENCY_KEY_REUSED
   */
  async record(principal: Principal, request: OverrideRequest): Promise<RecordedOverride> {
    const method = 'OverrideDecision';
    const { idempotencyKey: key, ...asked } = request;
    const digest = await requestDigest(this.keyring, principal.tenantId, method, asked);
    const stored = await this.database.tenant(principal.tenantId, (tx) =>
      once(tx, { method, key, digest }, () => this.#record(tx, principal, request)),
    );
    return { ...stored, recordedAt: new Date(stored.recordedAt) };
  }

  /** What the calls of a process have not told yet. */
  async untold(replicaId: string): Promise<readonly UntoldOverride[]> {
    return this.database.system((tx) => listUntoldOverrides(tx, replicaId));
  }

  /** One of those; null where it was erased meanwhile. */
  async find({ tenantId, overrideId }: UntoldOverride): Promise<OverrideRow | null> {
    return this.database.tenant(tenantId, (tx) => findOverride(tx, overrideId));
  }

  /** Notes that it is among the events of its call. */
  async told({ tenantId, overrideId }: UntoldOverride): Promise<void> {
    await this.database.tenant(tenantId, (tx) => setOverrideTold(tx, overrideId));
  }

  async #record(tx: Transaction, principal: Principal, request: OverrideRequest) {
    const { callId, decisionId, action, reason, onBehalfOf } = request;
    const decision = await findDecision(tx, callId, decisionId);
    if (decision === null) throw new VouchError('DECISION_NOT_FOUND', { field: 'decision_id' });
    const overrideId = randomUUID();
    const recordedAt = this.clock.now();
    await insertOverride(tx, {
      overrideId,
      callId,
      decisionId,
      action,
      reason,
      note: await this.#sealNote(tx, overrideId, request),
      recordedAt,
      actor: await actorOf(tx, principal),
      onBehalfOfRef: onBehalfOf === '' ? null : await actorRef(tx, onBehalfOf),
    });
    const { position } = await appendAboutCall(tx, principal, callId, {
      type: 'DECISION_OVERRIDDEN',
      recordedAt,
      ...(onBehalfOf === '' ? {} : { onBehalfOf: { id: onBehalfOf } }),
      body: { overrideId, decisionId, decisionKind: decision.kind, action, reason },
    });
    return { overrideId, recordedAt: recordedAt.toISOString(), chainPosition: position };
  }

  async #sealNote(
    tx: Transaction,
    overrideId: string,
    { callId, note }: OverrideRequest,
  ): Promise<NewOverride['note']> {
    if (note === '') return null;
    for (const { speakerRef } of (await findCallSubjects(tx, callId))?.speakers ?? []) {
      if ((await findSpeakerKey(tx, speakerRef)) === null) continue;
      const key = await openSpeakerKey(tx, this.keyring, speakerRef);
      return { speakerRef, sealed: sealNote(key, overrideId, note) };
    }
    throw new VouchError('FIELD_INVALID', {
      field: 'note',
      message: 'No speaker of this call is known under whose key a note could be kept: leave it out.',
    });
  }
}

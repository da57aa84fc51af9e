import { appendRead } from '../audit/index.js';
import { proofingJson, type ConsentGate, type Grant } from '../consent/index.js';
import { requestDigest, type DataKey, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { EnrolmentPolicy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import type { OpenVoiceprint, Voiceprint } from '../domain/voiceprint.js';
import { VouchError } from '../errors.js';
import {
  findSpeaker,
  listVectors,
  listVoiceprints,
  once,
  resultOf,
  type Database,
  type KeyedRequest,
  type Transaction,
} from '../storage/index.js';
import { keptUntil } from '../terms/index.js';
import { checkEnrolment } from './checks.js';
import { destroy, lockVoiceprint } from './change.js';
import { createVoiceprint } from './create.js';
import type { EnrolmentRequest, EnrolmentSpeech } from './inputs.js';
import { tellAll, tellOne, type Reading } from './read.js';
import { openVoiceprint } from './rows.js';
import { settle } from './status.js';

/** A speaker's voiceprints, opened for comparison. */
export interface OpenedVoiceprints {
  readonly open: readonly OpenVoiceprint[];
  /** How many wait for their first use. */
  readonly pending: number;
  /** How many are in use, but have no vector in any space that was asked for. */
  readonly otherModel: number;
  /** How many were in use until their term was over. */
  readonly expired: number;
  /** When to ask again: their term may be over then. Null where it is. */
  readonly until: Date | null;
}

/** The voiceprints of the tenants' speakers. */
export class Voiceprints {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly gate: ConsentGate,
    private readonly clock: Clock,
  ) {}

  /**
   * Opens the voiceprints in use of the grant's speaker, in the given spaces; none whose term is over, even before retention
   * took them away.
   *
   * @param spaces - ids of embedding spaces
   * @param beside - is done in the same transaction and under the same key, where there is a voiceprint to compare
   * @throws CONSENT_MISSING, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED where the grant does not stand any more,
   *   CIPHERTEXT_INVALID, KEY_MISSING
   */
  async open(
    grant: Grant,
    spaces: readonly string[],
    beside?: (tx: Transaction, key: DataKey) => Promise<void>,
  ): Promise<OpenedVoiceprints> {
    if (grant.purpose !== 'VERIFY') throw new VouchError('CONSENT_MISSING');
    return this.database.tenant(grant.tenantId, async (tx) => {
      const key = await this.gate.unlock(tx, grant);
      const now = this.clock.now();
      const rows = await listVoiceprints(tx, grant.speakerRef);
      const statuses = [...settle(rows, now)];
      const active = new Set(statuses.flatMap(([id, status]) => (status === 'ACTIVE' ? [id] : [])));
      const until = await keptUntil(tx, grant.speakerRef, now);
      if (until <= now) return { open: [], pending: 0, otherModel: 0, expired: active.size, until: null };
      const vectors = (await listVectors(tx, grant.speakerRef)).filter((row) => spaces.includes(row.space));
      const open = rows
        .filter((row) => active.has(row.voiceprintId))
        .map((row) => openVoiceprint(key, row, vectors))
        .filter((voiceprint) => Object.keys(voiceprint.vectors).length > 0);
      if (open.length > 0) await beside?.(tx, key);
      const pending = statuses.filter(([, status]) => status === 'PENDING').length;
      return { open, pending, otherModel: active.size - open.length, expired: 0, until };
    });
  }

  /**
   * Makes a voiceprint: the next version of its label. It waits for its first use as long as the policy says, and the
   * version before stays in use until then.
   *
   * @throws as checkEnrolment; CONSENT_MISSING, SPEAKER_OPTED_OUT, PROCESSING_RESTRICTED where the grant does not stand
   *   any more; TOO_MANY_VOICEPRINTS, IDEMPOTENCY_KEY_REUSED
   */
  async create(
    principal: Principal,
    grant: Grant,
    request: EnrolmentRequest,
    speech: EnrolmentSpeech,
    policy: EnrolmentPolicy,
  ): Promise<Voiceprint> {
    const { tenantId } = principal;
    checkEnrolment(grant, request, speech, policy);
    const { proofing } = request;
    if (proofing === null) throw new VouchError('PROOFING_REQUIRED', { field: 'proofing' });
    const keyed = await this.#enrolmentKey(tenantId, request);
    const { gate, clock } = this;
    return this.database.tenant(tenantId, async (tx) => {
      const enrolling = { tx, principal, gate, clock, policy };
      const voiceprintId = await once(tx, keyed, () =>
        createVoiceprint(enrolling, grant, { ...request, proofing }, speech),
      );
      return tellOne(this.#reading(tx), await findSpeaker(tx, request.speakerId), voiceprintId);
    });
  }

  /**
   * The voiceprint that an earlier request of the same key made, before anything is done for this one; null where there
   * was none. A repeat must not fail because its call is over by now.
   *
   * @throws IDEMPOTENCY_KEY_REUSED; VOICEPRINT_NOT_FOUND where it was erased since
   */
  async createdBefore(principal: Principal, request: EnrolmentRequest): Promise<Voiceprint | null> {
    const keyed = await this.#enrolmentKey(principal.tenantId, request);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const done = await resultOf(tx, keyed);
      if (done === null) return null;
      return tellOne(this.#reading(tx), await findSpeaker(tx, request.speakerId), String(done.result));
    });
  }

  /** All versions of a speaker's voiceprints, by label and version. That they were read is recorded. Throws SPEAKER_NOT_FOUND. */
  async list(principal: Principal, speakerId: string): Promise<readonly Voiceprint[]> {
    return this.database.tenant(principal.tenantId, async (tx) => {
      const speaker = await findSpeaker(tx, speakerId);
      if (speaker === null) throw new VouchError('SPEAKER_NOT_FOUND');
      const voiceprints = await tellAll(this.#reading(tx), speaker);
      await appendRead(tx, principal, speaker.speakerRef, 'VOICEPRINTS', this.clock.now());
      return voiceprints;
    });
  }

  /** Destroys one version of a voiceprint. Throws VOICEPRINT_NOT_FOUND, SPEAKER_HELD, IDEMPOTENCY_KEY_REUSED. */
  async delete(principal: Principal, voiceprintId: string, idempotencyKey: string): Promise<void> {
    const method = 'DeleteVoiceprint';
    const digest = await requestDigest(this.keyring, principal.tenantId, method, { voiceprintId });
    await this.database.tenant(principal.tenantId, (tx) =>
      once(tx, { method, key: idempotencyKey, digest }, async () => {
        const changing = { tx, keyring: this.keyring, principal, now: this.clock.now() };
        await destroy(changing, await lockVoiceprint(changing, voiceprintId), 'VOICEPRINT_DELETED');
        return null;
      }),
    );
  }

  #reading(tx: Transaction): Reading {
    return { tx, keyring: this.keyring, now: this.clock.now() };
  }

  /** A call's speech is no part of it: the same request made again comes with other speech. A recording's file is. */
  async #enrolmentKey(tenantId: string, request: EnrolmentRequest): Promise<KeyedRequest> {
    const {
      speakerId,
      label,
      source,
      callId,
      recording,
      proofing,
      onBehalfOf,
      idempotencyKey: key,
    } = request;
    const method = source === 'CALL' ? 'EnrolFromCall' : 'EnrolFromRecording';
    const asked = { speakerId, label, callId, recording, proofing: proofingJson(proofing), onBehalfOf };
    return { method, key, digest: await requestDigest(this.keyring, tenantId, method, asked) };
  }
}

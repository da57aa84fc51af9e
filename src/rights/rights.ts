import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import { isHeld, SPEAKER_ID_HASH } from '../consent/index.js';
import { requestDigest, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { ErasureEvidence, ErasureReceipt } from '../domain/rights.js';
import { VouchError } from '../errors.js';
import { openSpeakerKey } from '../keys/index.js';
import {
  findEvidence,
  findOptOuts,
  holdsAnything,
  lockSpeaker,
  once,
  resultOf,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { eraseSpeaker, type SpeakerToErase } from './erase-speaker.js';
import { openRecord, parseReceipt } from './evidence-record.js';

/** What is asked: to erase a speaker. */
export interface EraseInput {
  readonly speakerId: string;
  /** On whose behalf; empty: nobody's. */
  readonly onBehalfOf: string;
  readonly idempotencyKey: string;
}

/** What people may ask of whoever holds their data. */
export class Rights {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * Erases a speaker, or what is held of somebody who opted out unknown; the opt-out itself stays. A repeat gets the same
   * receipt.
   *
   * @throws SPEAKER_NOT_FOUND, IDEMPOTENCY_KEY_REUSED; SPEAKER_HELD under a legal hold, and the refusal is recorded
   */
  async erase(principal: Principal, input: EraseInput): Promise<ErasureReceipt> {
    const { tenantId } = principal;
    const { speakerId, onBehalfOf, idempotencyKey: key } = input;
    const method = 'EraseSpeaker';
    const digest = await requestDigest(this.keyring, tenantId, method, { speakerId, onBehalfOf });
    const idHash = await this.#idHash(tenantId, speakerId);
    const receipt = await this.database.tenant(tenantId, async (tx) => {
      const done = await resultOf(tx, { method, key, digest });
      if (done !== null) return done.result;
      const subject = await findSubject(tx, speakerId, idHash);
      if (subject !== null && (await isHeld(tx, idHash))) {
        await this.#refuse(tx, principal, subject, onBehalfOf);
        return null;
      }
      return once(tx, { method, key, digest }, async () => {
        if (subject === null) throw new VouchError('SPEAKER_NOT_FOUND');
        const { keyring } = this;
        const now = this.clock.now();
        return eraseSpeaker({ tx, keyring, principal, now, cause: 'REQUEST', onBehalfOf }, subject);
      });
    });
    // Thrown after the transaction, which keeps the record of the refusal.
    if (receipt === null) throw new VouchError('SPEAKER_HELD');
    return parseReceipt(JSON.parse(JSON.stringify(receipt)));
  }

  /**
   * What is kept of somebody who was erased, oldest erasure first. That it was read is recorded.
   *
   * @throws EVIDENCE_NOT_FOUND where nobody of this id was erased, or the record's term is over
   */
  async evidence(principal: Principal, speakerId: string): Promise<readonly ErasureEvidence[]> {
    const idHash = await this.#idHash(principal.tenantId, speakerId);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const found: ErasureEvidence[] = [];
      for (const { evidenceId, ciphertext } of await findEvidence(tx, idHash)) {
        const key = await openSpeakerKey(tx, this.keyring, evidenceId);
        const { receipt, consentEvents } = openRecord(key, { evidenceId, idHash }, ciphertext);
        found.push({ receipt, consentEvents });
      }
      if (found.length === 0) throw new VouchError('EVIDENCE_NOT_FOUND');
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'EVIDENCE_READ',
        subjectRef: null,
        recordedAt: this.clock.now(),
        body: { evidenceIds: found.map(({ receipt }) => receipt.evidenceId) },
      });
      return found;
    });
  }

  async #refuse(
    tx: Transaction,
    principal: Principal,
    { speakerRef }: SpeakerToErase,
    onBehalfOf: string,
  ): Promise<void> {
    await appendEntry(tx, principal, {
      kind: 'AUDIT',
      type: 'ERASURE_REFUSED',
      subjectRef: speakerRef,
      onBehalfOf,
      recordedAt: this.clock.now(),
      body: { reason: 'LEGAL_HOLD' },
    });
  }

  async #idHash(tenantId: string, speakerId: string): Promise<Buffer> {
    return this.keyring.keyedHash(tenantId, SPEAKER_ID_HASH, speakerId);
  }
}

/**
 * Who is meant, locked until the transaction ends; by their opt-out, or by claims of their id alone, where they are not
 * known. Null where there is nothing to erase.
 */
async function findSubject(
  tx: Transaction,
  speakerId: string,
  idHash: Buffer,
): Promise<SpeakerToErase | null> {
  const known = await lockSpeaker(tx, speakerId);
  if (known !== null) return { speakerRef: known.speakerRef, speakerId, idHash };
  const [optOut] = await findOptOuts(tx, [idHash]);
  const unknown = { speakerRef: optOut?.subjectRef ?? randomUUID(), speakerId, idHash };
  return (await holdsAnything(tx, unknown)) ? unknown : null;
}

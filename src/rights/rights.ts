import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import { isHeld, SPEAKER_ID_HASH } from '../consent/index.js';
import { requestDigest, sha256, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import type { ErasureEvidence, ErasureReceipt } from '../domain/rights.js';
import { VouchError } from '../errors.js';
import {
  findEvidence,
  findOptOuts,
  findSpeaker,
  holdsAnything,
  lockSpeaker,
  once,
  resultOf,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { eraseSpeaker, type SpeakerToErase } from './erase-speaker.js';
import { parseReceipt } from './evidence-record.js';
import { makeArchive, type ExportedFile } from './export/archive.js';
import { collect } from './export/collect.js';
import { readEvidence } from './read-evidence.js';

/** What is asked: to erase a speaker. */
export interface EraseInput {
  readonly speakerId: string;
  /** On whose behalf; empty: nobody's. */
  readonly onBehalfOf: string;
  readonly idempotencyKey: string;
}

/** What people may ask of whoever holds their data. */
export class Rights {
  #exporting = false;

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
      const found = await readEvidence(tx, this.keyring, idHash);
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

  /**
   * Everything that is held of a person, as a signed archive: for them (GDPR art. 15 and 20). That it was made is recorded.
   * It is in memory as a whole, so a process makes one at a time.
   *
   * @throws SPEAKER_NOT_FOUND where nothing is held; TOO_MANY_EXPORTS
   */
  async export(principal: Principal, speakerId: string): Promise<readonly ExportedFile[]> {
    if (this.#exporting) throw new VouchError('TOO_MANY_EXPORTS', { retryAfterMs: 2000 });
    this.#exporting = true;
    try {
      return await this.#export(principal, speakerId);
    } finally {
      this.#exporting = false;
    }
  }

  async #export(principal: Principal, speakerId: string): Promise<readonly ExportedFile[]> {
    const { keyring } = this;
    const idHash = await this.#idHash(principal.tenantId, speakerId);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const now = this.clock.now();
      const subject = await holdingOf(tx, speakerId, idHash);
      if (subject === null) throw new VouchError('SPEAKER_NOT_FOUND');
      const files = await makeArchive(keyring, await collect({ tx, keyring, now, ...subject }));
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'SPEAKER_EXPORTED',
        subjectRef: subject.speakerRef,
        recordedAt: now,
        body: {
          files: files.map(({ name, content }) => ({ name, sha256: sha256(content).toString('hex') })),
        },
      });
      return files;
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
  const unknown = { speakerRef: await refOfUnknown(tx, idHash), speakerId, idHash };
  return (await holdsAnything(tx, unknown)) ? unknown : null;
}

/** Whose data is to be told; null where there is none, not even an opt-out or the evidence of an erasure. */
async function holdingOf(tx: Transaction, speakerId: string, idHash: Buffer): Promise<SpeakerToErase | null> {
  const known = await findSpeaker(tx, speakerId);
  if (known !== null) return { speakerRef: known.speakerRef, speakerId, idHash };
  const unknown = { speakerRef: await refOfUnknown(tx, idHash), speakerId, idHash };
  const kept = (await findOptOuts(tx, [idHash])).length + (await findEvidence(tx, idHash)).length;
  return kept > 0 || (await holdsAnything(tx, unknown)) ? unknown : null;
}

/** The pseudonym of somebody who is not known: the one that they opted out under, or a new one. */
async function refOfUnknown(tx: Transaction, idHash: Buffer): Promise<string> {
  const [optOut] = await findOptOuts(tx, [idHash]);
  return optOut?.subjectRef ?? randomUUID();
}

import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import {
  newStreamKeyPair,
  requestDigest,
  type DataKey,
  type Keyring,
  type StreamKeyPair,
} from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { createSpeakerKey, openSpeakerKey } from '../keys/index.js';
import {
  findTransferKey,
  insertTransferKey,
  once,
  replaceTransferKey,
  type Database,
  type Transaction,
} from '../storage/index.js';
import type { ReceiverKey } from './sealed-file.js';

const DAY_MS = 86_400_000;

/** A key that was made, without its secret. */
export interface CreatedTransferKey {
  readonly key: ReceiverKey;
  readonly expiresAt: Date;
}

/** The keys under which other installations seal for this one. */
export class TransferKeys {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * Makes a key.
   *
   * @param days - how long it lives
   * @throws IDEMPOTENCY_KEY_REUSED; TRANSFER_KEY_INVALID for a repeat after its end
   */
  async create(principal: Principal, days: number, idempotencyKey: string): Promise<CreatedTransferKey> {
    const { tenantId } = principal;
    const method = 'CreateTransferKey';
    const digest = await requestDigest(this.keyring, tenantId, method, { days });
    return this.database.tenant(tenantId, async (tx) => {
      const transferId = await once(tx, { method, key: idempotencyKey, digest }, () =>
        this.#create(tx, principal, days),
      );
      const row = await findTransferKey(tx, transferId);
      if (row === null) throw new VouchError('TRANSFER_KEY_INVALID');
      return { key: { transferId, publicKey: row.publicKey }, expiresAt: row.expiresAt };
    });
  }

  /** The key with its secret, which is the caller's to wipe. Throws TRANSFER_KEY_INVALID where it has ended or never was. */
  async open(tenantId: string, transferId: string): Promise<StreamKeyPair> {
    return this.database.tenant(tenantId, async (tx) => {
      const row = await findTransferKey(tx, transferId);
      if (row === null || row.expiresAt <= this.clock.now()) throw new VouchError('TRANSFER_KEY_INVALID');
      const dataKey = await openSpeakerKey(tx, this.keyring, transferId);
      return { publicKey: row.publicKey, privateKey: dataKey.open(row.privateKey, contextOf(transferId)) };
    });
  }

  async #create(tx: Transaction, principal: Principal, days: number): Promise<string> {
    const transferId = randomUUID();
    const createdAt = this.clock.now();
    const expiresAt = new Date(createdAt.getTime() + days * DAY_MS);
    const { publicKey, privateKey } = newStreamKeyPair();
    const dataKey = await createSpeakerKey(tx, this.keyring, transferId);
    const sealed = dataKey.seal(privateKey, contextOf(transferId));
    privateKey.fill(0);
    await insertTransferKey(tx, { transferId, publicKey, privateKey: sealed, createdAt, expiresAt });
    await appendEntry(tx, principal, {
      kind: 'AUDIT',
      type: 'TRANSFER_KEY_CREATED',
      subjectRef: null,
      recordedAt: createdAt,
      body: { transferId, publicKey: publicKey.toString('hex'), expiresAt: expiresAt.toISOString() },
    });
    return transferId;
  }
}

/** Seals a transfer's secret under another data key. Throws CIPHERTEXT_INVALID. */
export async function resealTransferKey(
  tx: Transaction,
  transferId: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  const row = await findTransferKey(tx, transferId);
  if (row === null) return;
  const secret = from.open(row.privateKey, contextOf(transferId));
  await replaceTransferKey(tx, transferId, to.seal(secret, contextOf(transferId)));
  secret.fill(0);
}

function contextOf(transferId: string) {
  return { use: 'transfer-key', transfer: transferId };
}

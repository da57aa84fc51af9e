import { createHmac, createSecretKey, hkdfSync, randomBytes, type KeyObject } from 'node:crypto';
import { VouchError } from '../errors.js';
import { encodeFields } from './canonical.js';
import { DataKey, KEY_BYTES } from './data-key.js';
import { open, seal } from './envelope.js';
import { FIRST_EPOCH, type OwnedKey, type WrappedKey } from './keyring.js';
import { SigningKey } from './signing.js';

/** The keys of one tenant as bytes, base64: how they stand in a keyring. */
export interface EncodedTenantKeys {
  readonly epochs: Readonly<Record<string, string>>;
  readonly hashKey: string;
}

/** A new random key, base64. */
export function newKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** New random keys: the first epoch and the hash key. */
export function newTenantKeys(): EncodedTenantKeys {
  return { epochs: { [FIRST_EPOCH]: newKey() }, hashKey: newKey() };
}

/** The keys of one tenant, held in this process, and what is done with them. */
export class TenantKeys {
  readonly #tenantId: string;
  readonly #epochs = new Map<number, KeyObject>();
  readonly #hashKey: KeyObject;

  /** @throws KEYRING_INVALID for a key of another length, or no epoch at all */
  constructor(tenantId: string, encoded: EncodedTenantKeys) {
    this.#tenantId = tenantId;
    for (const [epoch, key] of Object.entries(encoded.epochs))
      this.#epochs.set(Number(epoch), decodeKey(key));
    this.#hashKey = decodeKey(encoded.hashKey);
    if (this.#epochs.size === 0) {
      throw new VouchError('KEYRING_INVALID', { message: 'A tenant of the keyring has no epoch key.' });
    }
  }

  /** See Keyring. */
  epochs(): readonly number[] {
    return [...this.#epochs.keys()].sort((a, b) => a - b);
  }

  hasEpoch(epoch: number): boolean {
    return this.#epochs.has(epoch);
  }

  /** See Keyring. HKDF (RFC 5869) keeps this use of the keys apart from their others. */
  checkValue(epoch: number): Buffer {
    const keys = Buffer.concat([this.#epochKey(epoch).export(), this.#hashKey.export()]);
    const info = encodeFields({ use: 'vouch key check 1', tenant: this.#tenantId, epoch });
    try {
      return Buffer.from(hkdfSync('sha256', keys, Buffer.alloc(0), info, 32));
    } finally {
      keys.fill(0);
    }
  }

  /** See Keyring. */
  async createDataKey(speakerRef: string, epoch: number): Promise<{ key: DataKey; wrapped: WrappedKey }> {
    return DataKey.create(this.#tenantId, speakerRef, (bytes) => this.#wrap(speakerRef, epoch, bytes));
  }

  /** See Keyring. */
  openDataKey(speakerRef: string, wrapped: WrappedKey): DataKey {
    return DataKey.from(this.#unwrap(speakerRef, wrapped), this.#tenantId, speakerRef);
  }

  /** See Keyring; one key. Throws CIPHERTEXT_INVALID. */
  rewrap(epoch: number, key: OwnedKey): WrappedKey {
    const bytes = this.#unwrap(key.speakerRef, key);
    try {
      return this.#wrap(key.speakerRef, epoch, bytes);
    } finally {
      bytes.fill(0);
    }
  }

  /** See Keyring. */
  keyedHash(label: string, value: string): Buffer {
    return createHmac('sha256', this.#hashKey).update(encodeFields({ label, value })).digest();
  }

  /** See Keyring. Follows from the hash key, which is never rotated: a keyring needs no more keys for it. */
  get signingKey(): SigningKey {
    return SigningKey.derive(this.#hashKey, { use: 'vouch signing 1', tenant: this.#tenantId });
  }

  #wrap(speakerRef: string, epoch: number, bytes: Buffer): WrappedKey {
    return {
      epoch,
      ciphertext: seal(this.#epochKey(epoch), bytes, this.#wrapContext(speakerRef, epoch)),
    };
  }

  #unwrap(speakerRef: string, { epoch, ciphertext }: WrappedKey): Buffer {
    return open(this.#epochKey(epoch), ciphertext, this.#wrapContext(speakerRef, epoch));
  }

  #wrapContext(speakerRef: string, epoch: number): Record<string, string | number> {
    return { tenant: this.#tenantId, speaker: speakerRef, epoch, use: 'data-key' };
  }

  #epochKey(epoch: number): KeyObject {
    const key = this.#epochs.get(epoch);
    if (key === undefined) throw new VouchError('KEY_MISSING', { metadata: { epoch: String(epoch) } });
    return key;
  }
}

function decodeKey(encoded: string): KeyObject {
  const bytes = Buffer.from(encoded, 'base64');
  if (bytes.length !== KEY_BYTES) {
    throw new VouchError('KEYRING_INVALID', {
      message: `A key of the keyring is not ${KEY_BYTES} bytes of base64.`,
    });
  }
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

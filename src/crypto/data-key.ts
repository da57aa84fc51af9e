import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { VouchError } from '../errors.js';
import { open, seal, type SealContext } from './envelope.js';

/** Bytes of every key here: AES-256 and HMAC-SHA-256. */
export const KEY_BYTES = 32;

/**
 * The key of one speaker, in memory while something of theirs is sealed or opened. Holds the bytes where neither a log
 * nor an inspection shows them. Destroying the stored (wrapped) form makes everything sealed under it unreadable.
 */
export class DataKey {
  readonly #key: KeyObject;
  readonly #owner: SealContext;

  private constructor(bytes: Buffer, tenantId: string, speakerRef: string) {
    if (bytes.length !== KEY_BYTES) throw new VouchError('CIPHERTEXT_INVALID');
    this.#key = createSecretKey(bytes);
    this.#owner = { tenant: tenantId, speaker: speakerRef };
  }

  /** Makes a new key and gives its bytes to `wrap`, which must not keep them; they are wiped afterwards. */
  static async create<T>(
    tenantId: string,
    speakerRef: string,
    wrap: (bytes: Buffer) => T | Promise<T>,
  ): Promise<{ key: DataKey; wrapped: T }> {
    const bytes = randomBytes(KEY_BYTES);
    try {
      return { key: new DataKey(bytes, tenantId, speakerRef), wrapped: await wrap(bytes) };
    } finally {
      bytes.fill(0);
    }
  }

  /** Takes an unwrapped key and wipes the bytes given. */
  static from(bytes: Buffer, tenantId: string, speakerRef: string): DataKey {
    try {
      return new DataKey(bytes, tenantId, speakerRef);
    } finally {
      bytes.fill(0);
    }
  }

  /** Seals for this speaker; `context` says for what, for example `{purpose: 'VERIFY', space: 'campplus'}`. */
  seal(plaintext: Uint8Array, context: SealContext): Buffer {
    return seal(this.#key, plaintext, { ...context, ...this.#owner });
  }

  /** Opens what {@link seal} made with the same context. Throws CIPHERTEXT_INVALID. */
  open(sealed: Uint8Array, context: SealContext): Buffer {
    return open(this.#key, sealed, { ...context, ...this.#owner });
  }
}

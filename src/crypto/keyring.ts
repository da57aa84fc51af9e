import type { DataKey } from './data-key.js';
import type { PublicKey, Signature } from './signing.js';

/** A data key as it is stored: encrypted under an epoch key of its tenant. */
export interface WrappedKey {
  /** Of the tenant's epoch key, from 1. */
  readonly epoch: number;
  readonly ciphertext: Buffer;
}

/**
 * The keys of the tenants. They live outside the database and its backups, and do not leave this interface: it does with
 * them what is asked, so that an external key service can stand behind it. A tenant has epoch keys, one of them active,
 * which wrap the speakers' data keys, and a key for hashing ids.
 *
 * All methods throw KEY_MISSING where the tenant or the epoch has no key, KEYRING_INVALID where the keyring cannot be
 * read. Nothing but {@link createTenantKeys} ever makes a key of a tenant: a new key in the place of a lost one would
 * only hide that the data is unreadable.
 */
export interface Keyring {
  /**
   * Makes the keys of a new tenant: epoch 1 and the hash key.
   *
   * Callers that share a keyring across processes take turns (the tenants folder holds a lock in the database).
   *
   * @throws TENANT_EXISTS where it has keys already
   */
  createTenantKeys(tenantId: string): Promise<void>;

  /** Whether the tenant has keys. */
  hasTenantKeys(tenantId: string): Promise<boolean>;

  /** The epoch that new data keys are wrapped under. */
  activeEpoch(tenantId: string): Promise<number>;

  /**
   * A value that tells this epoch's key and the hash key from all others and tells nothing about them, 32 bytes. Stored
   * in the database; another one at start means another keyring.
   */
  checkValue(tenantId: string, epoch: number): Promise<Buffer>;

  /** Makes a data key for a speaker, wrapped under the active epoch. */
  createDataKey(tenantId: string, speakerRef: string): Promise<{ key: DataKey; wrapped: WrappedKey }>;

  /** Unwraps a speaker's data key. Throws CIPHERTEXT_INVALID where it is not this speaker's or not of this epoch. */
  openDataKey(tenantId: string, speakerRef: string, wrapped: WrappedKey): Promise<DataKey>;

  /**
   * HMAC-SHA-256 (RFC 2104, FIPS 198-1) under the tenant's hash key, 32 bytes: finds a value again without storing it.
   *
   * @param label - what the hash is for, for example `speaker-id`; hashes of different labels have nothing in common
   */
  keyedHash(tenantId: string, label: string, value: string): Promise<Buffer>;

  /** Signs with the tenant's signing key, which stays the same as long as its hash key does. */
  sign(tenantId: string, message: Uint8Array): Promise<Signature>;

  /** What the tenant's signatures are checked with. */
  publicKey(tenantId: string): Promise<PublicKey>;
}

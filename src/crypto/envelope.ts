import { createCipheriv, createDecipheriv, randomBytes, type KeyObject } from 'node:crypto';
import { VouchError } from '../errors.js';
import { encodeFields } from './canonical.js';

/**
 * What a ciphertext belongs to: tenant, speaker, purpose, model and the like. Not stored with it: whoever opens it must
 * know where it stands, so a ciphertext moved to another row does not open.
 */
export type SealContext = Readonly<Record<string, string | number>>;

// The first byte of everything sealed, so that another cipher can come beside this one.
const FORMAT = 1;
// NIST SP 800-38D, 5.2.1.1 and 8.2.2: 96-bit nonces, here wholly random; 5.2.1.2: the full 128-bit tag.
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts and authenticates with AES-256-GCM (NIST SP 800-38D).
 *
 * Random nonces allow 2^32 sealings under one key (8.3 there); a speaker's data key seals some dozens of rows and an
 * epoch key one data key a speaker, so neither comes near.
 *
 * @param key - 256 bits
 * @returns format byte, nonce, ciphertext, tag: 29 bytes more than the plaintext
 */
export function seal(key: KeyObject, plaintext: Uint8Array, context: SealContext): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(encodeFields(context));
  const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.of(FORMAT), nonce, body, cipher.getAuthTag()]);
}

/**
 * Opens what {@link seal} made.
 *
 * @throws CIPHERTEXT_INVALID where any bit of it, its key or its context is not what it was sealed with
 */
export function open(key: KeyObject, sealed: Uint8Array, context: SealContext): Buffer {
  const tagAt = sealed.length - TAG_BYTES;
  if (tagAt < 1 + NONCE_BYTES || sealed[0] !== FORMAT) throw new VouchError('CIPHERTEXT_INVALID');
  const nonce = sealed.subarray(1, 1 + NONCE_BYTES);
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(encodeFields(context));
  decipher.setAuthTag(sealed.subarray(tagAt));
  const body = decipher.update(sealed.subarray(1 + NONCE_BYTES, tagAt));
  try {
    return Buffer.concat([body, decipher.final()]);
  } catch {
    // Nothing of an unauthenticated plaintext leaves this function.
    body.fill(0);
    throw new VouchError('CIPHERTEXT_INVALID');
  }
}

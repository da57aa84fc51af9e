import { randomBytes } from 'node:crypto';
import { sha256 } from './digest.js';

/** What keys begin with, so that a search for leaked secrets finds them. */
const SIGN = 'vouch_key_';
const KEY_BYTES = 32;
/** Of the random part, to tell keys apart by: 36 of its 256 bits. */
const SHOWN_CHARACTERS = 6;
const FORM = /^vouch_key_[\w-]{43}$/;

/** A key by which a program authenticates. */
export interface ApiKeySecret {
  /** The key itself: shown once, never stored. */
  readonly secret: string;
  readonly hash: Buffer;
  /** Its beginning, to tell keys apart by. */
  readonly prefix: string;
}

/** Makes a key of 256 random bits. */
export function newApiKeySecret(): ApiKeySecret {
  const secret = SIGN + randomBytes(KEY_BYTES).toString('base64url');
  return { secret, hash: sha256(secret), prefix: secret.slice(0, SIGN.length + SHOWN_CHARACTERS) };
}

/**
 * SHA-256 of a key, as it is stored; null for what is no key. Slow hashes are for what people choose (NIST SP 800-63B-4,
 * 3.1.2.1 asks for salt and stretching below 112 bits of a random secret): nobody tries 2^256 keys, at any speed.
 */
export function apiKeyHash(secret: string): Buffer | null {
  return FORM.test(secret) ? sha256(secret) : null;
}

import {
  createHash,
  createPrivateKey,
  createPublicKey,
  hkdfSync,
  sign,
  verify,
  type KeyObject,
} from 'node:crypto';
import { encodeFields } from './canonical.js';

/** A signature, and which key it was made with. */
export interface Signature {
  /** The first 16 hex digits of the SHA-256 of the public key (DER, SubjectPublicKeyInfo). */
  readonly keyId: string;
  /** Ed25519 (RFC 8032), 64 bytes. */
  readonly signature: Buffer;
}

/** What checks signatures; no secret. */
export interface PublicKey {
  readonly keyId: string;
  /** SubjectPublicKeyInfo (RFC 8410), PEM. */
  readonly pem: string;
}

// RFC 8410, section 7: PKCS #8 of an Ed25519 key up to its 32 bytes.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

// RFC 8410, section 4: SubjectPublicKeyInfo of an Ed25519 key up to its 32 bytes.
const SPKI_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

/** The public half of a key that is held elsewhere, from its 32 bytes (RFC 8032, 5.1.5). Throws where it is none. */
export function publicKeyOf(bytes: Uint8Array): PublicKey {
  return describe(createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' }));
}

function describe(half: KeyObject): PublicKey {
  const der = half.export({ type: 'spki', format: 'der' });
  return {
    keyId: createHash('sha256').update(der).digest('hex').slice(0, 16),
    pem: half.export({ type: 'spki', format: 'pem' }).toString(),
  };
}

/** Signs with an Ed25519 key. */
export class SigningKey {
  readonly publicKey: PublicKey;
  readonly #key: KeyObject;

  private constructor(key: KeyObject) {
    this.#key = key;
    this.publicKey = describe(createPublicKey(key));
  }

  /** A key that follows from a secret (HKDF, RFC 5869) and tells nothing about it, nor about keys for other uses. */
  static derive(secret: KeyObject, info: Readonly<Record<string, string>>): SigningKey {
    const seed = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), encodeFields(info), 32));
    const der = Buffer.concat([PKCS8_PREFIX, seed]);
    try {
      return new SigningKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }));
    } finally {
      seed.fill(0);
      der.fill(0);
    }
  }

  sign(message: Uint8Array): Signature {
    return { keyId: this.publicKey.keyId, signature: sign(null, message, this.#key) };
  }
}

/** Whether a signature over a message was made with the key of this public half. False, too, for a PEM of anything else. */
export function verifySignature(pem: string, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'ed25519' && verify(null, message, key, signature);
  } catch {
    return false;
  }
}

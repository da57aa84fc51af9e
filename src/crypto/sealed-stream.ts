import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
} from 'node:crypto';
import { VouchError } from '../errors.js';
import { encodeFields } from './canonical.js';
import { sha256 } from './digest.js';

// RFC 8410, sections 7 and 4: PKCS #8 and SubjectPublicKeyInfo of an X25519 key up to its 32 bytes.
const PKCS8_PREFIX = Buffer.from('302e020100300506032b656e04220420', 'hex');
const SPKI_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const KEY_BYTES = 32;
const TAG_BYTES = 16;

/** A pair of X25519 keys (RFC 7748), 32 bytes each. The private half is the caller's to wipe. */
export interface StreamKeyPair {
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
}

/** A new pair, for whoever is to receive sealed streams. */
export function newStreamKeyPair(): StreamKeyPair {
  const pair = generateKeyPairSync('x25519');
  const der = pair.privateKey.export({ type: 'pkcs8', format: 'der' });
  const privateKey = Buffer.from(der.subarray(PKCS8_PREFIX.length));
  der.fill(0);
  return { publicKey: rawPublicKey(pair.publicKey), privateKey };
}

/**
 * Seals pieces, one after the other, so that only the holder of the other private key opens them, whole, in this order, to
 * the last: X25519 between a new key of the stream's own and the receiver's, HKDF-SHA-256 (RFC 5869) over both public keys
 * and the header, AES-256-GCM with a counter as nonce and a mark on the last piece (the STREAM construction of Hoang,
 * Reyhanitabar, Rogaway and Vizár, 2015).
 */
export class StreamSealer {
  /** The half of the stream's own key that belongs in the header. */
  readonly ephemeralKey: Buffer;
  readonly #ephemeral: KeyObject;
  readonly #receiver: Buffer;
  #cipher: PieceCipher | undefined;

  /** @param receiver - their public key. Throws TRANSFER_KEY_INVALID. */
  constructor(receiver: Uint8Array) {
    if (receiver.length !== KEY_BYTES) throw new VouchError('TRANSFER_KEY_INVALID');
    const { publicKey, privateKey } = generateKeyPairSync('x25519');
    this.ephemeralKey = rawPublicKey(publicKey);
    this.#ephemeral = privateKey;
    this.#receiver = Buffer.from(receiver);
  }

  /** Binds everything that follows to a header. Once, before the first piece. Throws TRANSFER_KEY_INVALID. */
  begin(header: Uint8Array): void {
    try {
      const secret = diffieHellman({ privateKey: this.#ephemeral, publicKey: publicKeyOf(this.#receiver) });
      this.#cipher = PieceCipher.of(secret, this.ephemeralKey, this.#receiver, header);
    } catch (cause) {
      // A key of small order: anybody would know the secret.
      throw new VouchError('TRANSFER_KEY_INVALID', { cause });
    }
  }

  /** The piece's ciphertext: 16 bytes more than the piece. */
  seal(piece: Uint8Array, last: boolean): Buffer {
    if (this.#cipher === undefined) throw new VouchError('INTERNAL');
    return this.#cipher.seal(piece, last);
  }
}

/** Opens what a {@link StreamSealer} sealed. */
export class StreamOpener {
  readonly #cipher: PieceCipher;

  /** @throws TRANSFER_FILE_INVALID for an ephemeral key that is none */
  constructor(keys: StreamKeyPair, ephemeralKey: Uint8Array, header: Uint8Array) {
    const der = Buffer.concat([PKCS8_PREFIX, keys.privateKey]);
    try {
      const privateKey = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      const secret = diffieHellman({ privateKey, publicKey: publicKeyOf(ephemeralKey) });
      this.#cipher = PieceCipher.of(secret, ephemeralKey, keys.publicKey, header);
    } catch (cause) {
      throw new VouchError('TRANSFER_FILE_INVALID', { cause });
    } finally {
      der.fill(0);
    }
  }

  /** @throws TRANSFER_FILE_INVALID for a piece that was changed, is out of its order, or is not what `last` says */
  open(sealed: Uint8Array, last: boolean): Buffer {
    return this.#cipher.open(sealed, last);
  }
}

/** Counts the pieces: a nonce is never used twice under the stream's key, and no piece passes for another. */
class PieceCipher {
  #next = 0n;

  private constructor(private readonly key: KeyObject) {}

  static of(secret: Buffer, ephemeralKey: Uint8Array, receiver: Uint8Array, header: Uint8Array): PieceCipher {
    const info = encodeFields({ use: 'vouch transfer 1', header: sha256(header).toString('hex') });
    const bytes = Buffer.from(hkdfSync('sha256', secret, Buffer.concat([ephemeralKey, receiver]), info, 32));
    secret.fill(0);
    try {
      return new PieceCipher(createSecretKey(bytes));
    } finally {
      bytes.fill(0);
    }
  }

  seal(piece: Uint8Array, last: boolean): Buffer {
    const cipher = createCipheriv('aes-256-gcm', this.key, this.#nonce(), { authTagLength: TAG_BYTES });
    cipher.setAAD(Buffer.of(Number(last)));
    return Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()]);
  }

  open(sealed: Uint8Array, last: boolean): Buffer {
    const tagAt = sealed.length - TAG_BYTES;
    if (tagAt < 0) throw new VouchError('TRANSFER_FILE_INVALID');
    const decipher = createDecipheriv('aes-256-gcm', this.key, this.#nonce(), { authTagLength: TAG_BYTES });
    decipher.setAAD(Buffer.of(Number(last)));
    decipher.setAuthTag(sealed.subarray(tagAt));
    const body = decipher.update(sealed.subarray(0, tagAt));
    try {
      return Buffer.concat([body, decipher.final()]);
    } catch {
      body.fill(0);
      throw new VouchError('TRANSFER_FILE_INVALID');
    }
  }

  #nonce(): Buffer {
    const nonce = Buffer.alloc(12);
    nonce.writeBigUInt64BE(this.#next++, 4);
    return nonce;
  }
}

function rawPublicKey(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' }).subarray(SPKI_PREFIX.length);
}

function publicKeyOf(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([SPKI_PREFIX, bytes]), format: 'der', type: 'spki' });
}

import { createHash } from 'node:crypto';

/** SHA-256 (FIPS 180-4) of bytes, or of a string as UTF-8; 32 bytes. */
export function sha256(content: Uint8Array | string): Buffer {
  return createHash('sha256').update(content).digest();
}

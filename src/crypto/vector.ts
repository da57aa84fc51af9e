import { VouchError } from '../errors.js';

/** Writes a vector as 32-bit IEEE 754 numbers, little-endian on every machine: 4 bytes a number. */
export function encodeVector(vector: Float32Array): Buffer {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => bytes.writeFloatLE(value, index * 4));
  return bytes;
}

/**
 * Reads what {@link encodeVector} wrote.
 *
 * @throws CIPHERTEXT_INVALID where it does not hold `dimension` numbers
 */
export function decodeVector(bytes: Buffer, dimension: number): Float32Array {
  if (bytes.length !== dimension * 4) throw new VouchError('CIPHERTEXT_INVALID');
  return Float32Array.from({ length: dimension }, (_, index) => bytes.readFloatLE(index * 4));
}

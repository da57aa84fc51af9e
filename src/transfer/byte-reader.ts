import { VouchError } from '../errors.js';

/** Takes bytes in the portions that are asked for, from pieces of any length. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>;
  #rest = Buffer.alloc(0);

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]();
  }

  /** The next so many bytes, valid until the next call. Throws TRANSFER_FILE_INVALID where there are not so many. */
  async take(length: number): Promise<Buffer> {
    const parts = [this.#rest];
    let size = this.#rest.length;
    while (size < length) {
      const next = await this.#pieces.next();
      if (next.done === true)
        throw new VouchError('TRANSFER_FILE_INVALID', { message: 'The file breaks off.' });
      parts.push(Buffer.from(next.value));
      size += next.value.length;
    }
    const all = parts.length === 1 ? this.#rest : Buffer.concat(parts);
    this.#rest = all.subarray(length);
    return all.subarray(0, length);
  }

  /** Whether nothing follows. */
  async atEnd(): Promise<boolean> {
    while (this.#rest.length === 0) {
      const next = await this.#pieces.next();
      if (next.done === true) return true;
      this.#rest = Buffer.from(next.value);
    }
    return false;
  }
}

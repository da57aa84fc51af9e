/**
 * Bytes that were posted to a worker and that it has not come to yet: kept by reference, so that another worker can go on
 * with them when this one is lost. No more than a stream's queue holds.
 */
export class UnreadBytes {
  #pieces: { readonly bytes: Uint8Array; readonly end: number }[] = [];

  /** Adds pieces that begin at this position of all that was posted. */
  add(pieces: readonly Uint8Array[], from: number): void {
    let end = from;
    for (const bytes of pieces) {
      end += bytes.length;
      this.#pieces.push({ bytes, end });
    }
  }

  /** Forgets what lies wholly before a position. */
  drop(position: number): void {
    const first = this.#pieces.findIndex(({ end }) => end > position);
    this.#pieces.splice(0, first < 0 ? this.#pieces.length : first);
  }

  /** What lies after a position, in order. */
  take(position: number): Uint8Array[] {
    this.drop(position);
    return this.#pieces.map(({ bytes, end }) => bytes.subarray(Math.max(0, bytes.length - (end - position))));
  }

  clear(): void {
    this.#pieces = [];
  }
}

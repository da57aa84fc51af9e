import type { AudioFormat } from '../domain/audio.js';

/** Counts a stream's audio, whether it is read or dropped. */
export class AudioClock {
  readonly #bytesPerMs: number;
  readonly #frameBytes: number;
  #bytes = 0;
  #gapMs = 0;
  #droppedBytes = 0;

  constructor(format: AudioFormat) {
    this.#frameBytes = (format.encoding === 'PCM_S16LE' ? 2 : 1) * format.channels;
    this.#bytesPerMs = (this.#frameBytes * format.sampleRateHz) / 1000;
  }

  /** Bytes received. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Stated gaps, ms. */
  get gapMs(): number {
    return this.#gapMs;
  }

  /** Audio received and stated gaps, ms. */
  get nowMs(): number {
    return this.#bytes / this.#bytesPerMs + this.#gapMs;
  }

  get droppedMs(): number {
    return this.#droppedBytes / this.#bytesPerMs;
  }

  /** Whether the bytes so far end between two samples. */
  get complete(): boolean {
    return this.#bytes % this.#frameBytes === 0;
  }

  /** How long these bytes last, ms. */
  msOf(pieces: readonly Uint8Array[]): number {
    return pieces.reduce((sum, { byteLength }) => sum + byteLength, 0) / this.#bytesPerMs;
  }

  take(byteCount: number): void {
    this.#bytes += byteCount;
  }

  /** Notes that bytes already taken were dropped. */
  drop(byteCount: number): void {
    this.#droppedBytes += byteCount;
  }

  gap(ms: number): void {
    this.#gapMs += ms;
  }
}

import { BYTES_PER_SAMPLE } from '../audio/index.js';
import type { AudioFormat } from '../domain/audio.js';
import type { PipelineSource } from './audio-segment.js';

/** What a call pipeline is fed with, in order. */
export type AudioInput =
  /** Bytes in the stream's format, or samples at its rate. */
  | { readonly kind: 'audio'; readonly audio: Uint8Array | Float32Array }
  | { readonly kind: 'gap'; readonly ms: number }
  | { readonly kind: 'skip'; readonly byteCount: number }
  /** Windows that fill from here on are embedded in these spaces; with COUNTERMEASURE among them, that is asked as well. */
  | { readonly kind: 'compute'; readonly spaces: readonly string[] }
  | { readonly kind: 'finish' };

/** Longer audio is worked through in pieces of this length, so that no call holds up the others. */
const PIECE_MS = 200;

/** Bytes of one sample of every channel. */
export function frameBytes(format: AudioFormat): number {
  return BYTES_PER_SAMPLE[format.encoding] * format.channels;
}

/** Bytes, or for samples their number, that last PIECE_MS. */
export function pieceLength(source: PipelineSource): number {
  const frames = Math.ceil((source.sampleRateHz * PIECE_MS) / 1000);
  return 'encoding' in source ? frames * frameBytes(source) : frames;
}

/** The media clock of a stream: it counts what came, was lost, dropped or thrown away, alike. */
export class InputClock {
  readonly pieceLength: number;
  readonly #unit: number;
  readonly #rateHz: number;
  /** Bytes, or samples where samples come. */
  #units = 0;

  constructor(
    source: PipelineSource,
    private startMs: number,
  ) {
    this.pieceLength = pieceLength(source);
    this.#unit = 'encoding' in source ? frameBytes(source) : 1;
    this.#rateHz = source.sampleRateHz;
  }

  /** Media time of the next whole sample, ms. */
  get ms(): number {
    return this.startMs + (Math.ceil(this.#units / this.#unit) * 1000) / this.#rateHz;
  }

  /** Moves past an input. */
  advance(input: AudioInput): void {
    if (input.kind === 'audio') this.#units += input.audio.length;
    else if (input.kind === 'skip') this.#units += input.byteCount;
    else if (input.kind === 'gap') {
      this.startMs += input.ms;
      // A packet was lost, and packets begin with a sample: the half one before the gap gets no other half.
      this.#units = Math.ceil(this.#units / this.#unit) * this.#unit;
    }
  }

  /**
   * What of some audio begins with a whole sample; the clock moves past the rest. For audio that continues nothing: the
   * beginning of its first sample was dropped, so its end is of no use.
   */
  align(audio: Uint8Array | Float32Array): Uint8Array | Float32Array {
    const partial = this.#units % this.#unit;
    const drop = partial === 0 ? 0 : Math.min(this.#unit - partial, audio.length);
    this.#units += drop;
    return audio.subarray(drop);
  }
}

/** The input of a stream that was not worked through yet. */
export class InputQueue {
  #items: AudioInput[] = [];
  #queuedBytes = 0;

  constructor(private readonly clock: InputClock) {}

  get length(): number {
    return this.#items.length;
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  push(input: AudioInput): void {
    this.#items.push(input);
    if (input.kind === 'audio') this.#queuedBytes += input.audio.byteLength;
  }

  peek(): AudioInput | undefined {
    return this.#items[0];
  }

  /** The next input; of long audio a piece. The queue must not be empty. */
  take(): AudioInput {
    const input = this.#items[0]!;
    if (input.kind !== 'audio') {
      this.#items.shift();
      return input;
    }
    const piece = input.audio.subarray(0, this.clock.pieceLength);
    this.#queuedBytes -= piece.byteLength;
    if (piece.length === input.audio.length) this.#items.shift();
    else this.#items[0] = { kind: 'audio', audio: input.audio.subarray(piece.length) };
    return { kind: 'audio', audio: piece };
  }

  /** Throws everything away but an end and what is to be computed; the clock moves past it. */
  discard(): void {
    for (const input of this.#items) this.clock.advance(input);
    this.#items = this.#items.filter(({ kind }) => kind === 'finish' || kind === 'compute');
    this.#queuedBytes = 0;
  }
}

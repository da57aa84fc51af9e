import type { AudioFormat } from '../domain/audio.js';
import type { SpeechProgress, SpeechWindow } from '../domain/speech.js';
import type { SpeechExtractor, SpeechStream } from '../embedding/index.js';
import { VouchError } from '../errors.js';
import { AudioClock } from './audio-clock.js';

/** What comes of the audio that was read. */
export interface SpeechFeedListener {
  onWindow(window: SpeechWindow): void;
  /** Net speech counts from the first piece that was read, over all workers. */
  onProgress(progress: SpeechProgress): void;
}

/**
 * The audio of one stream on its way to the speech stages: counted, then read or dropped. The stages are opened for the
 * first piece that is read, and anew when a worker was lost.
 */
export class SpeechFeed {
  readonly #clock: AudioClock;
  readonly #extractor: SpeechExtractor;
  readonly #format: AudioFormat;
  readonly #listener: SpeechFeedListener;
  #stream: SpeechStream | undefined;
  /** Ids of the spaces that windows are embedded in from here on. */
  #spaces: readonly string[];
  /** Net speech that was found, and what of it by workers that were lost, ms. */
  #netSpeechMs = 0;
  #earlierMs = 0;

  constructor(extractor: SpeechExtractor, format: AudioFormat, listener: SpeechFeedListener) {
    this.#clock = new AudioClock(format);
    this.#extractor = extractor;
    this.#format = format;
    this.#listener = listener;
    this.#spaces = allOf(extractor);
  }

  /** Audio received and stated gaps, ms. */
  get nowMs(): number {
    return this.#clock.nowMs;
  }

  get droppedMs(): number {
    return this.#clock.droppedMs;
  }

  /** Whether the bytes so far end between two samples. */
  get complete(): boolean {
    return this.#clock.complete;
  }

  /** States that audio was lost here. */
  gap(ms: number): void {
    this.#clock.gap(ms);
    this.#stream?.gap(ms);
  }

  /** Counts bytes that came; each piece is then read or dropped. */
  count(data: Uint8Array): void {
    this.#clock.take(data.byteLength);
  }

  /** Passes on the bytes that were counted last; resolves when there is room for more. */
  async read(data: Uint8Array): Promise<void> {
    this.#stream ??= this.#open(this.#clock.bytes - data.byteLength);
    await this.#stream.push(data).catch((error: unknown) => {
      // The next audio opens another stream on another worker, and what was pooled so far goes on counting.
      if (!(error instanceof VouchError && error.reason === 'WORKER_FAILED')) throw error;
    });
  }

  /** Drops the bytes that were counted last, unread. */
  drop(data: Uint8Array): void {
    this.#clock.drop(data.byteLength);
    this.#stream?.skip(data.byteLength);
  }

  /** Says in which spaces windows are embedded from here on; all until it is called. */
  compute(spaces: readonly string[]): void {
    if (sameSpaces(spaces, this.#spaces)) return;
    this.#spaces = spaces;
    this.#stream?.compute(spaces);
  }

  /** Throws away everything that was not embedded yet. */
  discard(): void {
    this.#stream?.discard();
  }

  /** Works through all that was read. Rejects as SpeechStream.finish. */
  async finish(): Promise<void> {
    await this.#stream?.finish();
  }

  close(): void {
    this.#stream?.close();
  }

  /** Opens the way to the speech stages; what came before is told as skipped, so that clock and samples stay whole. */
  #open(bytesBefore: number): SpeechStream {
    const stream = this.#extractor.open(this.#format, {
      onWindow: (window) => {
        this.#listener.onWindow(window);
      },
      onProgress: (progress) => {
        this.#netSpeechMs = this.#earlierMs + progress.netSpeechMs;
        this.#listener.onProgress({ ...progress, netSpeechMs: this.#netSpeechMs });
      },
      onFailure: () => {
        this.#earlierMs = this.#netSpeechMs;
        this.#stream = undefined;
      },
    });
    if (!sameSpaces(this.#spaces, allOf(this.#extractor))) stream.compute(this.#spaces);
    if (this.#clock.gapMs > 0) stream.gap(this.#clock.gapMs);
    if (bytesBefore > 0) stream.skip(bytesBefore);
    return stream;
  }
}

function allOf(extractor: SpeechExtractor): string[] {
  return extractor.spaces.map((space) => space.id);
}

function sameSpaces(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((space) => b.includes(space));
}

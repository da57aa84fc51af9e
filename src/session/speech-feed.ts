import { setTimeout as sleep } from 'node:timers/promises';
import type { AudioFormat } from '../domain/audio.js';
import type { SpeechProgress, SpeechWindow } from '../domain/speech.js';
import type { SpeechExtractor, SpeechStream, Urgency } from '../embedding/index.js';
import { VouchError } from '../errors.js';
import { AudioClock } from './audio-clock.js';

/** What comes of the audio that was read. */
export interface SpeechFeedListener {
  onWindow(window: SpeechWindow): void;
  /** Net speech counts from the first piece that was read, over all workers. */
  onProgress(progress: SpeechProgress): void;
  /** A worker was lost: speech from `sinceMs` to `untilMs` that was in no window yet is lost, and what follows goes on. */
  onLost(sinceMs: number, untilMs: number): void;
}

/** How long audio is held back while no worker lives, before the stream is given up, ms; and how often one is asked for. */
const WITHOUT_WORKER_MS = 10_000;
const ASK_EVERY_MS = 100;

/**
 * The audio of one stream on its way to the speech stages: counted, then read or dropped. The stages are opened for the
 * first piece that is read, and anew when a worker was lost: with the bytes that it had not come to, so that no more than
 * the window in progress is lost.
 */
export class SpeechFeed {
  readonly #clock: AudioClock;
  readonly #extractor: SpeechExtractor;
  readonly #format: AudioFormat;
  readonly #listener: SpeechFeedListener;
  #stream: SpeechStream | undefined;
  /** Ids of the spaces that windows are embedded in from here on. */
  #spaces: readonly string[];
  #urgency: Urgency = 'URGENT';
  /** Net speech that was found, and what of it by workers that were lost, ms. */
  #netSpeechMs = 0;
  #earlierMs = 0;
  /** Bytes that a lost worker had not come to: the last that were passed on. */
  #unread: readonly Uint8Array[] = [];
  /** Where what is not embedded yet begins at the earliest, ms. */
  #embeddedMs = 0;
  /** Counts what throws away everything that was not embedded. */
  #discards = 0;
  #closed = false;

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

  /** Audio received, ms. */
  get sentMs(): number {
    return this.#clock.nowMs - this.#clock.gapMs;
  }

  get droppedMs(): number {
    return this.#clock.droppedMs;
  }

  /** Audio received and stated gaps, and what of it was dropped, ms. */
  get amount(): { readonly audioMs: number; readonly droppedMs: number } {
    return { audioMs: this.nowMs, droppedMs: this.droppedMs };
  }

  /** Whether the bytes so far end between two samples. */
  get complete(): boolean {
    return this.#clock.complete;
  }

  /** States that audio was lost here. */
  gap(ms: number): void {
    this.#clock.gap(ms);
    this.#stream?.gap(ms);
    this.#unread = [];
  }

  /** Counts bytes that came; each piece is then read or dropped. */
  count(data: Uint8Array): void {
    this.#clock.take(data.byteLength);
  }

  /**
   * Passes on the bytes that were counted last; resolves when there is room for more. Rejects with WORKER_FAILED when there
   * is no worker for too long.
   */
  read(data: Uint8Array): Promise<void> | undefined {
    if (!this.#stream) return this.#readOnceOpen(data);
    // The next audio opens another stream on another worker, and what was pooled so far goes on counting.
    const held = this.#stream.push(data);
    return held && passing(held);
  }

  async #readOnceOpen(data: Uint8Array): Promise<void> {
    const discards = this.#discards;
    const stream = await this.#reopen(data.byteLength);
    // Paused, say, while it waited for a worker: these bytes came before, and are never looked at.
    if (discards !== this.#discards) {
      this.drop(data);
      return;
    }
    await passing(stream.push(data));
  }

  /** Drops the bytes that were counted last, unread. */
  drop(data: Uint8Array): void {
    this.#clock.drop(data.byteLength);
    this.#stream?.skip(data.byteLength);
    this.#unread = [];
  }

  /** Says in which spaces windows are embedded from here on; all until it is called. */
  compute(spaces: readonly string[]): void {
    if (sameSpaces(spaces, this.#spaces)) return;
    this.#spaces = spaces;
    this.#stream?.compute(spaces);
  }

  /** Says how urgent this call's work is. */
  setUrgency(urgency: Urgency): void {
    if (urgency === this.#urgency) return;
    this.#urgency = urgency;
    this.#stream?.setUrgency(urgency);
  }

  /** Throws away everything that was not embedded yet. */
  discard(): void {
    this.#discards++;
    this.#unread = [];
    this.#embeddedMs = this.nowMs;
    this.#stream?.discard();
  }

  /** Works through all that was read. Rejects as SpeechStream.finish. */
  async finish(): Promise<void> {
    await passing(this.#stream?.finish());
    // The worker was lost over it: another one works through what it had not come to.
    if (this.#unread.length > 0) await (await this.#reopen(0)).finish();
  }

  close(): void {
    this.#closed = true;
    this.#stream?.close();
  }

  /** Opens the way to the speech stages before these bytes, once there is a worker, and gives it what another left. */
  async #reopen(nextBytes: number): Promise<SpeechStream> {
    for (const deadline = performance.now() + WITHOUT_WORKER_MS; ;) {
      if (this.#closed) throw new VouchError('CALL_ENDED');
      const unread = this.#unread;
      const left = unread.reduce((sum, { byteLength }) => sum + byteLength, 0);
      try {
        const stream = (this.#stream = this.#open(this.#clock.bytes - nextBytes - left));
        this.#unread = [];
        for (const bytes of unread) void passing(stream.push(bytes));
        return stream;
      } catch (error) {
        if (!isLoss(error) || performance.now() >= deadline) throw error;
        await sleep(ASK_EVERY_MS);
      }
    }
  }

  /** Opens the speech stages; what came before is told as skipped, so that clock and samples stay whole. */
  #open(bytesBefore: number): SpeechStream {
    const stream = this.#extractor.open(this.#format, {
      onWindow: (window) => {
        this.#embeddedMs = window.endMs;
        this.#listener.onWindow(window);
      },
      onProgress: (progress) => {
        this.#netSpeechMs = this.#earlierMs + progress.netSpeechMs;
        this.#listener.onProgress({ ...progress, netSpeechMs: this.#netSpeechMs });
      },
      onFailure: (_error, unread) => {
        this.#stream = undefined;
        this.#unread = unread;
        this.#earlierMs = this.#netSpeechMs;
        const lostFromMs = this.#embeddedMs;
        this.#embeddedMs = this.nowMs - this.#clock.msOf(unread);
        this.#listener.onLost(lostFromMs, this.#embeddedMs);
      },
    });
    if (!sameSpaces(this.#spaces, allOf(this.#extractor))) stream.compute(this.#spaces);
    if (this.#urgency !== 'URGENT') stream.setUrgency(this.#urgency);
    if (this.#clock.gapMs > 0) stream.gap(this.#clock.gapMs);
    if (bytesBefore > 0) stream.skip(bytesBefore);
    return stream;
  }
}

/** Resolves also when the worker was lost: its stream has told so. */
async function passing(work: Promise<void> | undefined): Promise<void> {
  await work?.catch((error: unknown) => {
    if (!isLoss(error)) throw error;
  });
}

function isLoss(error: unknown): boolean {
  return error instanceof VouchError && error.reason === 'WORKER_FAILED';
}

function allOf(extractor: SpeechExtractor): string[] {
  return extractor.spaces.map((space) => space.id);
}

function sameSpaces(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((space) => b.includes(space));
}

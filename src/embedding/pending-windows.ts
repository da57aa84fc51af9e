import type { Fingerprint, SpeechQuality, SpeechWindow } from '../domain/speech.js';
import { speechMs, type SpeechStretch, type WindowMemory } from '../speech-activity/index.js';
import type { Embedding } from './extractor.js';

/** A window that waits for its vectors. */
export interface PendingWindow {
  readonly speech: SpeechStretch;
  readonly quality: SpeechQuality;
  readonly fingerprint: Fingerprint;
  /** The spaces that it is to have a vector in; and COUNTERMEASURE where that is to be asked. */
  readonly spaces: readonly string[];
}

/** What reached a listener. */
export interface Delivered {
  readonly windows: number;
  readonly netSpeechMs: number;
}

/** The windows of a call between their speech and their vectors, in order. */
export class PendingWindows {
  #waiting: PendingWindow[] = [];
  #taken: PendingWindow | undefined;
  /** Of those that are not complete, ms. */
  #pendingMs = 0;
  #delivered: Delivered = { windows: 0, netSpeechMs: 0 };

  /** @param memory where the speech of windows goes once they are embedded; undefined: each has its own */
  constructor(private readonly memory: WindowMemory | undefined) {}

  /** Net speech of all windows that were neither thrown away nor lost, ms. */
  get netSpeechMs(): number {
    return this.#delivered.netSpeechMs + this.#pendingMs;
  }

  add(window: PendingWindow): void {
    this.#waiting.push(window);
    this.#pendingMs += netSpeechMsOf(window);
  }

  /** The next window that is to be embedded, if any. */
  take(): PendingWindow | undefined {
    this.#taken = this.#waiting.shift();
    return this.#taken;
  }

  /**
   * Makes a window of what `take` gave last and its vectors; undefined when it was discarded meanwhile. Its speech is not to be
   * used any more.
   *
   * @param bonaFideLlr what the countermeasure made of it, if anything
   */
  complete(
    window: PendingWindow,
    embeddings: Readonly<Record<string, Embedding>>,
    bonaFideLlr: number | undefined,
  ): SpeechWindow | undefined {
    this.memory?.giveBack(window.speech.samples);
    if (window !== this.#taken) return undefined;
    this.#taken = undefined;
    const { startMs, endMs } = window.speech;
    const netSpeechMs = netSpeechMsOf(window);
    const { windows: index, netSpeechMs: before } = this.#delivered;
    this.#pendingMs -= netSpeechMs;
    this.#delivered = { windows: index + 1, netSpeechMs: before + netSpeechMs };
    const vectors = Object.fromEntries(Object.entries(embeddings).map(([id, { vector }]) => [id, vector]));
    const { fingerprint, quality } = window;
    const completed = { index, vectors, netSpeechMs, startMs, endMs, quality, fingerprint };
    return bonaFideLlr === undefined ? completed : { ...completed, bonaFideLlr };
  }

  /**
   * Throws away all that are not complete.
   *
   * @param delivered what really reached the listener, where that is less than was completed here
   */
  discard(delivered: Delivered | undefined): void {
    for (const { speech } of this.#waiting) this.memory?.giveBack(speech.samples);
    this.#waiting = [];
    this.#taken = undefined;
    this.#pendingMs = 0;
    if (delivered) this.#delivered = delivered;
  }
}

function netSpeechMsOf({ speech }: PendingWindow): number {
  return speechMs(speech.samples.length);
}

import { monitorEventLoopDelay, type IntervalHistogram } from 'node:perf_hooks';
import type { SpeechExtractor } from '../embedding/index.js';

/** How often the delay of this thread is looked at, ms: each time of what was since the last. */
const LOOK_EVERY_MS = 1000;
/** How often the delay is measured, ms. */
const RESOLUTION_MS = 20;
/** From which share of the limit on, calls that are decided are listened to less. */
const BUSY_SHARE = 1 / 3;

/**
 * How busy the process is, by what its calls feel of it: how long audio waits for the models, and how late this thread is.
 * Neither counts calls: a machine that somebody else uses as well takes fewer of them.
 */
export class Load {
  readonly #extractor: Pick<SpeechExtractor, 'lagMs'>;
  readonly #limitMs: number;
  readonly #histogram: IntervalHistogram;
  readonly #timer: NodeJS.Timeout;
  #threadMs = 0;

  /** @param limitMs delay beyond which no call may begin */
  constructor(extractor: Pick<SpeechExtractor, 'lagMs'>, limitMs: number) {
    this.#extractor = extractor;
    this.#limitMs = limitMs;
    this.#histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
    this.#histogram.enable();
    this.#timer = setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS).unref();
  }

  /** How late this thread was over the last second, on average, ms. */
  get threadDelayMs(): number {
    return this.#threadMs;
  }

  /** What a call feels at present, ms. */
  get delayMs(): number {
    return Math.max(this.#extractor.lagMs, this.#threadMs);
  }

  /** Whether calls that are decided should be listened to less. */
  get isBusy(): boolean {
    return this.delayMs > this.#limitMs * BUSY_SHARE;
  }

  /** Whether no call should begin. */
  get isFull(): boolean {
    return this.delayMs > this.#limitMs;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#histogram.disable();
  }

  #look(): void {
    // The mean, in nanoseconds; a single stop, as of the garbage collector, is no load. NaN where nothing was measured.
    const meanMs = this.#histogram.mean / 1e6;
    this.#threadMs = Number.isNaN(meanMs) ? 0 : Math.max(0, meanMs - RESOLUTION_MS);
    this.#histogram.reset();
  }
}

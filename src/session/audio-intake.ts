import { VouchError } from '../errors.js';
import { Capacity } from './capacity.js';
import type { Load } from './load.js';
import type { SessionGround } from './session-ground.js';
import type { SpeechFeed } from './speech-feed.js';

/** The audio of a call as it comes: read where there is ground and room for it, dropped otherwise; and what is made of it. */
export class AudioIntake {
  readonly #feed: SpeechFeed;
  readonly #ground: SessionGround;
  readonly #capacity: Capacity;
  /** Whether more speech decides nothing more. */
  #settled = false;

  constructor(
    feed: SpeechFeed,
    ground: SessionGround,
    load: Pick<Load, 'isBusy'>,
    private readonly maximumDurationMs: number,
  ) {
    this.#feed = feed;
    this.#ground = ground;
    this.#capacity = new Capacity(load);
  }

  /** Counts a piece of audio, and what is stated to be lost before it. Throws CALL_TOO_LONG. */
  count(data: Uint8Array, gapMs: number): void {
    if (gapMs > 0) this.#feed.gap(gapMs);
    this.#feed.count(data);
    if (this.#feed.nowMs > this.maximumDurationMs) throw new VouchError('CALL_TOO_LONG');
  }

  /** Takes the piece that was counted last; resolves when there is room for more, undefined where there is. */
  take(data: Uint8Array): Promise<void> | undefined {
    let room: Promise<void> | undefined;
    if (this.#isOpen) room = this.#feed.read(data);
    else this.#feed.drop(data);
    if (this.#capacity.count(this.#feed.sentMs)) this.#tellUrgency();
    // Most of the time there is nothing to wait for.
    return this.#capacity.wait(this.#feed.sentMs, room, this.#settled);
  }

  /**
   * Says what the call needs from here on.
   *
   * @param wanted what is to be computed of speech, as far as the process can afford it
   * @param settled whether more speech decides nothing more
   */
  serve(wanted: readonly string[], settled: boolean): void {
    this.#settled = settled;
    this.#feed.compute(this.#capacity.affords(wanted));
    this.#tellUrgency();
  }

  /** Whether audio may pass now. */
  get #isOpen(): boolean {
    return this.#ground.mayCompare && !this.#capacity.spares(this.#feed.nowMs, this.#settled);
  }

  #tellUrgency(): void {
    this.#feed.setUrgency(this.#capacity.urgency(this.#settled));
  }
}

import { VouchError } from '../../errors.js';
import type { CallStream } from '../../session/index.js';

/** How often streams are looked at, where they may let wait for longer than four times that, ms. */
const LOOK_EVERY_MS = 1000;

/** Streams that are looked at together, by how often, ms: a timer for each would wake the process for each. */
const rounds = new Map<number, Round>();

interface Round {
  readonly timer: NodeJS.Timeout;
  readonly watched: Set<Watchdog>;
}

function roundOf(everyMs: number): Round {
  const known = rounds.get(everyMs);
  if (known) return known;
  const watched = new Set<Watchdog>();
  const timer = setInterval(() => {
    for (const watchdog of watched) watchdog.look();
  }, everyMs);
  const round = { timer, watched };
  rounds.set(everyMs, round);
  return round;
}

/** Cuts off a stream that sends nothing. While the call is paused, silence is what is expected. */
export class Watchdog {
  /** While a message is being handled, it is not the client that lets wait. */
  working = false;
  #heardAtMs = performance.now();
  readonly #everyMs: number;

  constructor(
    private readonly stallTimeoutMs: number,
    private readonly call: CallStream,
  ) {
    this.#everyMs = Math.min(LOOK_EVERY_MS, stallTimeoutMs / 4);
    roundOf(this.#everyMs).watched.add(this);
  }

  heard(): void {
    this.#heardAtMs = performance.now();
  }

  look(): void {
    const { call, stallTimeoutMs } = this;
    if (call.paused || this.working) this.heard();
    if (call.unreadForMs >= stallTimeoutMs) call.fail(new VouchError('STREAM_NOT_READ'));
    if (performance.now() - this.#heardAtMs >= stallTimeoutMs) call.fail(new VouchError('STREAM_STALLED'));
  }

  stop(): void {
    const round = rounds.get(this.#everyMs);
    round?.watched.delete(this);
    if (!round || round.watched.size > 0) return;
    clearInterval(round.timer);
    rounds.delete(this.#everyMs);
  }
}

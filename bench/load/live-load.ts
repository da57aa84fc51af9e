import { connect, type ClientHttp2Session } from 'node:http2';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededRandom } from '../../src/evaluation/random.js';
import type { DecisionKind } from '../../src/gen/vouch/v1/decision.js';
import { IMPOSTOR_EVERY, MESSAGE_MS } from '../plan.js';
import { sum } from '../statistics.js';
import { SimulatedCall, type Caller } from './simulated-call.js';
import type { PreparedTrack } from './prepare.js';

/** Calls of one connection: a platform has several. */
const CALLS_A_CONNECTION = 50;

/** What was seen since it was asked last. */
export interface LiveReport {
  readonly live: number;
  readonly decisionLatenciesMs: readonly number[];
  /** Decisions of callers who are and are not who they claim to be, by kind. */
  readonly decisions: Readonly<Record<string, number>>;
  /** How late messages were sent: of the generator itself, ms. */
  readonly latenessMs: readonly number[];
  /** Audio that waits on this side since the service takes no more, ms a call. */
  readonly backlogMs: number;
  /** Since the beginning, in calls that have not ended: net speech sent, and what of it the service has found, ms. */
  readonly speechSentMs: number;
  readonly speechFoundMs: number;
  /** Calls that were taken for copies of earlier ones. */
  readonly replaysSuspected: number;
  readonly problems: readonly string[];
}

/** Where calls come from. */
export interface CallSource {
  readonly tenantId: string;
  readonly speakersAVoice: number;
}

/** Live calls at real pace, each with a message every 20 ms at a moment of its own. */
export class LiveLoad {
  /** Calls by the moment within 20 ms at which they send. */
  readonly #slots: Set<SimulatedCall>[] = Array.from({ length: MESSAGE_MS }, () => new Set());
  readonly #calls = new Set<SimulatedCall>();
  /** Calls that the service still works through. */
  readonly #ending = new Set<SimulatedCall>();
  readonly #sessions: ClientHttp2Session[] = [];
  readonly #random = seededRandom(7);
  readonly #endedSpeech = { sentMs: 0, foundMs: 0 };
  #nextSlotAtMs = performance.now();
  #slot = 0;
  #opened = 0;
  #report = emptyReport();

  constructor(
    private readonly address: string,
    private readonly tracks: readonly PreparedTrack[],
  ) {
    setInterval(() => {
      this.#tick();
    }, 1);
  }

  get live(): number {
    return this.#calls.size;
  }

  /** Adds a call. */
  open(source: CallSource): void {
    const call = new SimulatedCall(this.#session(), this.#caller(source), {
      onDecision: (latencyMs, { caller }, kind) => {
        this.#decided(latencyMs, caller.genuine, kind);
      },
      onReplaySuspected: () => {
        this.#report.replaysSuspected++;
      },
      onOver: (over, problem) => {
        if (problem !== undefined) this.#report.problems.push(problem);
        this.#ending.delete(over);
        this.#remove(over);
      },
    });
    this.#calls.add(call);
    this.#slots[this.#opened++ % MESSAGE_MS]!.add(call);
  }

  /** Ends the call that has lasted longest. */
  endOldest(): void {
    const [oldest] = this.#calls;
    if (!oldest) return;
    this.#ending.add(oldest);
    this.#endedSpeech.sentMs += oldest.speechSentMs;
    this.#endedSpeech.foundMs += oldest.speechFoundMs;
    oldest.end();
    this.#remove(oldest);
  }

  /** Ends all calls; resolves when the service has ended them, too. */
  async endAll(): Promise<void> {
    while (this.#calls.size > 0) this.endOldest();
    while (this.#ending.size > 0) await sleep(50);
  }

  /** What was seen since the last time. */
  take(): LiveReport {
    const report = this.#report;
    this.#report = emptyReport();
    const waitingBytes = total([...this.#calls], 'waitingBytes');
    const live = this.#calls.size;
    const speechSentMs = this.#endedSpeech.sentMs + total([...this.#calls], 'speechSentMs');
    const speechFoundMs = this.#endedSpeech.foundMs + total([...this.#calls], 'speechFoundMs');
    const backlogMs = live === 0 ? 0 : waitingBytes / 8 / live;
    return { ...report, live, backlogMs, speechSentMs, speechFoundMs };
  }

  #tick(): void {
    for (const nowMs = performance.now(); this.#nextSlotAtMs <= nowMs; this.#nextSlotAtMs++) {
      const calls = this.#slots[this.#slot]!;
      if (this.#slot++ === 0) this.#report.latenessMs.push(nowMs - this.#nextSlotAtMs);
      this.#slot %= MESSAGE_MS;
      for (const call of calls) call.sendAudio();
    }
  }

  #remove(call: SimulatedCall): void {
    this.#calls.delete(call);
    for (const slot of this.#slots) slot.delete(call);
  }

  #decided(latencyMs: number, genuine: boolean, kind: DecisionKind): void {
    this.#report.decisionLatenciesMs.push(latencyMs);
    const name = `${genuine ? 'genuine' : 'impostor'} ${kind}`;
    this.#report.decisions[name] = (this.#report.decisions[name] ?? 0) + 1;
  }

  #caller({ tenantId, speakersAVoice }: CallSource): Caller {
    const track = this.tracks[this.#opened % this.tracks.length]!;
    const genuine = this.#opened % IMPOSTOR_EVERY !== IMPOSTOR_EVERY - 1;
    const others = this.tracks.filter(({ voice }) => voice !== track.voice);
    const { voice } = genuine ? track : others[Math.floor(this.#random() * others.length)]!;
    const claimedId = `${voice}-${Math.floor(this.#random() * speakersAVoice)}`;
    return { tenantId, claimedId, genuine, track };
  }

  #session(): ClientHttp2Session {
    const at = Math.floor(this.#calls.size / CALLS_A_CONNECTION);
    return (this.#sessions[at] ??= connectTo(this.address));
  }
}

export function connectTo(address: string): ClientHttp2Session {
  const session = connect(`http://${address}`, { peerMaxConcurrentStreams: 10_000 });
  session.on('error', () => undefined); // Its streams say so.
  return session;
}

function total(
  calls: readonly SimulatedCall[],
  of: 'waitingBytes' | 'speechSentMs' | 'speechFoundMs',
): number {
  return sum(calls.map((call) => call[of]));
}

function emptyReport() {
  return {
    decisionLatenciesMs: [] as number[],
    decisions: {} as Record<string, number>,
    latenessMs: [] as number[],
    replaysSuspected: 0,
    problems: [] as string[],
  };
}

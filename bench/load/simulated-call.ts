import { randomUUID } from 'node:crypto';
import type { ClientHttp2Session } from 'node:http2';
import { AudioEncoding, ChannelLayout } from '../../src/gen/vouch/v1/common.js';
import { DecisionKind, RiskResult } from '../../src/gen/vouch/v1/decision.js';
import { StreamCallRequest, type CallEvent } from '../../src/gen/vouch/v1/verification.js';
import { MESSAGE_MS } from '../plan.js';
import { framed, GrpcCallStream } from './grpc-stream.js';
import type { PreparedTrack } from './prepare.js';

/** Somebody who calls and claims to be somebody. */
export interface Caller {
  readonly tenantId: string;
  readonly claimedId: string;
  readonly genuine: boolean;
  readonly track: PreparedTrack;
}

export interface CallListener {
  /** A decision came, so long after the last byte that it needed was sent, ms. */
  onDecision(latencyMs: number, call: SimulatedCall, kind: DecisionKind): void;
  /** It was taken for the copy of an earlier call, and is held against none any more. */
  onReplaySuspected(): void;
  onOver(call: SimulatedCall, problem: string | undefined): void;
}

const UNDECIDED: ReadonlySet<DecisionKind> = new Set([
  DecisionKind.INCONCLUSIVE,
  DecisionKind.NOT_ENOUGH_SPEECH,
]);

const END = framed(
  StreamCallRequest.encode({ message: { $case: 'end', value: { reason: 'hang-up' } } }).finish(),
);

/** One call, sent message by message. */
export class SimulatedCall {
  readonly #stream: GrpcCallStream;
  /** When each message that completes a window was sent, by the window's end in the audio, ms. */
  readonly #sentAt = new Map<number, number>();
  #message = 0;
  #speechFoundMs = 0;
  #suspected = false;
  #endSentAt: number | undefined;

  constructor(
    session: ClientHttp2Session,
    readonly caller: Caller,
    private readonly listener: CallListener,
  ) {
    this.#stream = new GrpcCallStream(session, {
      tenantId: caller.tenantId,
      onEvent: (event) => {
        this.#onEvent(event);
      },
      onOver: (problem) => {
        listener.onOver(this, problem);
      },
    });
    this.#stream.send(startMessage(caller));
  }

  /** Audio sent, ms. */
  get audioMs(): number {
    return this.#message * MESSAGE_MS;
  }

  /** Net speech in what was sent, ms; the track comes again and again. */
  get speechSentMs(): number {
    const { netSpeechMs, messages } = this.caller.track;
    const rounds = Math.floor(this.#message / messages.length);
    const rest = this.#message % messages.length;
    return rounds * netSpeechMs.at(-1)! + (rest === 0 ? 0 : netSpeechMs[rest - 1]!);
  }

  /** Net speech that the service has found in it so far, ms. */
  get speechFoundMs(): number {
    return this.#speechFoundMs;
  }

  get waitingBytes(): number {
    return this.#stream.waitingBytes;
  }

  /** Sends the next 20 ms. False when the stream is full. */
  sendAudio(): boolean {
    if (this.#endSentAt !== undefined) return true;
    const { messages, windowEnds } = this.caller.track;
    const message = this.#message++;
    const room = this.#stream.send(messages[message % messages.length]!);
    const endMs = windowEnds.get(message);
    if (endMs !== undefined) this.#sentAt.set(endMs, performance.now());
    return room;
  }

  drained(): Promise<void> {
    return this.#stream.drained();
  }

  end(): void {
    if (this.#endSentAt !== undefined) return;
    this.#endSentAt = performance.now();
    this.#stream.send(END);
    this.#stream.halfClose();
  }

  #onEvent({ event }: CallEvent): void {
    if (event?.$case === 'progress') this.#speechFoundMs = event.value.netSpeechMs;
    if (event?.$case !== 'decision') return;
    const { media, kind, risks } = event.value;
    if (risks?.replay === RiskResult.SUSPECTED && !this.#suspected) {
      this.#suspected = true;
      this.listener.onReplaySuspected();
    }
    const windowSentAt = this.#sentAt.get(Math.round(media?.endMs ?? -1));
    // What is undecided at the end is told as such because the call ended: that was what it needed.
    const sentAt = UNDECIDED.has(kind) ? (this.#endSentAt ?? windowSentAt) : windowSentAt;
    if (sentAt !== undefined) this.listener.onDecision(performance.now() - sentAt, this, kind);
  }
}

function startMessage({ claimedId }: Caller): Buffer {
  const start = {
    callId: randomUUID(),
    format: {
      encoding: AudioEncoding.MULAW,
      sampleRateHz: 8000,
      channelLayout: ChannelLayout.CALLER_ONLY,
      callerChannel: 0,
    },
    claims: [{ speakerId: claimedId }],
  };
  const request = StreamCallRequest.fromPartial({ message: { $case: 'start', value: start } });
  return framed(StreamCallRequest.encode(request).finish());
}

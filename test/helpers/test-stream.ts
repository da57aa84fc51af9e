import { ClientError, type Status } from 'nice-grpc';
import { RichClientError } from 'nice-grpc-error-details';
import type { Decision } from '../../src/gen/vouch/v1/decision.js';
import type {
  CallEvent,
  DeepPartial,
  StreamCallRequest,
  VerificationServiceClient,
} from '../../src/gen/vouch/v1/verification.js';
import { fixturePcm } from './speech.js';

type Message = NonNullable<DeepPartial<StreamCallRequest>['message']>;
type EventCase = NonNullable<CallEvent['event']>['$case'];
type EventValue<Case extends EventCase> = Extract<NonNullable<CallEvent['event']>, { $case: Case }>['value'];

/** How a request failed, as a client sees it. */
export interface Failure {
  readonly code: Status;
  /** Of google.rpc.ErrorInfo; empty where there was none. */
  readonly reason: string;
  readonly field: string;
  readonly message: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** Of google.rpc.RetryInfo, ms; 0 where there was none. */
  readonly retryAfterMs: number;
}

/** Reads an error as a client would. Rethrows what is no gRPC error. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof ClientError)) throw error;
  const details = error instanceof RichClientError ? error.extra : [];
  const info = details.find((detail) => detail.$type === 'google.rpc.ErrorInfo');
  const metadata = info?.$type === 'google.rpc.ErrorInfo' ? info.metadata : {};
  const reason = info?.$type === 'google.rpc.ErrorInfo' ? info.reason : '';
  const retry = details.find((detail) => detail.$type === 'google.rpc.RetryInfo');
  const delay = retry?.$type === 'google.rpc.RetryInfo' ? retry.retryDelay : undefined;
  return {
    code: error.code,
    reason,
    field: metadata['field'] ?? '',
    message: error.details,
    metadata,
    retryAfterMs: delay ? delay.seconds * 1000 + delay.nanos / 1e6 : 0,
  };
}

/** How a request fails; rejects when it does not. */
export async function failure(promise: Promise<unknown>): Promise<Failure> {
  const failed = await promise.then(
    () => undefined,
    (error: unknown) => failureOf(error),
  );
  if (!failed) throw new Error('It did not fail.');
  return failed;
}

/** A decision's kind without the name of its enum. */
export function wordOf(decision: Pick<Decision, 'kind'> | undefined): string {
  return (decision?.kind ?? 'none').replace('DECISION_KIND_', '');
}

/** How long a test waits for an event, ms. */
const PATIENCE_MS = 20_000;

/** One end of a StreamCall: sends when told to, keeps all that comes. */
export class TestStream {
  readonly events: CallEvent[] = [];
  /** Resolves when the stream is over, with how it failed or null. */
  readonly over: Promise<Failure | null>;
  readonly #outgoing: { message: Message; sent: () => void }[] = [];
  readonly #abort = new AbortController();
  #halfClosed = false;
  #isOver = false;
  #wake: () => void = () => undefined;
  readonly #told = new Set<() => void>();

  /** @param reads false: a client that never reads what comes. */
  constructor(
    verification: VerificationServiceClient,
    readonly callId: string,
    reads = true,
  ) {
    const responses = verification.streamCall(this.#requests(), { signal: this.#abort.signal });
    this.over = this.#read(responses, reads).finally(() => {
      this.#isOver = true;
      for (const { sent } of this.#outgoing.splice(0)) sent();
      this.#tell();
    });
  }

  /** Sends a message; resolves when the client's side took it, or the stream is over. */
  async send(message: Message): Promise<void> {
    if (this.#isOver) return;
    await new Promise<void>((sent) => {
      this.#outgoing.push({ message, sent });
      this.#wake();
    });
  }

  /** Sends audio cut into pieces of these lengths, bytes, over and over; 20 ms of 8 kHz PCM by default. */
  async audio(data: Uint8Array, cuts: readonly number[] = [320]): Promise<void> {
    for (let at = 0, n = 0; at < data.length && !this.#isOver; n++) {
      const length = cuts[n % cuts.length]!;
      await this.send({ $case: 'audio', value: { data: Buffer.from(data.subarray(at, at + length)) } });
      at += length;
    }
  }

  /** Sends a stretch of a 16-bit 8 kHz fixture. */
  async speech(path: string, fromMs = 0, toMs = Infinity): Promise<void> {
    await this.audio(fixturePcm(path).subarray(fromMs * 16, toMs * 16));
  }

  pause(reason = 'card-payment'): Promise<void> {
    return this.send({ $case: 'pause', value: { reason } });
  }

  resume(): Promise<void> {
    return this.send({ $case: 'resume', value: {} });
  }

  claim(speakerId: string): Promise<void> {
    return this.send({ $case: 'claim', value: { speakerId } });
  }

  /** Ends the call and waits until the stream is over. */
  async end(reason = 'hang-up'): Promise<Failure | null> {
    await this.send({ $case: 'end', value: { reason } });
    return this.over;
  }

  /** No more messages. */
  async halfClose(): Promise<Failure | null> {
    this.#halfClosed = true;
    this.#wake();
    return this.over;
  }

  /** Goes away without a word. */
  vanish(): void {
    this.#abort.abort();
  }

  /** The first event of this kind that is so, whether it came already or comes. */
  async event<Case extends EventCase>(
    kind: Case,
    isSo: (value: EventValue<Case>, event: CallEvent) => boolean = () => true,
  ): Promise<EventValue<Case>> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const found = this.events.find(
        (event) => event.event?.$case === kind && isSo(event.event.value as EventValue<Case>, event),
      );
      if (found) return found.event!.value as EventValue<Case>;
      if (this.#isOver) throw new Error(`The stream ended without ${kind}: ${this.kinds().join()}`);
      if (Date.now() > deadline) throw new Error(`No ${kind} came: ${this.kinds().join()}`);
      await this.#news();
    }
  }

  /** What the audio clock has come to, once it has come this far, ms. */
  async heardUpTo(ms: number): Promise<void> {
    await this.event('progress', (progress) => progress.audioMs >= ms);
  }

  /** All that came of this kind. */
  all<Case extends EventCase>(kind: Case): EventValue<Case>[] {
    return this.events.flatMap(({ event }) =>
      event?.$case === kind ? [event.value as EventValue<Case>] : [],
    );
  }

  /** The decision that came last. */
  get decision(): Decision {
    const last = this.all('decision').at(-1);
    if (!last) throw new Error('No decision came.');
    return last;
  }

  /** What came, in a word each, without progress and quality. */
  kinds(): string[] {
    return this.events
      .map(({ event }) => (event?.$case === 'decision' ? wordOf(event.value) : (event?.$case ?? '')))
      .filter((kind) => kind !== 'progress' && kind !== 'quality');
  }

  async *#requests(): AsyncGenerator<DeepPartial<StreamCallRequest>> {
    for (;;) {
      const next = this.#outgoing.shift();
      if (next) {
        next.sent();
        yield { message: next.message };
      } else if (this.#halfClosed) {
        return;
      } else {
        await new Promise<void>((wake) => {
          this.#wake = wake;
        });
      }
    }
  }

  async #read(
    responses: AsyncIterable<{ event?: CallEvent | undefined }>,
    reads: boolean,
  ): Promise<Failure | null> {
    try {
      const reader = responses[Symbol.asyncIterator]();
      for (let next = await reader.next(); !next.done; next = await reader.next()) {
        if (next.value.event) this.events.push(next.value.event);
        this.#tell();
        if (!reads)
          await new Promise((gone) => {
            this.#abort.signal.addEventListener('abort', gone);
          });
      }
      return null;
    } catch (error) {
      return this.#abort.signal.aborted ? null : failureOf(error);
    }
  }

  #tell(): void {
    for (const told of this.#told) told();
    this.#told.clear();
  }

  async #news(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((told) => {
      this.#told.add(told);
      timer = setTimeout(told, 1000);
    });
    clearTimeout(timer);
  }
}

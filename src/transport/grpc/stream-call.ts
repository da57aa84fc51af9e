import type { CallContext } from 'nice-grpc';
import type { CallStart } from '../../domain/call.js';
import { VouchError } from '../../errors.js';
import type { StreamCallRequest, StreamCallResponse } from '../../gen/vouch/v1/verification.js';
import type { CallStream } from '../../session/index.js';
import { readAudio, readCallStart, readClaim } from '../read-call.js';
import { checkNamesAgent } from '../roles.js';
import { validText } from '../validate.js';
import { writeEvent } from '../write-call.js';
import { isGone } from './gone.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { withTimeout } from './timeout.js';

type Requests = AsyncIterator<StreamCallRequest>;

/** StreamCall: one stream of one call. Reads and tells at the same time; ends with the call, an error, or the client. */
export function streamCall(parts: TransportParts) {
  return async function* (
    requests: AsyncIterable<StreamCallRequest>,
    context: CallContext & WithPrincipal,
  ): AsyncGenerator<StreamCallResponse> {
    const { role } = context.principal;
    const reader = requests[Symbol.asyncIterator]();
    const start = await readStart(reader, parts.startTimeoutMs);
    checkNamesAgent(context.principal, start.agentId);
    const call = await parts.calls.open(context.principal, start);
    const watchdog = new Watchdog(parts.stallTimeoutMs, call);
    try {
      void pump(reader, call, watchdog, context.signal);
      for await (const event of call.events) {
        const message = writeEvent(event, role);
        if (message) yield { event: message };
      }
    } finally {
      watchdog.stop();
      call.hangUp();
    }
  };
}

async function readStart(reader: Requests, timeoutMs: number): Promise<CallStart> {
  const first = await withTimeout(reader.next(), timeoutMs, () => new VouchError('START_TIMEOUT'));
  if (first.done) throw new VouchError('START_EXPECTED');
  const message = first.value.message;
  if (message?.$case !== 'start') throw new VouchError('START_EXPECTED');
  return readCallStart(message.value);
}

/** Reads until the stream ends; whatever goes wrong goes to the call, which tells the client. */
async function pump(
  reader: Requests,
  call: CallStream,
  watchdog: Watchdog,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      const next = await reader.next();
      watchdog.working = true;
      if (next.done) {
        if (await isGone(signal)) call.hangUp();
        else await call.end('');
        return;
      }
      if (await handle(next.value, call)) return;
      watchdog.working = false;
      watchdog.heard();
    }
  } catch (error) {
    call.fail(error);
  }
}

/** Returns whether this was the last message. */
async function handle(request: StreamCallRequest, call: CallStream): Promise<boolean> {
  const message = request.message;
  switch (message?.$case) {
    case 'audio': {
      const { data, gapMs } = readAudio(message.value);
      await call.audio(data, gapMs);
      return false;
    }
    case 'pause':
      await call.pause(validText(message.value.reason, 'pause.reason', 64));
      return false;
    case 'resume':
      await call.resume();
      return false;
    case 'claim':
      await call.claim(readClaim(message.value, 'claim'));
      return false;
    case 'end':
      await call.end(validText(message.value.reason, 'end.reason', 64));
      return true;
    case 'start':
      throw new VouchError('START_REPEATED');
    case undefined:
      throw new VouchError('MESSAGE_MALFORMED', { message: 'The message is none of those of the contract.' });
  }
}

/** Cuts off a stream that sends nothing. While the call is paused, silence is what is expected. */
class Watchdog {
  /** While a message is being handled, it is not the client that lets wait. */
  working = false;
  #heardAtMs = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(stallTimeoutMs: number, call: CallStream) {
    this.#timer = setInterval(
      () => {
        if (call.paused || this.working) this.heard();
        if (call.unreadForMs >= stallTimeoutMs) call.fail(new VouchError('STREAM_NOT_READ'));
        if (performance.now() - this.#heardAtMs >= stallTimeoutMs)
          call.fail(new VouchError('STREAM_STALLED'));
      },
      Math.min(1000, stallTimeoutMs / 4),
    );
  }

  heard(): void {
    this.#heardAtMs = performance.now();
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

import type { CallContext } from 'nice-grpc';
import type { CallStart } from '../../domain/call.js';
import { VouchError } from '../../errors.js';
import { StreamCallResponse, type StreamCallRequest } from '../../gen/vouch/v1/verification.js';
import type { CallStream } from '../../session/index.js';
import { readAudio, readCallStart, readClaim } from '../read-call.js';
import { checkNamesAgent } from '../roles.js';
import type { TransportParts, WithPrincipal } from '../rpcs/parts.js';
import { withTimeout } from '../rpcs/timeout.js';
import { validText } from '../validate.js';
import { writeEvent } from '../write-call.js';
import type { DirectRequests, RequestTaker } from './direct-requests.js';
import { isGone } from './gone.js';
import { Watchdog } from './watchdog.js';

type Requests = AsyncIterator<StreamCallRequest>;

/** The first message of a stream, and what it says. */
interface StartRequest {
  readonly request: StreamCallRequest;
  readonly start: CallStart;
}

/** StreamCall: one stream of one call. Reads and tells at the same time; ends with the call, an error, or the client. */
export function streamCall(parts: TransportParts, requestsOf: DirectRequests<StreamCallRequest>) {
  return async function* (
    requests: AsyncIterable<StreamCallRequest>,
    context: CallContext & WithPrincipal,
  ): AsyncGenerator<StreamCallResponse> {
    const { role } = context.principal;
    const reader = requests[Symbol.asyncIterator]();
    const { request, start } = await readStart(reader, parts.startTimeoutMs);
    checkNamesAgent(context.principal, start.agentId);
    const call = await parts.calls.open(context.principal, start, context.follower?.call);
    const watchdog = new Watchdog(parts.stallTimeoutMs, call);
    const stop = () => {
      const reason: unknown = context.signal.reason;
      if (reason instanceof VouchError) call.fail(reason);
    };
    context.signal.addEventListener('abort', stop, { once: true });
    try {
      const send = requestsOf.takeAfter(request, new Reader(call, watchdog, context.signal));
      let answered = false;
      for await (const event of call.events) {
        const message = writeEvent(event, role);
        if (!message) continue;
        if (send && answered) await send(StreamCallResponse.encode({ event: message }).finish());
        else yield { event: message };
        answered = true;
      }
    } finally {
      context.signal.removeEventListener('abort', stop);
      watchdog.stop();
      call.hangUp();
    }
  };
}

async function readStart(reader: Requests, timeoutMs: number): Promise<StartRequest> {
  const first = await withTimeout(reader.next(), timeoutMs, () => new VouchError('START_TIMEOUT'));
  if (first.done) throw new VouchError('START_EXPECTED');
  const message = first.value.message;
  if (message?.$case !== 'start') throw new VouchError('START_EXPECTED');
  return { request: first.value, start: readCallStart(message.value) };
}

/** Takes messages until the stream ends; whatever goes wrong goes to the call, which tells the client. */
class Reader implements RequestTaker<StreamCallRequest> {
  constructor(
    private readonly call: CallStream,
    private readonly watchdog: Watchdog,
    private readonly signal: AbortSignal,
  ) {}

  onMessage(request: StreamCallRequest): boolean | Promise<boolean> {
    try {
      const handled = handle(request, this.call);
      if (handled) return this.#afterwards(request, handled);
    } catch (error) {
      this.call.fail(error);
      return false;
    }
    this.watchdog.heard();
    return true;
  }

  onHalfClose(): void {
    this.watchdog.working = true;
    void this.#end();
  }

  onCancel(): void {
    this.call.hangUp();
  }

  async #afterwards(request: StreamCallRequest, handled: Promise<void>): Promise<boolean> {
    this.watchdog.working = true;
    try {
      await handled;
    } catch (error) {
      this.call.fail(error);
      return false;
    }
    if (request.message?.$case === 'end') return false;
    this.watchdog.working = false;
    this.watchdog.heard();
    return true;
  }

  async #end(): Promise<void> {
    try {
      if (await isGone(this.signal)) this.call.hangUp();
      else await this.call.end('');
    } catch (error) {
      this.call.fail(error);
    }
  }
}

/** Undefined where there is nothing to wait for before the next message. */
function handle(request: StreamCallRequest, call: CallStream): Promise<void> | undefined {
  const message = request.message;
  switch (message?.$case) {
    case 'audio': {
      const { data, gapMs } = readAudio(message.value);
      return call.audio(data, gapMs);
    }
    case 'pause':
      return call.pause(validText(message.value.reason, 'pause.reason', 64));
    case 'resume':
      return call.resume();
    case 'claim':
      return call.claim(readClaim(message.value, 'claim'));
    case 'end':
      return call.end(validText(message.value.reason, 'end.reason', 64));
    case 'start':
      throw new VouchError('START_REPEATED');
    case undefined:
      throw new VouchError('MESSAGE_MALFORMED', { message: 'The message is none of those of the contract.' });
  }
}

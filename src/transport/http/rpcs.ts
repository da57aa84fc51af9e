import type { Readable } from 'node:stream';
import type { DescMessage, FileRegistry } from '@bufbuild/protobuf';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { VouchError } from '../../errors.js';
import { guarded, type Answers, type Chain } from '../chain.js';
import { tell } from '../errors.js';
import { withTimeout } from '../rpcs/timeout.js';
import type { Rpc, RpcContext, RpcDefinition, Service } from '../services.js';
import { errorBody } from './answer.js';
import type { EventStreams, StreamPlace } from './event-streams.js';
import { readJson, writeJson } from './json.js';
import { lines, wholeBody } from './lines.js';

/** Interactive both ways at the pace of speech, which HTTP/1.1 is not made for. */
export const GRPC_ONLY: ReadonlySet<string> = new Set(['VerificationService/StreamCall']);

/** All of a single message is there within this time, ms. */
const BODY_WITHIN_MS = 30_000;

/** An error that comes so soon is an HTTP status, ms; later it is an event. */
const FIRST_WITHIN_MS = 1000;

export interface RpcRoutesOptions {
  readonly chain: Chain;
  readonly contract: FileRegistry;
  readonly streams: EventStreams;
}

/** A route for every RPC of a service, derived from its definition: nothing here knows any of them. */
export function addRpcs(
  app: FastifyInstance,
  { definition, implementation }: Service,
  options: RpcRoutesOptions,
) {
  for (const [key, method] of Object.entries(definition.methods)) {
    const rpc = implementation[key];
    if (rpc === undefined) throw new Error(`${definition.name} does not implement ${key}.`);
    const route = new RpcRoute(`${definition.name}/${method.name}`, method, rpc, options);
    app.post(`/${definition.fullName}/${method.name}`, (request, reply) => route.answer(request, reply));
  }
}

/** One RPC over HTTP. */
class RpcRoute {
  readonly #requestMessage: DescMessage;

  constructor(
    private readonly name: string,
    private readonly method: RpcDefinition,
    private readonly rpc: Rpc,
    private readonly options: RpcRoutesOptions,
  ) {
    this.#requestMessage = requestMessage(options.contract, name);
  }

  async answer(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const gone = new AbortController();
    reply.raw.once('close', () => {
      gone.abort();
    });
    const { requestStream, responseStream } = this.method;
    let given: unknown;
    const asked = {
      transport: 'http',
      isStream: requestStream || responseStream,
      rpc: this.name,
      readMessage: async () => {
        given = await this.#given(request);
        return requestStream ? undefined : given;
      },
      signal: gone.signal,
      peer: request.socket.remoteAddress,
      metadata: (key: string) => header(request, key),
    } as const;
    // Only who may ask takes a place, and has it before any work is done.
    const place = responseStream ? this.options.streams.place() : null;
    const answers = guarded(this.options.chain, asked, (who) => {
      place?.take();
      return this.#call(given, who);
    });
    void reply.header('cache-control', 'no-store');
    if (place) return this.#stream(place, answers, reply, gone.signal);
    const { value } = await answers.next();
    return reply.type('application/json').send(this.#write(value));
  }

  async *#call(given: unknown, context: RpcContext): Answers<unknown> {
    const answer = this.rpc(given, context);
    if (Symbol.asyncIterator in answer) yield* answer;
    else return await answer;
  }

  /** The message, or the messages as they come. */
  async #given(request: FastifyRequest): Promise<unknown> {
    if (GRPC_ONLY.has(this.name)) throw new VouchError('GRPC_ONLY');
    return this.method.requestStream ? this.#messages(request) : this.#message(request);
  }

  async #message(request: FastifyRequest): Promise<unknown> {
    checkContentType(request, 'application/json');
    const late = () => new VouchError('STREAM_STALLED');
    return this.#read(await withTimeout(wholeBody(request.raw), BODY_WITHIN_MS, late));
  }

  #messages(request: FastifyRequest): AsyncIterable<unknown> {
    checkContentType(request, 'application/x-ndjson');
    return this.#readLines(request);
  }

  async *#readLines(request: FastifyRequest): AsyncGenerator {
    for await (const line of lines(request.raw)) yield this.#read(line);
  }

  async #stream(
    place: StreamPlace,
    answers: Answers<unknown>,
    reply: FastifyReply,
    gone: AbortSignal,
  ): Promise<FastifyReply> {
    const { streams } = this.options;
    const form = {
      write: (message: unknown) => this.#write(message),
      writeError: (error: unknown) => JSON.stringify(errorBody(tell(error, this.options.chain.report))),
      cut: () => reply.raw.destroy(),
    };
    let stream: Readable;
    try {
      stream = streams.open(place, await begun(answers), form, gone);
    } catch (error) {
      place.free();
      void answers.return(undefined).catch(() => undefined); // It may take its time; the answer does not wait.
      throw error;
    }
    return reply.type('text/event-stream; charset=utf-8').header('x-accel-buffering', 'no').send(stream);
  }

  #read(json: Uint8Array): unknown {
    return readJson(this.#requestMessage, this.method.requestType, json);
  }

  #write(message: unknown): string {
    const { responseType } = this.method;
    return writeJson(responseType.toJSON(responseType.fromPartial(message ?? {})));
  }
}

/**
 * Waits for the first message, so that a refusal is an HTTP status, but not for long. Returns all messages. Throws what went
 * wrong until then.
 */
async function begun<Message>(messages: Answers<Message>): Promise<AsyncIterator<Message, unknown>> {
  const first = messages.next();
  // Whoever takes the messages hears of it then.
  first.catch(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  const slow = new Promise<void>((done) => {
    timer = setTimeout(done, FIRST_WITHIN_MS);
  });
  await Promise.race([first, slow]).finally(() => {
    clearTimeout(timer);
  });
  let taken = false;
  return {
    next: () => {
      if (taken) return messages.next();
      taken = true;
      return first;
    },
    return: (value) => messages.return(value as never),
  };
}

function requestMessage(contract: FileRegistry, name: string): DescMessage {
  const [service = '', rpc] = name.split('/');
  const method = contract.getService(`vouch.v1.${service}`)?.methods.find((each) => each.name === rpc);
  if (!method) throw new Error(`The compiled contract has no ${name}: it is of another version.`);
  return method.input;
}

function header(request: FastifyRequest, name: string): string | undefined {
  const value = request.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Other types are those that a page of another origin may send without asking. Throws CONTENT_TYPE_UNKNOWN. */
function checkContentType(request: FastifyRequest, expected: string): void {
  const given = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (given !== expected) {
    throw new VouchError('CONTENT_TYPE_UNKNOWN', {
      message: `The body must be ${expected}.`,
      metadata: { expected },
    });
  }
}

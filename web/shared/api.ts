import type { AdminServiceClient } from '../../src/gen/vouch/v1/admin.js';
import type { ConsentServiceClient } from '../../src/gen/vouch/v1/consent.js';
import type { EnrolmentServiceClient } from '../../src/gen/vouch/v1/enrolment.js';
import type { RetentionServiceClient } from '../../src/gen/vouch/v1/retention.js';
import type { TransferServiceClient } from '../../src/gen/vouch/v1/transfer.js';
import type { VerificationServiceClient } from '../../src/gen/vouch/v1/verification.js';
import { ApiError, readError } from './api-error.js';
import { readEvents } from './events.js';
import type { Json } from './json.js';

/** The methods of a service over HTTP: what was a promise is one, what was a stream is an iterable of messages. */
type Service<Client> = {
  [Method in keyof Client]: Client[Method] extends (request: infer Request, ...rest: never) => infer Answer
    ? Request extends AsyncIterable<infer Piece>
      ? Over<Iterable<Json<Piece>> | AsyncIterable<Json<Piece>>, Answer>
      : Over<Json<Request>, Answer>
    : never;
};

type Over<Request, Answer> =
  Answer extends Promise<infer Response>
    ? (request: Request, signal?: AbortSignal) => Promise<Json<Response>>
    : Answer extends AsyncIterable<infer Response>
      ? (request: Request, signal?: AbortSignal) => AsyncIterable<Json<Response>>
      : never;

/** All services of the contract, nothing of them written here: method `recordConsent` is RPC `RecordConsent`. */
export interface Api {
  readonly verification: Service<VerificationServiceClient>;
  readonly enrolment: Service<EnrolmentServiceClient>;
  readonly consent: Service<ConsentServiceClient>;
  readonly admin: Service<AdminServiceClient>;
  readonly retention: Service<RetentionServiceClient>;
  readonly transfer: Service<TransferServiceClient>;
}

export interface ApiOptions {
  /** Where the service is, without a slash at the end; empty: where the page came from. */
  readonly base?: string;
  /** Headers that say who asks, read before every request; a token may be renewed meanwhile. */
  readonly headers?: () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;
  /** After how long a request without an answer is given up, ms. Streams: until the first byte. */
  readonly timeoutMs?: number;
  /** Told whenever a stream brings anything, if only a sign of life. */
  readonly onAlive?: () => void;
}

/** The RPCs of a service whose answers are streams. */
type Streams<Name extends string, Client> = {
  [Method in keyof Client & string]: Client[Method] extends (...request: never) => AsyncIterable<unknown>
    ? `${Name}/${Capitalize<Method>}`
    : never;
}[keyof Client & string];

type Streaming = { [Name in keyof Api]: Streams<`${Capitalize<Name>}Service`, Api[Name]> }[keyof Api];

/** A call of them gives an iterable before there is any answer; the compiler holds this list to the contract. */
const STREAMS: Readonly<Record<Exclude<Streaming, 'VerificationService/StreamCall'>, true>> = {
  'VerificationService/WatchCall': true,
  'ConsentService/ExportSpeakerData': true,
  'AdminService/ExportCalibrationRows': true,
  'RetentionService/RunRetention': true,
  'TransferService/ExportSpeakers': true,
  'TransferService/ImportSpeakers': true,
};

const TIMEOUT_MS = 30_000;

/** What reads all that was ever recorded. */
const PATIENT_MS: Readonly<Record<string, number>> = { 'AdminService/VerifyAudit': 600_000 };

/** A client of the service for a browser. Its methods throw {@link ApiError}. */
export function createApi(options: ApiOptions = {}): Api {
  const service = (name: string) =>
    new Proxy(
      {},
      {
        get: (_, method) => {
          const rpc = `${name}/${upperFirst(String(method))}`;
          return Object.hasOwn(STREAMS, rpc)
            ? (request: unknown, signal?: AbortSignal) => stream(options, rpc, request, signal)
            : (request: unknown, signal?: AbortSignal) => unary(options, rpc, request, signal);
        },
      },
    );
  return {
    verification: service('VerificationService') as Api['verification'],
    enrolment: service('EnrolmentService') as Api['enrolment'],
    consent: service('ConsentService') as Api['consent'],
    admin: service('AdminService') as Api['admin'],
    retention: service('RetentionService') as Api['retention'],
    transfer: service('TransferService') as Api['transfer'],
  };
}

async function unary(
  options: ApiOptions,
  rpc: string,
  request: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  const response = await post(options, rpc, request, signal);
  try {
    return await response.json();
  } catch (cause) {
    throw new ApiError('UNAVAILABLE', 'CONNECTION_LOST', { cause });
  }
}

async function* stream(options: ApiOptions, rpc: string, request: unknown, signal?: AbortSignal) {
  const response = await post(options, rpc, request, signal);
  if (response.body) yield* readEvents(response.body, options.onAlive);
}

async function post(
  options: ApiOptions,
  rpc: string,
  request: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  // Only until the answer begins: a stream may go on for as long as it likes, and so may an upload.
  const patience = new AbortController();
  const timer = isStream(request)
    ? undefined
    : setTimeout(
        () => {
          patience.abort();
        },
        PATIENT_MS[rpc] ?? options.timeoutMs ?? TIMEOUT_MS,
      );
  let response: Response;
  try {
    const headers = await options.headers?.();
    response = await fetch(`${options.base ?? ''}/vouch.v1.${rpc}`, {
      method: 'POST',
      headers: {
        'content-type': isStream(request) ? 'application/x-ndjson' : 'application/json',
        ...headers,
      },
      body: isStream(request) ? await lines(request) : JSON.stringify(request),
      signal: signal ? AbortSignal.any([signal, patience.signal]) : patience.signal,
      cache: 'no-store',
      credentials: 'omit',
      redirect: 'error',
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError('UNAVAILABLE', 'CONNECTION_LOST', { cause });
  } finally {
    clearTimeout(timer);
  }
  if (!response.ok) throw await readError(response);
  return response;
}

function isStream(request: unknown): request is Iterable<unknown> | AsyncIterable<unknown> {
  return (
    typeof request === 'object' &&
    request !== null &&
    (Symbol.iterator in request || Symbol.asyncIterator in request)
  );
}

/** Messages as lines; a Blob, since not every browser can send a stream. */
async function lines(requests: Iterable<unknown> | AsyncIterable<unknown>): Promise<Blob> {
  const all: string[] = [];
  for await (const request of requests) all.push(`${JSON.stringify(request)}\n`);
  return new Blob(all);
}

function upperFirst(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

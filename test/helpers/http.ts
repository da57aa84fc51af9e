import type { TestService } from './ground.js';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /** What the JSON says; of an answer that is none, its text. */
  readonly body: unknown;
}

/** An error as HTTP tells it. */
export interface HttpError {
  readonly code: number;
  readonly status: string;
  readonly message: string;
  readonly details: readonly {
    readonly '@type': string;
    readonly reason?: string;
    readonly domain?: string;
    readonly metadata?: Readonly<Record<string, string>>;
    readonly retryDelay?: string;
  }[];
}

/** One server-sent event. */
export interface ServerSentEvent {
  readonly event: string;
  readonly data: unknown;
}

/** Asks a service over HTTP. */
export class HttpCaller {
  constructor(
    readonly service: TestService,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  url(path: string): string {
    return `http://${this.service.httpAddress}${path}`;
  }

  /** POST of one JSON message. @param rpc for example `ConsentService/OptOut` */
  async ask(
    rpc: string,
    message: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<HttpAnswer> {
    const response = await this.post(rpc, JSON.stringify(message), headers);
    return answerOf(response);
  }

  async post(
    rpc: string,
    body: RequestInit['body'],
    headers: Readonly<Record<string, string>> = {},
    signal?: AbortSignal,
  ): Promise<Response> {
    return fetch(this.url(`/vouch.v1.${rpc}`), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...this.headers, ...headers },
      body,
      duplex: 'half',
      ...(signal && { signal }),
    } as RequestInit);
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<HttpAnswer> {
    return answerOf(await fetch(this.url(path), { headers, redirect: 'manual' }));
  }
}

/** A caller who says to be of a tenant. */
export function httpCaller(service: TestService, tenantId: string, role = 'ADMINISTRATOR'): HttpCaller {
  return new HttpCaller(service, { 'vouch-tenant': tenantId, 'vouch-role': role, 'vouch-actor': 'test' });
}

export async function answerOf(response: Response): Promise<HttpAnswer> {
  const text = await response.text();
  const { status, headers } = response;
  const isJson = headers.get('content-type')?.startsWith('application/json') === true;
  return { status, headers, body: isJson ? (JSON.parse(text) as unknown) : text };
}

/** The error in an answer or in an event. */
export function errorOf(body: unknown): HttpError {
  const { error } = body as { error?: HttpError };
  if (!error) throw new Error(`No error: ${JSON.stringify(body)}`);
  return error;
}

export function reasonOf(body: unknown): string | undefined {
  return errorOf(body).details[0]?.reason;
}

/** The events of an answer, as they come. */
export async function* eventsOf(response: Response): AsyncGenerator<ServerSentEvent> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const match = /^event: (?<event>\w+)\ndata: (?<data>.*)$/.exec(block);
      if (match?.groups)
        yield { event: match.groups['event'] ?? '', data: JSON.parse(match.groups['data'] ?? '') };
    }
  }
}

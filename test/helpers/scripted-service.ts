import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { ROOT } from './binary.js';
import { SCRIPT_NAMES, SCRIPTS, type Script, type ScriptName } from './badge-scripts.js';

/** What the page of a customer's own would allow its scripts: nothing that stands within it. */
const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' http://*.localhost:*";

const NOTICE = {
  notice: {
    noticeId: 'voice',
    version: 2,
    language: 'en',
    channel: 'NOTICE_CHANNEL_AGENT_SCRIPT',
    text:
      'We would like to recognise you by your voice when you call. For this we compute a voiceprint, keep it encrypted for ' +
      'at most three years without use, and compare it with your voice in later calls.\n\nYou may say no, or take your ' +
      'consent back at any time; then it is erased, and we ask you our usual questions.',
    purposes: ['PURPOSE_VERIFY', 'PURPOSE_ADAPT'],
    controllerEntity: 'Example Bank',
    retentionDays: 1095,
  },
  textSha256: 'AAAA',
};

/**
 * Speaks HTTP as the service does, and says what {@link SCRIPTS} has for the call that is asked for: for states that real calls
 * come to only after minutes, or with luck. Serves the built badge, and a page that embeds some.
 */
export class ScriptedService {
  readonly #server: Server;
  readonly #watched = new Set<string>();

  private constructor() {
    this.#server = createServer((request, response) => {
      void this.#answer(request, response);
    });
  }

  static async start(): Promise<ScriptedService> {
    const service = new ScriptedService();
    await new Promise<void>((done) => service.#server.listen(0, '127.0.0.1', done));
    return service;
  }

  /** A page with a badge for each of these calls. */
  page(calls: readonly ScriptName[] = SCRIPT_NAMES, lang = 'en'): string {
    return `http://localhost:${this.#port}/page?lang=${lang}&calls=${calls.join()}`;
  }

  /** As if nobody had watched anything yet. */
  forget(): void {
    this.#watched.clear();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((done) => this.#server.close(done));
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost');
    response.setHeader('access-control-allow-origin', '*');
    response.setHeader('access-control-allow-headers', 'content-type, authorization');
    if (request.method === 'OPTIONS') response.writeHead(204).end();
    else if (url.pathname === '/page') this.#page(url, response);
    else if (url.pathname.startsWith('/badge/')) await file(url.pathname, response);
    else if (request.method === 'POST')
      this.#rpc(url.pathname, (await json(request)) as Record<string, unknown>, response);
    else response.writeHead(404).end();
  }

  /** Each badge asks a host of its own: browsers keep six connections to one. */
  #page({ searchParams }: URL, response: ServerResponse): void {
    const calls = (searchParams.get('calls') ?? '').split(',');
    const badges = calls.map(
      (call, at) =>
        `<vouch-badge call-id="${call}" jurisdiction="EU" service="http://s${at}.localhost:${this.#port}"></vouch-badge>`,
    );
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY })
      .end(
        `<!doctype html><html lang="${searchParams.get('lang') ?? 'en'}"><head><meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" /><meta name="color-scheme" content="light dark" />
        <title>Desktop</title><script type="module" src="/badge/vouch-badge.js"></script></head>
        <body><main><h1>Desktop</h1>${badges.join('')}</main></body></html>`,
      );
  }

  #rpc(path: string, message: Record<string, unknown>, response: ServerResponse): void {
    const rpc = path.replace('/vouch.v1.', '');
    const callId = typeof message['callId'] === 'string' ? message['callId'] : '';
    const script: Script | undefined = callId in SCRIPTS ? SCRIPTS[callId as ScriptName] : undefined;
    const answers: Readonly<Record<string, unknown>> = {
      'AdminService/GetPrincipal': { tenantId: 'demo', roles: ['ROLE_AGENT'], actorId: 'agent-7' },
      'ConsentService/ListNotices': { notices: [NOTICE] },
      'ConsentService/GetNotice': { wordings: [NOTICE] },
    };
    if (rpc === 'VerificationService/GetCall') getCall(callId, script, this.#watched, response);
    else if (rpc === 'VerificationService/WatchCall') {
      this.#watched.add(callId);
      watchCall(callId, script, response);
    } else if (rpc !== 'EnrolmentService/GetTrustPhrase') answer(response, answers[rpc] ?? {});
    else if (script?.phrase) answer(response, { phrase: script.phrase });
    else refuse(response, 'FAILED_PRECONDITION', 'NOBODY_ANSWERED');
  }
}

function getCall(
  callId: string,
  script: Script = { state: 'waiting', refusal: { status: 'NOT_FOUND', reason: 'CALL_NOT_FOUND' } },
  watched: ReadonlySet<string>,
  response: ServerResponse,
): void {
  const { refusal, link, shadow = false } = script;
  if (refusal) refuse(response, refusal.status, refusal.reason);
  else if (link !== 'hang' && (link !== 'cut' || !watched.has(callId)))
    answer(response, { callId, state: 'CALL_STATE_LIVE', shadow });
}

function watchCall(callId: string, script: Script | undefined, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let sequence = 0;
  for (const body of script?.events ?? []) {
    const event = {
      sequence: body.progress ? 0 : ++sequence,
      callId,
      emittedAt: new Date().toISOString(),
      mediaTimeMs: script?.mediaTimeMs ?? 4000,
      ...body,
    };
    response.write(`event: message\ndata: ${JSON.stringify({ event })}\n\n`);
  }
  // What was written arrives before the connection ends.
  if (script?.link === 'cut') setTimeout(() => response.destroy(), 50);
}

function answer(response: ServerResponse, message: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(message));
}

function refuse(response: ServerResponse, status: string, reason: string): void {
  const details = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'vouch.v1' }];
  const code = { NOT_FOUND: 404, UNAVAILABLE: 503, UNAUTHENTICATED: 401 }[status] ?? 400;
  response
    .writeHead(code, { 'content-type': 'application/json' })
    .end(JSON.stringify({ error: { code, status, message: '', details } }));
}

async function file(path: string, response: ServerResponse): Promise<void> {
  const bytes = await readFile(`${ROOT}dist/web${path}`).catch(() => null);
  if (bytes) response.writeHead(200, { 'content-type': 'text/javascript' }).end(bytes);
  else response.writeHead(404).end();
}

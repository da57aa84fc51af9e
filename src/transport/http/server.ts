import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { isAbortError } from 'abort-controller-x';
import { VouchError } from '../../errors.js';
import { networkOf, peerAddress, type TlsFiles } from '../../access/index.js';
import type { Chain } from '../chain.js';
import { addressInUse, tell } from '../errors.js';
import type { Services } from '../services.js';
import { sendError } from './answer.js';
import { EventStreams } from './event-streams.js';
import { addHealth, type Health } from './health.js';
import { PERMISSIONS, securityHeaders } from './headers.js';
import { readContract } from './json.js';
import { addOpenApi } from './openapi.js';
import { answerPreflight, checkHost, checkOrigin, type OriginRules } from './origins.js';
import { addPages } from './pages.js';
import { addRpcs } from './rpcs.js';
import { secureServers } from './secure-server.js';

export interface HttpServerOptions extends OriginRules {
  /** The compiled contract. */
  readonly descriptorsPath: string;
  /** The folder of the pages; it need not be there. */
  readonly pagesFolder: string;
  /** Answers as server-sent events that are open at once, at most. */
  readonly maximumStreams: number;
  /** Of one address, at most. */
  readonly requestsPerMinute: number;
  readonly health: Health;
  /** Of this software. */
  readonly version: string;
  /** Null: in clear. */
  readonly tls: TlsFiles | null;
  /** Whoever takes nothing of an answer for so long is cut off, ms. Default 30 s. */
  readonly unreadMs?: number;
}

/** Connections besides those of event streams. */
const OTHER_CONNECTIONS = 1000;

const UNREAD_MS = 30_000;

/** A body that nobody wants any more is thrown away for so long, ms: cut at once, the answer would be lost with it. */
const THROW_AWAY_MS = 5000;

/** The HTTP side: every RPC as JSON, the pages, health. */
export class HttpServer {
  readonly #app: FastifyInstance;
  readonly #streams: EventStreams;

  private constructor(app: FastifyInstance, streams: EventStreams) {
    this.#app = app;
    this.#streams = streams;
  }

  static async create(services: Services, chain: Chain, options: HttpServerOptions): Promise<HttpServer> {
    const app = createApp(chain, options.tls);
    app.server.maxConnections = options.maximumStreams + OTHER_CONNECTIONS;
    const streams = new EventStreams(options.maximumStreams);
    await app.register(helmet, securityHeaders());
    app.addHook('onRequest', async (request, reply) => {
      void reply.header('permissions-policy', PERMISSIONS);
      checkHost(request, options);
      checkOrigin(request, reply, options);
      return Promise.resolve();
    });
    const { unreadMs = UNREAD_MS } = options;
    app.addHook('onSend', async ({ raw }) => {
      // Until the answer is out; then the time of an idle connection counts, and none while another request is worked on.
      raw.socket.setTimeout(unreadMs);
      return Promise.resolve();
    });
    await app.register(rateLimit, {
      max: options.requestsPerMinute,
      timeWindow: 60_000,
      keyGenerator: ({ socket }) => networkOf(peerAddress(socket.remoteAddress ?? '')),
      errorResponseBuilder: (_request, { ttl }) => new VouchError('TOO_MANY_REQUESTS', { retryAfterMs: ttl }),
    });
    app.setNotFoundHandler({ preHandler: app.rateLimit() }, notFound);
    const contract = readContract(await readFile(options.descriptorsPath));
    for (const service of services.table) addRpcs(app, service, { chain, contract, streams });
    addOpenApi(app, contract, options.version);
    addHealth(app, options.health);
    await addPages(app, options.pagesFolder);
    return new HttpServer(app, streams);
  }

  /** Listens on a host and a port, 0 for any. Returns the port. Rejects with ADDRESS_IN_USE. */
  async listen(host: string, port: number): Promise<number> {
    try {
      await this.#app.listen({ host: host.replace(/^\[(.*)\]$/, '$1'), port });
    } catch (cause) {
      if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'EADDRINUSE') throw cause;
      throw addressInUse('VOUCH_HTTP_ADDRESS', `${host}:${port}`, cause);
    }
    return (this.#app.server.address() as AddressInfo).port;
  }

  /** Ends the event streams, so that whoever listens goes elsewhere; the rest goes on. */
  drain(): void {
    this.#streams.drain();
  }

  /** Waits for requests under way up to a deadline, then cuts them. */
  async stop(deadlineMs: number): Promise<void> {
    this.drain();
    const timer = setTimeout(() => {
      this.#app.server.closeAllConnections();
    }, deadlineMs);
    await this.#app.close();
    clearTimeout(timer);
  }
}

function createApp({ report }: Chain, tls: TlsFiles | null): FastifyInstance {
  const app = fastify({
    ...(tls ? { serverFactory: secureServers(tls) } : {}),
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    exposeHeadRoutes: false,
    keepAliveTimeout: 60_000,
    // Bodies have times of their own: an upload may take longer than any other request.
    requestTimeout: 0,
    http: { headersTimeout: 10_000, maxHeaderSize: 16_384, connectionsCheckingInterval: 5000 },
    clientErrorHandler: (_error, socket) => {
      if (socket.writable)
        socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
      else socket.destroy();
    },
    frameworkErrors: (_error, _request, reply) => {
      sendError(reply, tell(new VouchError('MESSAGE_MALFORMED'), report));
    },
  });
  // Bodies are read by whoever wants them, once it is known who asks.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, body, done) => {
    done(null, body);
  });
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    if (isAbortError(error)) {
      // Nobody is there to be answered.
      reply.hijack();
      reply.raw.destroy();
      return reply;
    }
    return sendError(reply, tell(ownError(error), report));
  });
  app.addHook('onResponse', (request, _reply, done) => {
    throwAway(request);
    done();
  });
  app.options('/*', (_request, reply) => answerPreflight(reply));
  return app;
}

/** What fastify finds wrong with a request is the client's to mend. */
function ownError(error: FastifyError): Error {
  if (error instanceof VouchError) return error;
  if (error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new VouchError('CONTENT_TYPE_UNKNOWN', { cause: error });
  const status = error.statusCode ?? 500;
  return status >= 400 && status < 500 ? new VouchError('MESSAGE_MALFORMED', { cause: error }) : error;
}

/** Of RPCs that it does not know, it says what gRPC says. */
function notFound({ method }: FastifyRequest): never {
  throw new VouchError(method === 'POST' ? 'NOT_IMPLEMENTED' : 'PATH_NOT_FOUND');
}

function throwAway({ raw }: FastifyRequest): void {
  if (raw.complete || raw.destroyed) return;
  const timer = setTimeout(() => raw.destroy(), THROW_AWAY_MS);
  timer.unref();
  raw.once('close', () => {
    clearTimeout(timer);
  });
  raw.resume();
}

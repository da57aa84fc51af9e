import { once } from 'node:events';
import {
  connect,
  constants,
  createServer,
  type ClientHttp2Session,
  type Http2Server,
  type ServerHttp2Stream,
  type IncomingHttpHeaders,
} from 'node:http2';
import { createChannel, createClient } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';

/** How often a replica is asked whether it takes anything new, ms. */
const CHECK_EVERY_MS = 100;

/** `HealthCheckResponse.ServingStatus`. */
const SERVING = '1';

/** A replica behind the balancer. */
class Backend {
  /** How many calls it was given. */
  calls = 0;
  serving = true;
  readonly session: ClientHttp2Session;
  readonly #channel;
  readonly #timer: NodeJS.Timeout;

  constructor(address: string) {
    this.session = connect(`http://${address}`);
    this.session.on('error', () => (this.serving = false));
    this.session.on('close', () => (this.serving = false));
    this.#channel = createChannel(address);
    const health = createClient(HealthDefinition, this.#channel);
    this.#timer = setInterval(() => {
      void health.check({ service: '' }).then(
        (answer) => (this.serving = String(answer.status) === SERVING && !this.session.closed),
        () => (this.serving = false),
      );
    }, CHECK_EVERY_MS);
  }

  close(): void {
    clearInterval(this.#timer);
    this.#channel.close();
    this.session.destroy();
  }
}

/**
 * A gRPC-aware balancer, as small as one can be: every request goes to the next replica that says it is healthy, whichever
 * connection it came over. Requests under way stay where they are.
 */
export class Balancer {
  readonly #sessions = new Set<{ destroy: () => void }>();
  #next = 0;

  private constructor(
    private readonly server: Http2Server,
    private readonly backends: readonly Backend[],
  ) {
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => undefined);
      session.once('close', () => this.#sessions.delete(session));
    });
    server.on('stream', (stream, headers) => {
      this.#pass(stream, headers);
    });
  }

  /** @param addresses of the replicas, `host:port` */
  static async open(addresses: readonly string[]): Promise<Balancer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Balancer(
      server,
      addresses.map((address) => new Backend(address)),
    );
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as { port: number }).port}`;
  }

  /** How many calls each replica was given. */
  get calls(): readonly number[] {
    return this.backends.map(({ calls }) => calls);
  }

  /** Which replicas take anything new. */
  get serving(): readonly boolean[] {
    return this.backends.map(({ serving }) => serving);
  }

  async close(): Promise<void> {
    for (const backend of this.backends) backend.close();
    for (const session of this.#sessions) session.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #pass(inner: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    inner.on('error', () => undefined);
    const backend = this.#take();
    if (!backend) {
      // Trailers only: UNAVAILABLE.
      inner.respond(
        { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' },
        { endStream: true },
      );
      return;
    }
    if (headers[':path']?.endsWith('/StreamCall') === true) backend.calls++;
    const outer = backend.session.request(headers, { endStream: false });
    outer.on('error', () => undefined);
    inner.pipe(outer);
    outer.on('response', (answer, flags) => {
      if (inner.destroyed) return;
      const last = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0;
      inner.respond(answer, last ? { endStream: true } : { waitForTrailers: true });
      if (!last) outer.pipe(inner);
    });
    let trailers: IncomingHttpHeaders = {};
    outer.on('trailers', (came: IncomingHttpHeaders) => {
      trailers = came;
    });
    inner.on('wantTrailers', () => {
      inner.sendTrailers(trailers);
    });
    // What breaks off on one side does so on the other.
    outer.on('close', () => {
      if (!inner.closed && outer.rstCode !== constants.NGHTTP2_NO_ERROR) inner.close(outer.rstCode);
    });
    inner.on('close', () => {
      if (!outer.closed && inner.rstCode !== constants.NGHTTP2_NO_ERROR) outer.close(inner.rstCode);
    });
  }

  #take(): Backend | undefined {
    const serving = this.backends.filter((backend) => backend.serving);
    return serving[this.#next++ % serving.length];
  }
}

import { readFile } from 'node:fs/promises';
import type { Metadata, ServerInterceptingCallInterface } from '@grpc/grpc-js';
import { createServer, type CallContext, type Server, type ServerMiddlewareCall } from 'nice-grpc';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { clientCertificate, type TlsFiles } from '../../access/index.js';
import { guarded, type Chain } from '../chain.js';
import { MOST_MESSAGE_BYTES } from '../read-call.js';
import type { WithCaller } from '../rpcs/parts.js';
import { addressInUse } from '../errors.js';
import type { Services } from '../services.js';
import { checkReadable, readable } from './readable.js';
import { certificateInterceptor, certificateOf } from './certificate.js';
import { FileCredentials } from './credentials.js';
import { statusOf } from './status.js';
import { wholeRequests } from './whole-requests.js';

/** The gRPC side: the services of the contract, health and reflection. */
export class GrpcServer {
  readonly #server: Server;
  readonly #health: HealthState;
  readonly #names: readonly string[];

  private constructor(
    server: Server,
    health: HealthState,
    names: readonly string[],
    private readonly tls: TlsFiles | null,
  ) {
    this.#server = server;
    this.#health = health;
    this.#names = names;
  }

  /**
   * @param descriptorsPath of the compiled contract, for reflection
   * @param tls null: in clear
   */
  static async create(
    services: Services,
    chain: Chain,
    descriptorsPath: string,
    tls: TlsFiles | null = null,
  ): Promise<GrpcServer> {
    const health = HealthState();
    const asksClients = tls?.contents.ca !== undefined;
    const server = createServer({
      interceptors: [
        wholeRequests({ prefix: '/vouch.v1.', known: senderOf(chain, asksClients) }),
        services.callRequests.interceptor,
        ...(asksClients ? [certificateInterceptor] : []),
      ],
      'grpc.max_receive_message_length': MOST_MESSAGE_BYTES,
      // A client that died without a word is noticed within about a minute.
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      'grpc.max_concurrent_streams': 10_000,
    });
    server.add(HealthDefinition, HealthServiceImpl(health));
    const names = services.table.map(({ definition }) => definition.fullName);
    const descriptors = await readFile(descriptorsPath);
    server.add(ServerReflectionService, ServerReflection(descriptors, [...names, HealthDefinition.fullName]));
    const open = server.with(errorDetailsServerMiddleware).with(chainMiddleware(chain, asksClients));
    // `createServices` held the two together; which messages they are is no longer known here.
    for (const { definition, implementation } of services.table)
      open.add(readable(definition), implementation as never);
    const grpc = new GrpcServer(server, health, names, tls);
    grpc.tellHealth('healthy');
    return grpc;
  }

  /** Listens on `host:port`, port 0 for any. Returns the port. Rejects with ADDRESS_IN_USE. */
  async listen(address: string): Promise<number> {
    try {
      return await this.#server.listen(address, this.tls ? new FileCredentials(this.tls) : undefined);
    } catch (error) {
      // grpc-js says so in words only.
      if (!(error instanceof Error) || !error.message.includes('EADDRINUSE')) throw error;
      throw addressInUse('VOUCH_ADDRESS', address, error);
    }
  }

  /** Tells balancers whether to send anything new. */
  tellHealth(status: 'healthy' | 'unhealthy'): void {
    this.#health.setStatus(status);
    for (const name of this.#names) this.#health.setStatus(status, name);
  }

  /** Waits for requests under way up to a deadline, then cuts them. */
  async stop(deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#server.forceShutdown();
    }, deadlineMs);
    await this.#server.shutdown();
    clearTimeout(timer);
  }
}

/** Finds out who sends a request that nothing was read of yet. */
function senderOf({ authenticate }: Chain, asksClients: boolean) {
  return async (metadata: Metadata, call: ServerInterceptingCallInterface) => {
    const raw = asksClients ? call.getAuthContext().sslPeerCertificate?.raw : undefined;
    return authenticate({
      peer: withoutPort(call.getPeer()),
      certificate: raw && clientCertificate(raw),
      metadata: (key) => {
        const [value] = metadata.get(key);
        return typeof value === 'string' ? value : undefined;
      },
    });
  };
}

const withoutPort = (peer: string) => peer.replace(/:\d+$/, '');

/** The chain that all requests pass, as nice-grpc has it. */
function chainMiddleware(chain: Chain, asksClients: boolean) {
  return async function* <Request, Response>(
    call: ServerMiddlewareCall<Request, Response, WithCaller>,
    context: CallContext,
  ) {
    const { requestStream, responseStream } = call.method;
    const asked = {
      transport: 'grpc',
      isStream: requestStream || responseStream,
      // `/vouch.v1.AdminService/PutPolicy`
      rpc: call.method.path.split('.').at(-1) ?? '',
      readMessage: () => {
        checkReadable(call.request);
        return call.requestStream ? undefined : call.request;
      },
      signal: context.signal,
      peer: withoutPort(context.peer),
      certificate: asksClients ? certificateOf(context.metadata) : undefined,
      metadata: (key: string) => {
        const value = context.metadata.get(key);
        return typeof value === 'string' ? value : undefined;
      },
    } as const;
    try {
      return yield* guarded(chain, asked, (who) => call.next(call.request, { ...context, ...who }));
    } catch (error) {
      throw statusOf(error, chain.report);
    }
  };
}

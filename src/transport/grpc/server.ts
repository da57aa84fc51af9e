import { readFile } from 'node:fs/promises';
import { createServer, type CallContext, type Server, type ServerMiddlewareCall } from 'nice-grpc';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { ConsentServiceDefinition } from '../../gen/vouch/v1/consent.js';
import { EnrolmentServiceDefinition } from '../../gen/vouch/v1/enrolment.js';
import { VerificationServiceDefinition } from '../../gen/vouch/v1/verification.js';
import type { Authenticate } from '../principal.js';
import { consentService } from './consent-service.js';
import { enrolmentService } from './enrolment-service.js';
import { errorMiddleware, type ReportFailure } from './errors.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { verificationService } from './verification-service.js';

export interface GrpcServerOptions {
  readonly authenticate: Authenticate;
  readonly report: ReportFailure;
  /** The compiled contract, for reflection. */
  readonly descriptorsPath: string;
}

const SERVICES = [
  VerificationServiceDefinition,
  EnrolmentServiceDefinition,
  ConsentServiceDefinition,
] as const;

/** The largest message that is read at all, bytes: audio and file pieces are at most 1 MiB. */
const MOST_MESSAGE_BYTES = 2 << 20;

/** The gRPC side: the services of the contract, health and reflection. */
export class GrpcServer {
  readonly #server: Server;
  readonly #health: HealthState;

  private constructor(server: Server, health: HealthState) {
    this.#server = server;
    this.#health = health;
  }

  static async create(parts: TransportParts, options: GrpcServerOptions): Promise<GrpcServer> {
    const health = HealthState();
    const server = createServer({
      'grpc.max_receive_message_length': MOST_MESSAGE_BYTES,
      // A client that died without a word is noticed within about a minute.
      'grpc.keepalive_time_ms': 30_000,
      'grpc.keepalive_timeout_ms': 10_000,
      'grpc.max_concurrent_streams': 10_000,
    });
    server.add(HealthDefinition, HealthServiceImpl(health));
    const descriptors = await readFile(options.descriptorsPath);
    const names = SERVICES.map((service) => service.fullName);
    const told = [...names, HealthDefinition.fullName];
    server.add(ServerReflectionService, ServerReflection(descriptors, told));
    const guarded = server
      .with(errorDetailsServerMiddleware)
      .with(errorMiddleware(options.report))
      .with(principalMiddleware(options.authenticate));
    guarded.add(VerificationServiceDefinition, verificationService(parts));
    guarded.add(EnrolmentServiceDefinition, enrolmentService(parts));
    guarded.add(ConsentServiceDefinition, consentService(parts));
    for (const name of names) health.setStatus('healthy', name);
    return new GrpcServer(server, health);
  }

  /** Listens on `host:port`, port 0 for any. Returns the port. */
  async listen(address: string): Promise<number> {
    return this.#server.listen(address);
  }

  /** Tells balancers to send nothing new. */
  notServing(): void {
    this.#health.setStatus('unhealthy');
    for (const service of SERVICES) this.#health.setStatus('unhealthy', service.fullName);
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

/** Puts the principal into the context of every request, before anything else is done. */
function principalMiddleware(authenticate: Authenticate) {
  return async function* <Request, Response>(
    call: ServerMiddlewareCall<Request, Response, WithPrincipal>,
    context: CallContext,
  ) {
    const principal = authenticate((key) => {
      const value = context.metadata.get(key);
      return typeof value === 'string' ? value : undefined;
    });
    return yield* call.next(call.request, { ...context, principal });
  };
}

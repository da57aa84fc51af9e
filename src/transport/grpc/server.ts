import { readFile } from 'node:fs/promises';
import { createServer, type CallContext, type Server, type ServerMiddlewareCall } from 'nice-grpc';
import { errorDetailsServerMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition, HealthServiceImpl, HealthState } from 'nice-grpc-server-health';
import { ServerReflection, ServerReflectionService } from 'nice-grpc-server-reflection';
import { AdminServiceDefinition } from '../../gen/vouch/v1/admin.js';
import { ConsentServiceDefinition } from '../../gen/vouch/v1/consent.js';
import { EnrolmentServiceDefinition } from '../../gen/vouch/v1/enrolment.js';
import { RetentionServiceDefinition } from '../../gen/vouch/v1/retention.js';
import { TransferServiceDefinition } from '../../gen/vouch/v1/transfer.js';
import { VerificationServiceDefinition, type StreamCallRequest } from '../../gen/vouch/v1/verification.js';
import { VouchError } from '../../errors.js';
import { isDenial, type RecordDenial } from '../denial.js';
import type { Authenticate } from '../principal.js';
import { adminService } from './admin-service.js';
import { AtOwner } from './at-owner.js';
import { consentService } from './consent-service.js';
import { DirectRequests } from './direct-requests.js';
import { enrolmentService } from './enrolment-service.js';
import { errorMiddleware, type ReportFailure } from './errors.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { retentionService } from './retention-service.js';
import { transferService } from './transfer-service.js';
import { verificationService } from './verification-service.js';

export interface GrpcServerOptions {
  readonly authenticate: Authenticate;
  readonly report: ReportFailure;
  /** Told of every refusal of somebody who is known. */
  readonly denied: RecordDenial;
  /** The compiled contract, for reflection. */
  readonly descriptorsPath: string;
}

const SERVICES = [
  VerificationServiceDefinition,
  EnrolmentServiceDefinition,
  ConsentServiceDefinition,
  AdminServiceDefinition,
  RetentionServiceDefinition,
  TransferServiceDefinition,
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
    const { fullName, methods } = VerificationServiceDefinition;
    const callRequests = new DirectRequests<StreamCallRequest>(`/${fullName}/${methods.streamCall.name}`);
    const server = createServer({
      interceptors: [callRequests.interceptor],
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
      .with(principalMiddleware(options.authenticate))
      .with(denialMiddleware(options.denied));
    const owner = new AtOwner(parts.commands);
    guarded.add(VerificationServiceDefinition, verificationService(parts, owner, callRequests));
    guarded.add(EnrolmentServiceDefinition, enrolmentService(parts, owner));
    guarded.add(ConsentServiceDefinition, consentService(parts));
    guarded.add(AdminServiceDefinition, adminService(parts));
    guarded.add(RetentionServiceDefinition, retentionService(parts));
    guarded.add(TransferServiceDefinition, transferService(parts));
    const grpc = new GrpcServer(server, health);
    grpc.tellHealth('healthy');
    return grpc;
  }

  /** Listens on `host:port`, port 0 for any. Returns the port. Rejects with ADDRESS_IN_USE. */
  async listen(address: string): Promise<number> {
    try {
      return await this.#server.listen(address);
    } catch (error) {
      // grpc-js says so in words only.
      if (!(error instanceof Error) || !error.message.includes('EADDRINUSE')) throw error;
      throw new VouchError('ADDRESS_IN_USE', { field: 'VOUCH_ADDRESS', metadata: { address }, cause: error });
    }
  }

  /** Tells balancers whether to send anything new. */
  tellHealth(status: 'healthy' | 'unhealthy'): void {
    this.#health.setStatus(status);
    for (const service of SERVICES) this.#health.setStatus(status, service.fullName);
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
    const principal = await authenticate((key) => {
      const value = context.metadata.get(key);
      return typeof value === 'string' ? value : undefined;
    });
    return yield* call.next(call.request, { ...context, principal });
  };
}

/** Tells of requests that are refused, before whoever asked is told. */
function denialMiddleware(denied: RecordDenial) {
  return async function* <Request, Response>(
    call: ServerMiddlewareCall<Request, Response, WithPrincipal>,
    context: CallContext & WithPrincipal,
  ) {
    try {
      return yield* call.next(call.request, context);
    } catch (error) {
      // `/vouch.v1.AdminService/PutPolicy`
      const rpc = call.method.path.split('.').at(-1) ?? '';
      if (isDenial(error)) await denied(context.principal, rpc, error.reason);
      throw error;
    }
  };
}

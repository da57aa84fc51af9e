import type { CallContext, ServiceImplementation } from 'nice-grpc';
import { AdminServiceDefinition } from '../gen/vouch/v1/admin.js';
import { ConsentServiceDefinition } from '../gen/vouch/v1/consent.js';
import { EnrolmentServiceDefinition } from '../gen/vouch/v1/enrolment.js';
import { RetentionServiceDefinition } from '../gen/vouch/v1/retention.js';
import { TransferServiceDefinition } from '../gen/vouch/v1/transfer.js';
import {
  VerificationServiceDefinition,
  type MessageFns,
  type StreamCallRequest,
} from '../gen/vouch/v1/verification.js';
import { VouchError } from '../errors.js';
import { rolesFor } from './access.js';
import { DirectRequests } from './grpc/direct-requests.js';
import { readQuickAudio } from './grpc/quick-audio.js';
import { streamCall } from './grpc/stream-call.js';
import { MOST_MESSAGE_BYTES } from './read-call.js';
import { adminService } from './rpcs/admin-service.js';
import { AtOwner } from './rpcs/at-owner.js';
import { consentService } from './rpcs/consent-service.js';
import { enrolmentService } from './rpcs/enrolment-service.js';
import type { TransportParts, WithCaller } from './rpcs/parts.js';
import { retentionService } from './rpcs/retention-service.js';
import { transferService } from './rpcs/transfer-service.js';
import { verificationService } from './rpcs/verification-service.js';

/** A message of any type, as ts-proto describes it. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- which message it is, only the definition knows
type AnyMessage = MessageFns<any>;

/** An RPC as ts-proto describes it. */
export interface RpcDefinition {
  readonly name: string;
  readonly requestType: AnyMessage;
  readonly requestStream: boolean;
  readonly responseType: AnyMessage;
  readonly responseStream: boolean;
  readonly options: { readonly idempotencyLevel?: never };
}

/** A service as ts-proto describes it. */
export interface ServiceDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, RpcDefinition>>;
}

/** What RPCs use of the context of a request. */
export type RpcContext = Pick<CallContext, 'signal'> & WithCaller;

/** An RPC: message or messages in, message or messages out, as its definition says. */
export type Rpc = (request: unknown, context: RpcContext) => Promise<unknown> | AsyncIterable<unknown>;

/** A service of the contract, whatever carries it. */
export interface Service {
  readonly definition: ServiceDefinition;
  /** By the names of the definition's methods. */
  readonly implementation: Readonly<Record<string, Rpc>>;
}

/** All that can be asked. */
export interface Services {
  readonly table: readonly Service[];
  /** The messages of StreamCall, for the gRPC server. */
  readonly callRequests: DirectRequests<StreamCallRequest>;
}

/** The services of the contract, to be made once: gRPC and HTTP answer from the same. */
export function createServices(parts: TransportParts): Services {
  const { fullName, methods } = VerificationServiceDefinition;
  const callRequests = new DirectRequests<StreamCallRequest>({
    path: `/${fullName}/${methods.streamCall.name}`,
    read: readQuickAudio,
    mostMessageBytes: MOST_MESSAGE_BYTES,
    // Who begins to read in time is told STREAM_NOT_READ.
    mostUnreadMs: 4 * parts.stallTimeoutMs,
  });
  const owner = new AtOwner(parts.commands);
  const verification = verificationService(parts, owner, streamCall(parts, callRequests));
  const table = [
    service(VerificationServiceDefinition, verification),
    service(EnrolmentServiceDefinition, enrolmentService(parts, owner)),
    service(ConsentServiceDefinition, consentService(parts)),
    service(AdminServiceDefinition, adminService(parts)),
    service(RetentionServiceDefinition, retentionService(parts)),
    service(TransferServiceDefinition, transferService(parts)),
  ];
  checkAccess(table);
  return { callRequests, table };
}

/** An RPC that nobody may call was forgotten in the table of access. */
function checkAccess(table: readonly Service[]): void {
  for (const { definition } of table) {
    for (const { name } of Object.values(definition.methods)) {
      const rpc = `${definition.name}/${name}`;
      if (rolesFor(rpc).length === 0)
        throw new VouchError('INTERNAL', { message: `${rpc} is not in the table of access.` });
    }
  }
}

/** Holds an implementation to its definition; after this, what fits what is the definition's to say. */
function service<Definition extends ServiceDefinition>(
  definition: Definition,
  implementation: ServiceImplementation<Definition, WithCaller>,
): Service {
  return { definition, implementation: implementation as unknown as Service['implementation'] };
}

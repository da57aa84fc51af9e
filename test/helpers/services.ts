import { AdminServiceDefinition } from '../../src/gen/vouch/v1/admin.js';
import { ConsentServiceDefinition } from '../../src/gen/vouch/v1/consent.js';
import { EnrolmentServiceDefinition } from '../../src/gen/vouch/v1/enrolment.js';
import { RetentionServiceDefinition } from '../../src/gen/vouch/v1/retention.js';
import { TransferServiceDefinition } from '../../src/gen/vouch/v1/transfer.js';
import { VerificationServiceDefinition, type MessageFns } from '../../src/gen/vouch/v1/verification.js';

/** An RPC, whatever its messages are. */
export interface AnyRpc {
  readonly name: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- which message it is, only the definition knows
  readonly requestType: MessageFns<any>;
  readonly requestStream: boolean;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
  readonly responseType: MessageFns<any>;
  readonly responseStream: boolean;
  readonly options: { readonly idempotencyLevel?: never };
}

export interface AnyService {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<Record<string, AnyRpc>>;
}

/** All services of the contract. */
export const SERVICES: readonly AnyService[] = [
  VerificationServiceDefinition,
  EnrolmentServiceDefinition,
  ConsentServiceDefinition,
  AdminServiceDefinition,
  RetentionServiceDefinition,
  TransferServiceDefinition,
];

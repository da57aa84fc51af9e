import { createChannel, createClientFactory, Metadata, type Channel } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import type { Role } from '../../src/domain/principal.js';
import { AdminServiceDefinition } from '../../src/gen/vouch/v1/admin.js';
import { ConsentServiceDefinition } from '../../src/gen/vouch/v1/consent.js';
import { EnrolmentServiceDefinition } from '../../src/gen/vouch/v1/enrolment.js';
import { RetentionServiceDefinition } from '../../src/gen/vouch/v1/retention.js';
import { TransferServiceDefinition } from '../../src/gen/vouch/v1/transfer.js';
import { VerificationServiceDefinition } from '../../src/gen/vouch/v1/verification.js';
import type { ClientMaker, Clients } from './caller.js';

/** Clients of a service that runs elsewhere. */
export function clientsAt(address: string): ClientMaker {
  const shared = createChannel(address);
  return { clients: (tenantId, role, channel = shared) => clientsOver(channel, tenantId, role, 'test') };
}

/** Clients of a tenant and a role over one connection. */
export function clientsOver(
  channel: Channel,
  tenantId: string,
  role: Role,
  actor: string,
  more: Readonly<Record<string, string>> = {},
): Clients {
  const metadata = Metadata({ 'vouch-tenant': tenantId, 'vouch-role': role, 'vouch-actor': actor, ...more });
  const factory = createClientFactory().use(errorDetailsClientMiddleware);
  const options = { '*': { metadata } };
  return {
    verification: factory.create(VerificationServiceDefinition, channel, options),
    enrolment: factory.create(EnrolmentServiceDefinition, channel, options),
    consent: factory.create(ConsentServiceDefinition, channel, options),
    admin: factory.create(AdminServiceDefinition, channel, options),
    retention: factory.create(RetentionServiceDefinition, channel, options),
    transfer: factory.create(TransferServiceDefinition, channel, options),
  };
}

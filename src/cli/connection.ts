import { ChannelCredentials, createChannel, createClientFactory, Metadata, type Client } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition } from 'nice-grpc-server-health';
import { isLoopback } from '../config.js';
import { AdminServiceDefinition } from '../gen/vouch/v1/admin.js';
import { ConsentServiceDefinition } from '../gen/vouch/v1/consent.js';
import { EnrolmentServiceDefinition } from '../gen/vouch/v1/enrolment.js';
import { RetentionServiceDefinition } from '../gen/vouch/v1/retention.js';
import { TransferServiceDefinition } from '../gen/vouch/v1/transfer.js';
import { VerificationServiceDefinition } from '../gen/vouch/v1/verification.js';

/** Where the service is, and who asks. */
export interface ConnectionOptions {
  /** `host:port`. */
  readonly address: string;
  readonly tenant?: string;
  readonly role?: string;
  readonly actor?: string;
}

/** Clients of every service of the contract, over one channel. */
export interface Connection {
  readonly verification: Client<VerificationServiceDefinition>;
  readonly enrolment: Client<EnrolmentServiceDefinition>;
  readonly consent: Client<ConsentServiceDefinition>;
  readonly admin: Client<AdminServiceDefinition>;
  readonly retention: Client<RetentionServiceDefinition>;
  readonly transfer: Client<TransferServiceDefinition>;
  readonly health: Client<HealthDefinition>;
  close(): void;
}

/** Opens a channel; it connects with the first request. Requests carry the development principal. */
export function connect(options: ConnectionOptions): Connection {
  const host = options.address.replace(/:\d+$/, '');
  const channel = createChannel(options.address, ChannelCredentials.createInsecure(), {
    // Nobody means a proxy when asking the own machine.
    ...(isLoopback(host) ? { 'grpc.enable_http_proxy': 0 } : {}),
  });
  const metadata = Metadata();
  for (const key of ['tenant', 'role', 'actor'] as const) {
    const value = options[key];
    if (value !== undefined) metadata.set(`vouch-${key}`, value);
  }
  const factory = createClientFactory().use(errorDetailsClientMiddleware);
  const defaults = { '*': { metadata } };
  return {
    verification: factory.create(VerificationServiceDefinition, channel, defaults),
    enrolment: factory.create(EnrolmentServiceDefinition, channel, defaults),
    consent: factory.create(ConsentServiceDefinition, channel, defaults),
    admin: factory.create(AdminServiceDefinition, channel, defaults),
    retention: factory.create(RetentionServiceDefinition, channel, defaults),
    transfer: factory.create(TransferServiceDefinition, channel, defaults),
    health: factory.create(HealthDefinition, channel),
    close: () => {
      channel.close();
    },
  };
}

/** Does something with a connection, and closes it whatever happens. */
export async function connected<T>(
  options: ConnectionOptions,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = connect(options);
  try {
    return await work(connection);
  } finally {
    connection.close();
  }
}

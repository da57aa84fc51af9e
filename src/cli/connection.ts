import { readFileSync } from 'node:fs';
import { ChannelCredentials, createChannel, createClientFactory, Metadata, type Client } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { HealthDefinition } from 'nice-grpc-server-health';
import { isLoopback } from '../addresses.js';
import { UsageError } from './failure.js';
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
  /** A file with an API key or a token. */
  readonly tokenFile?: string;
  /** Speak TLS, and take the authorities that the system knows. */
  readonly tls?: boolean;
  /** Files, PEM: the authority of the service; this client's certificate and its key. Any of them means TLS. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
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

/**
 * Opens a channel; it connects with the first request. Requests carry the token, or the development principal. Throws USAGE for
 * a token that would cross a network in clear, and for files that cannot be read.
 */
export function connect(options: ConnectionOptions): Connection {
  const host = options.address.replace(/:\d+$/, '');
  const channel = createChannel(options.address, credentialsOf(options), {
    // Nobody means a proxy when asking the own machine.
    ...(isLoopback(host) ? { 'grpc.enable_http_proxy': 0 } : {}),
  });
  const metadata = Metadata();
  if (options.tokenFile !== undefined) {
    if (!speaksTls(options) && !isLoopback(host))
      throw new UsageError('A token must not cross a network in clear: use --tls or --ca.');
    metadata.set('authorization', `Bearer ${readFileSync(options.tokenFile, 'utf8').trim()}`);
  }
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

function speaksTls({ tls, ca, cert, key }: ConnectionOptions): boolean {
  return tls === true || [ca, cert, key].some((path) => path !== undefined);
}

function credentialsOf(options: ConnectionOptions): ChannelCredentials {
  if (!speaksTls(options)) return ChannelCredentials.createInsecure();
  if ((options.cert === undefined) !== (options.key === undefined))
    throw new UsageError('--cert and --key need each other.');
  const read = (path: string | undefined) => (path === undefined ? null : readFileSync(path));
  return ChannelCredentials.createSsl(read(options.ca), read(options.key), read(options.cert));
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

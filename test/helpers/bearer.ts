import { request } from 'node:https';
import { ChannelCredentials, createChannel, createClientFactory, Metadata, type Channel } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { AdminServiceDefinition, type AdminServiceClient } from '../../src/gen/vouch/v1/admin.js';
import {
  VerificationServiceDefinition,
  type VerificationServiceClient,
} from '../../src/gen/vouch/v1/verification.js';
import type { KeyPair } from './certificates.js';

export interface BearerClients {
  readonly admin: AdminServiceClient;
  readonly verification: VerificationServiceClient;
}

/** Clients that send these metadata, and nothing of the development principal. */
export function clientsWith(
  channel: Channel,
  metadata: Readonly<Record<string, string | Uint8Array>>,
): BearerClients {
  const factory = createClientFactory().use(errorDetailsClientMiddleware);
  const sent = Metadata();
  for (const [key, value] of Object.entries(metadata)) sent.set(key, value);
  const options = { '*': { metadata: sent } };
  return {
    admin: factory.create(AdminServiceDefinition, channel, options),
    verification: factory.create(VerificationServiceDefinition, channel, options),
  };
}

/** Clients that send a key or a token. */
export function bearer(channel: Channel, credential: string): BearerClients {
  return clientsWith(channel, { authorization: `Bearer ${credential}` });
}

/** A connection of its own that speaks TLS, showing a certificate where there is one. */
export function tlsChannel(address: string, ca: Buffer, pair?: KeyPair): Channel {
  const credentials = ChannelCredentials.createSsl(ca, pair?.key ?? null, pair?.cert ?? null);
  return createChannel(address, credentials, { 'grpc.use_local_subchannel_pool': 1 });
}

/** What a service answers to one message over HTTPS. */
export async function askHttps(
  address: string,
  ca: Buffer,
  rpc: string,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: string }> {
  return new Promise((done, failed) => {
    const sent = request(`https://${address}/vouch.v1.${rpc}`, {
      method: 'POST',
      ca,
      agent: false,
      headers: { 'content-type': 'application/json', ...headers },
    });
    sent.on('error', failed).on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (text: string) => (body += text));
      response.on('end', () => {
        done({ status: response.statusCode ?? 0, body });
      });
    });
    sent.end('{}');
  });
}

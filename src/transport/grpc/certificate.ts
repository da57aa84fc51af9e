import {
  ServerInterceptingCall,
  ServerListenerBuilder,
  ResponderBuilder,
  type ServerInterceptor,
} from '@grpc/grpc-js';
import type { Metadata } from 'nice-grpc';
import { clientCertificate, type ClientCertificate } from '../../access/index.js';

// nice-grpc tells metadata of a request and not its connection: the certificate goes by the metadata, under a name that nobody
// can send, since it is taken out of what came.
const KEY = 'vouch-client-certificate-bin';

/** Hands on the client certificate of a connection, where it was verified. */
export const certificateInterceptor: ServerInterceptor = (_method, call) => {
  const listener = new ServerListenerBuilder()
    .withOnReceiveMetadata((metadata, next) => {
      metadata.remove(KEY);
      const { sslPeerCertificate: peer } = call.getAuthContext();
      if (peer) metadata.set(KEY, peer.raw);
      next(metadata);
    })
    .build();
  const responder = new ResponderBuilder()
    .withStart((next) => {
      next(listener);
    })
    .build();
  return new ServerInterceptingCall(call, responder);
};

/** The certificate of a request's connection; undefined without one. */
export function certificateOf(metadata: Metadata): ClientCertificate | undefined {
  const raw = metadata.get(KEY);
  return raw instanceof Uint8Array ? clientCertificate(raw) : undefined;
}

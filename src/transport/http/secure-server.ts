import { createServer } from 'node:https';
import type { FastifyServerFactory } from 'fastify';
import { HANDSHAKE_WITHIN_MS, type TlsFiles } from '../../access/index.js';

/**
 * Makes servers that speak TLS, with certificates that change while they run. They ask for none of clients: browsers would
 * ask people which one.
 */
export function secureServers(
  { contents, onChange }: Pick<TlsFiles, 'contents' | 'onChange'>,
  handshakeTimeout = HANDSHAKE_WITHIN_MS,
): FastifyServerFactory {
  const { cert, key } = contents;
  return (handler, options) => {
    const { http, keepAliveTimeout = 0, requestTimeout = 0 } = options as FactoryOptions;
    const server = createServer({ ...http, cert, key, minVersion: 'TLSv1.2', handshakeTimeout }, handler);
    server.keepAliveTimeout = keepAliveTimeout;
    server.requestTimeout = requestTimeout;
    onChange((changed) => {
      server.setSecureContext({ cert: changed.cert, key: changed.key });
    });
    // To its users both kinds are one.
    return server;
  };
}

/** What fastify hands on of its own options. */
interface FactoryOptions {
  readonly http?: object;
  readonly keepAliveTimeout?: number;
  readonly requestTimeout?: number;
}

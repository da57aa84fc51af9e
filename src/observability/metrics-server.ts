import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { VouchError } from '../errors.js';
import type { Metrics } from './metrics/metrics.js';

/** A request that takes longer to arrive is cut off, ms. */
const REQUEST_WITHIN_MS = 10_000;

/** A server of `GET /metrics`. */
export interface MetricsServer {
  readonly port: number;
  readonly close: () => Promise<void>;
}

/** Tells the metrics to whoever asks at an address, port 0 for any. Rejects with ADDRESS_IN_USE. */
export async function serveMetrics(
  metrics: Metrics,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: REQUEST_WITHIN_MS }, (request, response) => {
    // A gauge that cannot be read costs one scrape, not the service.
    answer(metrics, request, response).catch(() => response.writeHead(500).end());
  });
  server.maxConnections = 64;
  // No request keeps the process from ending.
  server.listen({ host: host.replace(/^\[|\]$/g, ''), port });
  try {
    await once(server, 'listening');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    const metadata = { address: `${host}:${port}` };
    const message = `Something else listens on ${metadata.address}: VOUCH_METRICS_ADDRESS may name another address.`;
    throw new VouchError('ADDRESS_IN_USE', {
      field: 'VOUCH_METRICS_ADDRESS',
      message,
      metadata,
      cause: error,
    });
  }
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = request.url?.split('?')[0];
  if (path !== '/metrics') {
    response.writeHead(404).end();
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
  } else {
    const text = await metrics.text();
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' });
    response.end(request.method === 'HEAD' ? undefined : text);
  }
}

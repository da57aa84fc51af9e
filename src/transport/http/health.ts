import type { FastifyInstance, FastifyReply } from 'fastify';

/** What probes are told of. */
export interface Health {
  /** Whether the service has been started. */
  started(): boolean;
  /** Whether anything new may be sent: models and database can be used, and the service is not stopping. */
  ready(): Promise<boolean>;
}

/** `/health/live`, `/health/started`, `/health/ready`: 200 or 503, for probes; open to all, and telling nothing else. */
export function addHealth(app: FastifyInstance, health: Health): void {
  const probe = (path: string, check: () => boolean | Promise<boolean>) => {
    app.get(path, { config: { rateLimit: false } }, async (_request, reply) => say(reply, await check()));
  };
  probe('/health/live', () => true);
  probe('/health/started', () => health.started());
  probe('/health/ready', () => health.ready());
}

function say(reply: FastifyReply, well: boolean): FastifyReply {
  return reply
    .code(well ? 200 : 503)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send(JSON.stringify({ status: well ? 'SERVING' : 'NOT_SERVING' }));
}

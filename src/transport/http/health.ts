import type { FastifyInstance, FastifyReply } from 'fastify';

/** For how long what was checked counts, ms. */
const FRESH_MS = 1000;

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
  probe(
    '/health/ready',
    once(() => health.ready()),
  );
}

/** What is checked for one probe counts for all of the next second: whoever asks on and on costs no more. */
function once(check: () => Promise<boolean>): () => Promise<boolean> {
  let last: { readonly answer: Promise<boolean>; endedAtMs: number } | undefined;
  return async () => {
    if (last && performance.now() - last.endedAtMs < FRESH_MS) return last.answer;
    const asked = { answer: check(), endedAtMs: Infinity };
    last = asked;
    const ended = () => {
      asked.endedAtMs = performance.now();
    };
    asked.answer.then(ended, ended);
    return asked.answer;
  };
}

function say(reply: FastifyReply, well: boolean): FastifyReply {
  return reply
    .code(well ? 200 : 503)
    .header('cache-control', 'no-store')
    .type('application/json')
    .send(JSON.stringify({ status: well ? 'SERVING' : 'NOT_SERVING' }));
}

import type { FastifyReply, FastifyRequest } from 'fastify';
import { VouchError } from '../../errors.js';

export interface OriginRules {
  /** Other origins whose pages may ask, for example `https://desktop.example`. */
  readonly origins: readonly string[];
  /** Whether only names of the loopback are answered to: a name that was rebound to it must not be (DNS rebinding). */
  readonly loopbackNamesOnly: boolean;
}

/** How long a browser need not ask again whether it may, s. */
const PREFLIGHT_HOLDS_S = 600;

/** What pages may send: the type of the body, and who asks. */
const HEADERS = 'authorization, content-type, vouch-tenant, vouch-role, vouch-actor';

/** Throws HOST_NOT_ALLOWED. */
export function checkHost({ headers }: FastifyRequest, { loopbackNamesOnly }: OriginRules): void {
  if (!loopbackNamesOnly || isLoopbackName(headers.host ?? '')) return;
  throw new VouchError('HOST_NOT_ALLOWED');
}

/** Lets pages of the origins that are allowed read what is answered. Throws ORIGIN_NOT_ALLOWED for those of others. */
export function checkOrigin(request: FastifyRequest, reply: FastifyReply, { origins }: OriginRules): void {
  void reply.header('vary', 'Origin');
  const { origin } = request.headers;
  if (origin === undefined || isSame(origin, request.headers.host)) return;
  if (!origins.includes(origin)) throw new VouchError('ORIGIN_NOT_ALLOWED');
  void reply.header('access-control-allow-origin', origin);
  void reply.header('access-control-expose-headers', 'retry-after');
}

/** Answers a browser that asks on behalf of a page whether it may ask; the origin was checked before. */
export function answerPreflight(reply: FastifyReply): FastifyReply {
  return reply
    .code(204)
    .header('access-control-allow-methods', 'GET, POST')
    .header('access-control-allow-headers', HEADERS)
    .header('access-control-max-age', String(PREFLIGHT_HOLDS_S))
    .send();
}

/** A proxy may speak TLS to the browser and not to us: names and ports count, not the scheme. */
function isSame(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host?.toLowerCase();
}

function isLoopbackName(host: string): boolean {
  if (!URL.canParse(`http://${host}`)) return false;
  const { hostname } = new URL(`http://${host}`);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127(\.\d+){3}$/.test(hostname)
  );
}

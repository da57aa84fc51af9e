import type { FastifyReply } from 'fastify';
import type { ErrorKind } from '../../errors.js';
import { ERROR_DOMAIN, type Told } from '../errors.js';

/** HTTP statuses, as google.rpc.Code maps them (https://github.com/googleapis/googleapis/blob/master/google/rpc/code.proto). */
const STATUS: Readonly<Record<ErrorKind, number>> = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  PERMISSION_DENIED: 403,
  UNAUTHENTICATED: 401,
  RESOURCE_EXHAUSTED: 429,
  UNAVAILABLE: 503,
  DEADLINE_EXCEEDED: 504,
  UNIMPLEMENTED: 501,
  INTERNAL: 500,
};

/** What clients are told of a failure, in the form of AIP-193 (https://google.aip.dev/193). */
export function errorBody({ kind, reason, message, metadata, retryAfterMs }: Told) {
  const info = {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason,
    domain: ERROR_DOMAIN,
    metadata,
  };
  const retry =
    retryAfterMs === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterMs / 1000}s` }];
  return { error: { code: STATUS[kind], status: kind, message, details: [info, ...retry] } };
}

/** Answers with a failure. */
export function sendError(reply: FastifyReply, told: Told): FastifyReply {
  const body = errorBody(told);
  void reply.code(body.error.code).type('application/json').header('cache-control', 'no-store');
  if (told.kind === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  if (told.retryAfterMs !== undefined)
    void reply.header('retry-after', String(Math.ceil(told.retryAfterMs / 1000)));
  return reply.send(JSON.stringify(body));
}

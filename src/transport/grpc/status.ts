import { isAbortError } from 'abort-controller-x';
import { ServerError, Status } from 'nice-grpc';
import { ErrorInfo, RetryInfo, RichServerError, type ErrorDetails } from 'nice-grpc-error-details';
import type { ErrorKind } from '../../errors.js';
import { ERROR_DOMAIN, tell, type ReportFailure } from '../errors.js';

const STATUS: Readonly<Record<ErrorKind, Status>> = {
  INVALID_ARGUMENT: Status.INVALID_ARGUMENT,
  FAILED_PRECONDITION: Status.FAILED_PRECONDITION,
  NOT_FOUND: Status.NOT_FOUND,
  ALREADY_EXISTS: Status.ALREADY_EXISTS,
  ABORTED: Status.ABORTED,
  PERMISSION_DENIED: Status.PERMISSION_DENIED,
  UNAUTHENTICATED: Status.UNAUTHENTICATED,
  RESOURCE_EXHAUSTED: Status.RESOURCE_EXHAUSTED,
  UNAVAILABLE: Status.UNAVAILABLE,
  DEADLINE_EXCEEDED: Status.DEADLINE_EXCEEDED,
  UNIMPLEMENTED: Status.UNIMPLEMENTED,
  INTERNAL: Status.INTERNAL,
};

/** What clients are told of a failure, in the form of gRPC; cancellations and the library's own stay what they are. */
export function statusOf(error: unknown, report: ReportFailure): unknown {
  if (isAbortError(error) || error instanceof ServerError) return error;
  const { kind, reason, message, metadata, retryAfterMs } = tell(error, report);
  const details: ErrorDetails[] = [ErrorInfo.fromPartial({ reason, domain: ERROR_DOMAIN, metadata })];
  if (retryAfterMs !== undefined) {
    const seconds = Math.floor(retryAfterMs / 1000);
    details.push(
      RetryInfo.fromPartial({ retryDelay: { seconds, nanos: Math.round((retryAfterMs % 1000) * 1e6) } }),
    );
  }
  return new RichServerError(STATUS[kind], message, details);
}

import { randomUUID } from 'node:crypto';
import { isAbortError } from 'abort-controller-x';
import { ServerError, Status, type CallContext, type ServerMiddlewareCall } from 'nice-grpc';
import { ErrorInfo, RetryInfo, RichServerError, type ErrorDetails } from 'nice-grpc-error-details';
import { VouchError, type ErrorKind } from '../../errors.js';

/** The domain of the reasons, as google.rpc.ErrorInfo asks for. */
export const ERROR_DOMAIN = 'vouch.v1';

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

/** Told of every failure that is the service's own fault. */
export type ReportFailure = (errorId: string, error: unknown) => void;

/**
 * The one place where errors become status codes. Domain errors keep their reason; what nobody foresaw becomes INTERNAL
 * with an id that the log knows, and says nothing else.
 */
export function errorMiddleware(report: ReportFailure) {
  return async function* errors<Request, Response>(
    call: ServerMiddlewareCall<Request, Response>,
    context: CallContext,
  ) {
    try {
      return yield* call.next(call.request, context);
    } catch (error) {
      throw statusOf(error, report);
    }
  };
}

function statusOf(error: unknown, report: ReportFailure): unknown {
  if (isAbortError(error) || error instanceof ServerError) return error;
  if (error instanceof VouchError && error.kind !== 'INTERNAL') return richError(error, metadataOf(error));
  const errorId = randomUUID();
  report(errorId, error);
  // What is known of it besides (SQL states, tables, tenants) is for the log alone.
  const known = error instanceof VouchError ? error : new VouchError('INTERNAL');
  return richError(known, { errorId });
}

function metadataOf({ metadata, field }: VouchError): Record<string, string> {
  return { ...metadata, ...(field === undefined ? {} : { field }) };
}

function richError(error: VouchError, metadata: Record<string, string>): RichServerError {
  const details: ErrorDetails[] = [
    ErrorInfo.fromPartial({ reason: error.reason, domain: ERROR_DOMAIN, metadata }),
  ];
  if (error.retryAfterMs !== undefined) {
    const seconds = Math.floor(error.retryAfterMs / 1000);
    details.push(
      RetryInfo.fromPartial({
        retryDelay: { seconds, nanos: Math.round((error.retryAfterMs % 1000) * 1e6) },
      }),
    );
  }
  // Our own sentences only: what a message says never comes from the request.
  return new RichServerError(STATUS[error.kind], error.message, details);
}

import { randomUUID } from 'node:crypto';
import { VouchError } from '../errors.js';

/** The domain of the reasons, as google.rpc.ErrorInfo asks for. */
export const ERROR_DOMAIN = 'vouch.v1';

/** Told of every failure that is the service's own fault. */
export type ReportFailure = (errorId: string, error: unknown) => void;

/** What a client is told of a failure, whatever carries it. */
export interface Told extends Pick<VouchError, 'kind' | 'reason' | 'message' | 'retryAfterMs'> {
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * The one place where errors become what clients are told. Domain errors keep their reason; what nobody foresaw becomes
 * INTERNAL with an id that the log knows, and says nothing else.
 */
export function tell(error: unknown, report: ReportFailure): Told {
  if (error instanceof VouchError && error.kind !== 'INTERNAL') {
    const { metadata, field } = error;
    return told(error, { ...metadata, ...(field === undefined ? {} : { field }) });
  }
  const errorId = randomUUID();
  report(errorId, error);
  // What is known of it besides (SQL states, tables, tenants) is for the log alone.
  return told(error instanceof VouchError ? error : new VouchError('INTERNAL'), { errorId });
}

function told({ kind, reason, message, retryAfterMs }: VouchError, metadata: Told['metadata']): Told {
  // Our own sentences only: what a message says never comes from the request.
  return { kind, reason, message, metadata, retryAfterMs };
}

/** @param option that says where to listen */
export function addressInUse(option: string, address: string, cause: Error): VouchError {
  return new VouchError('ADDRESS_IN_USE', {
    field: option,
    message: `Something else listens on ${address}; ${option} may name another address.`,
    metadata: { address },
    cause,
  });
}

/**
 * The kinds of failure, in the sense of the gRPC guide (https://grpc.io/docs/guides/status-codes/), so that the border
 * needs one table and nothing else needs to know of gRPC.
 */
export type ErrorKind =
  | 'INVALID_ARGUMENT'
  | 'FAILED_PRECONDITION'
  | 'OUT_OF_RANGE'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'ABORTED'
  | 'PERMISSION_DENIED'
  | 'UNAUTHENTICATED'
  | 'RESOURCE_EXHAUSTED'
  | 'UNAVAILABLE'
  | 'DEADLINE_EXCEEDED'
  | 'CANCELLED'
  | 'UNIMPLEMENTED'
  | 'DATA_LOSS'
  | 'INTERNAL';

export interface ErrorDetails {
  /** The field or row concerned, as a path of the contract: `start.format.sample_rate_hz`. Never a value. */
  readonly field?: string;
  /** Stable facts that help the caller, such as a limit. Never personal data. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** After how long a retry may help. */
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/**
 * A failure that the caller can understand. `reason` is stable (docs/errors.md lists every one); `message` is for people
 * and holds no personal data.
 */
export class VouchError extends Error {
  override readonly name = 'VouchError';
  readonly field: string | undefined;
  readonly metadata: Readonly<Record<string, string>>;
  readonly retryAfterMs: number | undefined;

  constructor(
    readonly kind: ErrorKind,
    readonly reason: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.field = details.field;
    this.metadata = details.metadata ?? {};
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** What the service, or the way to it, refused. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  /**
   * @param status for example `PERMISSION_DENIED`
   * @param reason the stable reason (docs/errors.md), or `CONNECTION_LOST`
   */
  constructor(
    readonly status: string,
    readonly reason: string,
    readonly more: {
      readonly message?: string;
      /** The field of the request that is concerned. */
      readonly field?: string | undefined;
      readonly metadata?: Readonly<Record<string, string>>;
      /** When to try again, ms. */
      readonly retryAfterMs?: number | undefined;
      readonly cause?: unknown;
    } = {},
  ) {
    super(more.message ?? reason, { cause: more.cause });
  }
}

/** What is wrong with a field, found before anything was sent. */
export function fieldProblem(field: string, message: string): ApiError {
  return new ApiError('INVALID_ARGUMENT', 'FIELD_INVALID', { field, message });
}

interface ErrorBody {
  readonly error?: {
    readonly status?: string;
    readonly message?: string;
    readonly details?: readonly {
      readonly '@type'?: string;
      readonly reason?: string;
      readonly metadata?: Readonly<Record<string, string>>;
      readonly retryDelay?: string;
    }[];
  };
}

/** Reads an answer that is not a success. */
export async function readError(response: Response): Promise<ApiError> {
  try {
    return errorOf((await response.json()) as ErrorBody);
  } catch {
    // A proxy's page, for example.
    return new ApiError('UNAVAILABLE', 'CONNECTION_LOST');
  }
}

/** The error in a body of the form of AIP-193 (https://google.aip.dev/193). */
export function errorOf({ error }: ErrorBody): ApiError {
  const detail = (type: string) =>
    error?.details?.find((each) => each['@type']?.endsWith(`/google.rpc.${type}`));
  const information = detail('ErrorInfo');
  const delay = detail('RetryInfo')?.retryDelay;
  return new ApiError(error?.status ?? 'UNKNOWN', information?.reason ?? 'UNKNOWN', {
    message: error?.message ?? '',
    field: information?.metadata?.['field'],
    metadata: information?.metadata ?? {},
    retryAfterMs: delay === undefined ? undefined : Math.ceil(Number.parseFloat(delay) * 1000),
  });
}

import { CommanderError } from 'commander';
import { ClientError, Status } from 'nice-grpc';
import { ErrorInfo, RetryInfo, RichClientError } from 'nice-grpc-error-details';
import { VouchError } from '../errors.js';

/** A mistake in how the command was called, found before anything was asked of the service. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What is told of a failure, for people and, with `--json`, for programs. */
export interface Failure {
  /** The gRPC status; empty where the service was not even asked. */
  readonly status: string;
  /** A stable reason of docs/errors.md, or `USAGE`, `FILE`, or empty where none was given. */
  readonly reason: string;
  readonly message: string;
  /** The field or row concerned; empty where none was named. */
  readonly field: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** When a retry may help, ms; null where nothing was said. */
  readonly retryAfterMs: number | null;
}

/** Reads whatever was thrown. */
export function describeFailure(error: unknown): Failure {
  const plain = { field: '', metadata: {}, retryAfterMs: null };
  if (error instanceof ClientError) return describeStatus(error);
  if (error instanceof VouchError) {
    const { kind, reason, message, metadata } = error;
    return {
      status: kind,
      reason,
      message,
      field: error.field ?? '',
      metadata,
      retryAfterMs: error.retryAfterMs ?? null,
    };
  }
  if (error instanceof UsageError || error instanceof CommanderError) {
    return { status: '', reason: 'USAGE', message: error.message.replace(/^error: /, ''), ...plain };
  }
  const message = error instanceof Error ? error.message : String(error);
  return { status: '', reason: isFileError(error) ? 'FILE' : '', message, ...plain };
}

function describeStatus(error: ClientError): Failure {
  const details = error instanceof RichClientError ? error.extra : [];
  let reason = '';
  let metadata: Record<string, string> = {};
  let retryAfterMs: number | null = null;
  for (const detail of details) {
    if (detail.$type === ErrorInfo.$type) {
      reason = detail.reason;
      metadata = { ...detail.metadata };
    } else if (detail.$type === RetryInfo.$type && detail.retryDelay) {
      retryAfterMs = detail.retryDelay.seconds * 1000 + detail.retryDelay.nanos / 1e6;
    }
  }
  const { field = '', ...others } = metadata;
  const message = reason === '' ? withoutDetails(error) : error.details;
  return { status: Status[error.code], reason, message, field, metadata: others, retryAfterMs };
}

/** What gRPC itself says, for example that nobody listens, is long: its first sentence is enough. */
function withoutDetails(error: ClientError): string {
  if (error.code !== Status.UNAVAILABLE) return error.details;
  return 'The service cannot be reached: is it running at this --address?';
}

function isFileError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'path' in error;
}

/** One or more lines for people. */
export function formatFailure(failure: Failure): string {
  const lines = [`error: ${failure.message}`];
  if (failure.status !== '' && failure.reason !== '') {
    lines.push(`  reason: ${failure.reason} (${failure.status})`);
  }
  if (failure.field !== '') lines.push(`  field:  ${failure.field}`);
  for (const [key, value] of Object.entries(failure.metadata)) lines.push(`  ${key}: ${value}`);
  if (failure.retryAfterMs !== null) lines.push(`  try again in ${failure.retryAfterMs / 1000} s`);
  return lines.join('\n');
}

import { isAbortError } from 'abort-controller-x';
import { VouchError } from '../errors.js';
import type { StreamObserver } from '../session/index.js';
import type { Credentials } from './principal.js';

/** A request that has come. */
export interface BegunRequest extends Credentials {
  readonly transport: 'grpc' | 'http';
  /** For example `AdminService/PutPolicy`; always one of the contract. */
  readonly rpc: string;
  /** Whether requests or answers are a stream. */
  readonly isStream: boolean;
  /** What is asked, read once it is known that whoever asks may; undefined where a stream of messages comes. */
  readonly readMessage: () => unknown;
  /** Aborted when the client is gone. */
  readonly signal: AbortSignal;
}

/** Follows one request. */
export interface RequestFollower {
  /** Follows the call of the request, where it opens one. */
  readonly call?: StreamObserver;
  /** @param code google.rpc.Code by name */
  ended(code: string): void;
}

/** Told of every request. It must be quick, and not throw. */
export type ObserveRequest = (request: BegunRequest) => RequestFollower;

/** For requests that nobody follows. */
export const unobserved: ObserveRequest = () => ({ ended: () => undefined });

/** The google.rpc.Code, by name, of what a request failed for. */
export function codeOf(error: unknown): string {
  if (error instanceof VouchError) return error.kind;
  return isAbortError(error) ? 'CANCELLED' : 'INTERNAL';
}

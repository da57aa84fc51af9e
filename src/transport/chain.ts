import type { Principal } from '../domain/principal.js';
import { isDenial, type RecordDenial } from './denial.js';
import type { ReportFailure } from './errors.js';
import {
  codeOf,
  unobserved,
  type BegunRequest,
  type ObserveRequest,
  type RequestFollower,
} from './observer.js';
import type { Authenticate } from './principal.js';

/** What every request passes, over gRPC as over HTTP. */
export interface Chain {
  readonly authenticate: Authenticate;
  /** Told of every refusal of somebody who is known. */
  readonly denied: RecordDenial;
  readonly report: ReportFailure;
  /** Told of every request; nobody when not given. */
  readonly observe?: ObserveRequest;
}

/** The messages of a streamed answer, or the message of a single one as what is returned. */
// eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- as nice-grpc has it
export type Answers<Response> = AsyncGenerator<Response, Response | void, undefined>;

/**
 * Finds out who asks before anything else is done, and tells of a refusal before whoever asked is told. Yields and returns
 * what `answer` does. Throws what is wrong; each transport turns that into its own form.
 */
export async function* guarded<Response>(
  chain: Chain,
  request: BegunRequest,
  answer: (principal: Principal, follower: RequestFollower) => Answers<Response>,
): Answers<Response> {
  const follower = (chain.observe ?? unobserved)(request);
  // Of a generator that is left before its end only the last part runs.
  let code = 'CANCELLED';
  try {
    const returned = yield* known(chain, request, (principal) => answer(principal, follower));
    code = 'OK';
    return returned;
  } catch (error) {
    code = codeOf(error);
    throw error;
  } finally {
    follower.ended(code);
  }
}

async function* known<Response>(
  chain: Chain,
  { rpc, metadata }: BegunRequest,
  answer: (principal: Principal) => Answers<Response>,
): Answers<Response> {
  const principal = await chain.authenticate(metadata);
  try {
    return yield* answer(principal);
  } catch (error) {
    if (isDenial(error)) await chain.denied(principal, rpc, error.reason);
    throw error;
  }
}

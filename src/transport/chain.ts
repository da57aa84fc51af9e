import type { Calls } from '../session/index.js';
import { actingFor, asPrincipal } from './access.js';
import { isDenial, type RecordDenial } from './denial.js';
import type { ReportFailure } from './errors.js';
import { codeOf, unobserved, type BegunRequest, type ObserveRequest } from './observer.js';
import { checkOwnCall } from './own-calls.js';
import type { Authenticate } from './principal.js';
import type { WithCaller } from './rpcs/parts.js';

/** What every request passes, over gRPC as over HTTP. */
export interface Chain {
  readonly authenticate: Authenticate;
  readonly calls: Pick<Calls, 'store'>;
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
 * Finds out who asks and whether they may, before anything else is done, and tells of a refusal before whoever asked is told.
 * Yields and returns what `answer` does. Throws what is wrong; each transport turns that into its own form.
 */
export async function* guarded<Response>(
  chain: Chain,
  request: BegunRequest,
  answer: (who: WithCaller) => Answers<Response>,
): Answers<Response> {
  const follower = (chain.observe ?? unobserved)(request);
  // Of a generator that is left before its end only the last part runs.
  let code = 'CANCELLED';
  try {
    const returned = yield* allowed(chain, request, (who) => answer({ ...who, follower }));
    code = 'OK';
    return returned;
  } catch (error) {
    code = codeOf(error);
    throw error;
  } finally {
    follower.ended(code);
  }
}

async function* allowed<Response>(
  chain: Chain,
  { rpc, readMessage, metadata }: BegunRequest,
  answer: (who: WithCaller) => Answers<Response>,
): Answers<Response> {
  const caller = await chain.authenticate(metadata);
  let principal = asPrincipal(caller);
  try {
    principal = actingFor(caller, rpc);
    await checkOwnCall(chain.calls, principal, rpc, await readMessage());
    return yield* answer({ caller, principal });
  } catch (error) {
    if (isDenial(error)) await chain.denied(principal, rpc, error.reason);
    throw error;
  }
}

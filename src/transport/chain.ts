import type { Caller, Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import type { Calls } from '../session/index.js';
import { actingFor, asPrincipal } from './access.js';
import { isDenial, type RecordDenial } from './denial.js';
import type { ReportFailure } from './errors.js';
import { codeOf, unobserved, type BegunRequest, type ObserveRequest } from './observer.js';
import { checkOwnCall } from './own-calls.js';
import type { Authenticate } from './principal.js';
import type { WithCaller } from './rpcs/parts.js';
import { Standing } from './standing.js';

/** What every request passes, over gRPC as over HTTP. */
export interface Chain {
  readonly authenticate: Authenticate;
  readonly calls: Pick<Calls, 'store'>;
  /** Told of every refusal of somebody who is known. */
  readonly denied: RecordDenial;
  readonly report: ReportFailure;
  /** What is told in place of an error of authentication; the error itself when not given. */
  readonly unknown?: (request: BegunRequest, error: unknown) => unknown;
  /** How often the standing of whoever has a stream is checked, ms; 30 s when not given. */
  readonly recheckMs?: number;
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
  request: BegunRequest,
  answer: (who: WithCaller) => Answers<Response>,
): Answers<Response> {
  const caller = await authenticated(chain, request);
  let principal = asPrincipal(caller);
  try {
    const { rpc, signal } = request;
    principal = actingFor(caller, rpc);
    const message = await request.readMessage();
    await checkOwnCall(chain.calls, principal, rpc, message);
    if (!request.isStream) return yield* answer({ caller, principal, signal });
    const standing = new Standing(async () => {
      checkSame(caller, principal, await chain.authenticate(request));
      await checkOwnCall(chain.calls, principal, rpc, message);
    }, chain.recheckMs);
    const either = AbortSignal.any([signal, standing.over]);
    return yield* whileStanding(answer({ caller, principal, signal: either }), standing);
  } catch (error) {
    if (isDenial(error)) await chain.denied(principal, request.rpc, error.reason);
    throw error;
  }
}

async function authenticated(chain: Chain, request: BegunRequest): Promise<Caller> {
  try {
    return await chain.authenticate(request);
  } catch (error) {
    throw chain.unknown?.(request, error) ?? error;
  }
}

/** Throws CREDENTIALS_ENDED where the same credentials no longer say what they said. */
function checkSame(before: Caller, { role }: Principal, now: Caller): void {
  const isSame = now.tenantId === before.tenantId && now.actorId === before.actorId;
  if (!isSame || !now.roles.includes(role)) throw new VouchError('CREDENTIALS_ENDED');
}

/** Nothing is told after the standing is over, also by RPCs that do not look at the signal. */
async function* whileStanding<Response>(answers: Answers<Response>, standing: Standing): Answers<Response> {
  try {
    for (;;) {
      const next = await answers.next();
      standing.over.throwIfAborted();
      if (next.done === true) return next.value;
      yield next.value;
    }
  } finally {
    standing.end();
    await answers.return();
  }
}

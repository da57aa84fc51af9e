import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { Status } from 'nice-grpc';
import { CallState, type GetCallResponse } from '../../src/gen/vouch/v1/verification.js';
import type { ErrorReason } from '../../src/errors.js';
import type { TestTenant } from './caller.js';
import { fixturePcm } from './speech.js';
import { wordOf, type Failure } from './test-stream.js';

/** How something is refused: the words of docs/errors.md. `field` only where one field is to blame. */
export interface Refusal {
  readonly reason: ErrorReason;
  readonly code: Status;
  readonly field?: string;
}

/** Asserts that a request failed just so, and told nothing of the inside. */
export function isRefused(t: ExecutionContext, failure: Failure | null, refusal: Refusal): void {
  t.is(failure?.reason, refusal.reason);
  t.is(Status[failure?.code ?? Status.OK], Status[refusal.code]);
  if (refusal.field !== undefined) t.is(failure?.field, refusal.field);
  t.notRegex(failure?.message ?? '', /\n|\bat .*:\d+|\.[jt]s\b|node_modules/, 'nothing of the inside');
}

/** Waits until a call stands there; fails the test when it does not come to that. */
export async function callBecomes(
  t: ExecutionContext,
  tenant: TestTenant,
  callId: string,
  wanted: CallState,
): Promise<void> {
  const deadline = Date.now() + 20_000;
  let found: GetCallResponse | undefined;
  do {
    found = await tenant.getCall(callId).catch(() => undefined);
    if (found?.state === wanted) break;
    await sleep(20);
  } while (Date.now() < deadline);
  t.is(found?.state, wanted);
}

/** A test: the tests of a file run at the same time, and all that follow happen while this call goes on, at its own pace. */
export function besideAll(tenantOf: () => TestTenant): void {
  test('a call beside all of these is accepted', async (t) => {
    t.timeout(60_000);
    const tenant = tenantOf();
    const call = tenant.open(['allison_en']);
    const pcm = fixturePcm('allison_en/call-1.wav');
    const tenthBytes = 1600;
    for (let at = 0; at < pcm.length; at += tenthBytes) {
      await call.audio(pcm.subarray(at, at + tenthBytes));
      await sleep(100);
    }
    t.is(await call.end(), null);
    t.is(wordOf(call.decision), 'ACCEPT');
    t.is((await tenant.getCall(call.callId)).state, CallState.ENDED);
  });
}

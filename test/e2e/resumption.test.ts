import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import type { TestTenant } from '../helpers/caller.js';
import { asOwner } from '../helpers/database.js';
import { Ground, type TestService } from '../helpers/ground.js';
import { wordOf, type TestStream } from '../helpers/test-stream.js';

const CALLER = 'allison_en';
const CALL = `${CALLER}/call-1.wav`;
const ANOTHER = 'carlo_it/call-1.wav';
/** Three windows before the first comparison: two of them leave a call undecided. */
const THREE_WINDOWS_MS = 8900;

let ground: Ground;
let here: TestService;
let there: TestService;
let tenant: TestTenant;
let elsewhere: TestTenant;

test.before('two processes on one database, and somebody who is enrolled', async (t) => {
  t.timeout(60_000);
  ground = await Ground.make();
  here = await ground.serve();
  there = await ground.serve();
  tenant = await here.tenant({ minimumNetSpeechMs: THREE_WINDOWS_MS });
  elsewhere = there.tenantOf(tenant.tenantId);
  await tenant.enrol(CALLER);
});
test.after.always('stop', async () => {
  await there.stop();
  await here.stop();
  await ground.close();
});

const checkpointOf = (callId: string) =>
  asOwner<{ sealed: Buffer }>(
    ground.postgres.url,
    `SELECT sealed FROM vouch.call_checkpoints WHERE call_id = '${callId}'`,
  );

/** Sealed vectors of two windows are larger than this, and of one smaller, bytes. */
const TWO_WINDOWS_BYTES = 4000;

/** Waits until something, or nothing, is kept of a call. */
async function kept(callId: string, isSo: (bytes: number) => boolean): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (isSo((await checkpointOf(callId))[0]?.sealed.length ?? 0)) return;
    await sleep(50);
  }
  throw new Error('What was to be kept is not.');
}

/** A call that has heard two windows, and whose stream is gone. */
async function broken(): Promise<{ call: TestStream; callId: string; resumeToken: string }> {
  const call = tenant.open([CALLER]);
  const { resumeToken } = await call.event('started');
  await call.speech(CALL, 0, 8000);
  await kept(call.callId, (bytes) => bytes > TWO_WINDOWS_BYTES);
  call.vanish();
  return { call, callId: call.callId, resumeToken };
}

for (const [where, by] of [
  ['on the same process, from memory', () => tenant],
  ['on another, from the checkpoint', () => elsewhere],
] as const) {
  test(`a stream that was cut is taken up ${where}: what was heard counts once speech agrees`, async (t) => {
    t.timeout(60_000);
    const { callId, resumeToken } = await broken();
    // From memory means without it.
    if (by() === tenant)
      await asOwner(ground.postgres.url, `DELETE FROM vouch.call_checkpoints WHERE call_id = '${callId}'`);
    const openedMs = performance.now();
    const again = by().open([CALLER], { callId, resumeToken });
    t.is((await again.event('started')).streamNumber, 2);
    t.true(performance.now() - openedMs < 5000, 'at once, for a busy machine');
    t.is(wordOf(await again.event('decision')), 'NOT_ENOUGH_SPEECH');
    await again.speech(CALL, 8000);
    const accepted = await again.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
    t.true(accepted.netSpeechMs >= THREE_WINDOWS_MS);
    t.true(accepted.media!.endMs < 7550, 'this stream alone has not said so much by then');
    t.is(await again.end(), null);
    t.true(again.all('ended')[0]!.netSpeechMs < THREE_WINDOWS_MS);
    t.deepEqual(again.all('evidenceRestarted'), []);
    t.deepEqual(await checkpointOf(callId), [], 'nothing is kept of a call that is over');
  });

  test(`another voice takes a call up ${where}: nothing of it is the first caller's`, async (t) => {
    t.timeout(60_000);
    const { callId, resumeToken } = await broken();
    const again = by().open([CALLER], { callId, resumeToken });
    await again.speech(ANOTHER);
    const { reason } = await again.event('evidenceRestarted');
    t.is(reason, ReasonCode.SPEAKER_CHANGED);
    await again.end();
    for (const decision of again.all('decision')) {
      t.not(wordOf(decision), 'ACCEPT');
      t.true(decision.netSpeechMs <= again.all('ended')[0]!.netSpeechMs);
    }
  });
}

test('a client whose messages end a moment before its stream is reset is gone, and has not hung up', async (t) => {
  const call = tenant.open([CALLER]);
  const { resumeToken } = await call.event('started');
  const over = call.halfClose();
  // Longer than the pause between two reads of the connection.
  await sleep(80);
  call.vanish();
  await over;
  const again = elsewhere.open([CALLER], { callId: call.callId, resumeToken });
  t.is((await again.event('started')).streamNumber, 2);
  t.is(await again.end(), null);
});

test('where nothing was kept the evidence starts again, and that is told', async (t) => {
  const call = tenant.open([CALLER]);
  const { resumeToken } = await call.event('started');
  await call.speech(CALL, 0, 1000);
  call.vanish();
  const again = elsewhere.open([CALLER], { callId: call.callId, resumeToken });
  t.is((await again.event('evidenceRestarted')).reason, ReasonCode.EVIDENCE_RESTARTED);
  t.is(await again.end(), null);
});

test('what was heard under a consent that was taken back is not kept, and never counts again', async (t) => {
  t.timeout(60_000);
  const other = await here.tenant({ minimumNetSpeechMs: THREE_WINDOWS_MS });
  await other.enrol(CALLER);
  const call = other.open([CALLER]);
  const { resumeToken } = await call.event('started');
  await call.speech(CALL, 0, 8000);
  await kept(call.callId, (bytes) => bytes > 0);
  call.vanish();
  await call.over;
  await other.withdraw(CALLER);
  t.deepEqual(await checkpointOf(call.callId), []);
  await other.enrol(CALLER);
  const again = other.open([CALLER], { callId: call.callId, resumeToken });
  t.is((await again.event('evidenceRestarted')).reason, ReasonCode.EVIDENCE_RESTARTED);
  await again.speech(CALL, 8000);
  t.is(await again.end(), null);
  t.is(wordOf(again.decision), 'NOT_ENOUGH_SPEECH');
});

test('a call that is decided keeps nothing', async (t) => {
  t.timeout(60_000);
  const call = tenant.open([CALLER]);
  await call.speech(CALL, 0, 8000);
  await kept(call.callId, (bytes) => bytes > 0);
  await call.speech(CALL, 8000);
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  await kept(call.callId, (bytes) => bytes === 0);
  t.is(await call.end(), null);
});

test('what is kept is sealed', async (t) => {
  t.timeout(60_000);
  const { callId, resumeToken } = await broken();
  const [row] = await checkpointOf(callId);
  t.true(row!.sealed.length > 2 * 4 * 192);
  t.false(row!.sealed.toString('latin1').includes('vectors'));
  // What was moved or changed is as good as not there.
  await asOwner(
    ground.postgres.url,
    `UPDATE vouch.call_checkpoints SET sealed = set_byte(sealed, 40, 255 - get_byte(sealed, 40)) WHERE call_id = '${callId}'`,
  );
  const again = elsewhere.open([CALLER], { callId, resumeToken });
  t.is((await again.event('evidenceRestarted')).reason, ReasonCode.EVIDENCE_RESTARTED);
  t.is(await again.end(), null);
});

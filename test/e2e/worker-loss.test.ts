import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import type { CallEvent } from '../../src/gen/vouch/v1/verification.js';
import type { TestTenant } from '../helpers/caller.js';
import { Ground } from '../helpers/ground.js';
import { DEADLY_GAP_MS, fixturePcm, STUNNING_GAP_MS } from '../helpers/speech.js';
import { wordOf, type TestStream } from '../helpers/test-stream.js';

const workerUrl = new URL('../helpers/dying-worker.js', import.meta.url);
const SPEECH = fixturePcm('allison_en/call-1.wav');
const BYTES_PER_MS = 16;
/** A window of speech lasts 3 s of net speech; speech has pauses. */
const ONE_WINDOW_MS = 4500;

let ground: Ground;
test.before('start the database', async () => {
  ground = await Ground.make();
});
test.after.always('stop the database', () => ground.close());

const sequences = (events: readonly CallEvent[]) =>
  events.flatMap(({ sequence }) => (sequence > 0 ? [sequence] : []));

/** Real pace, so that the worker is lost in the middle of it. */
async function say(call: TestStream, fromMs: number, toMs: number): Promise<void> {
  for (let ms = fromMs; ms < toMs; ms += 100) {
    await call.audio(SPEECH.subarray(ms * BYTES_PER_MS, (ms + 100) * BYTES_PER_MS));
    await sleep(100);
  }
}

/** A stream of somebody else's, whose audio costs the worker its life. */
function poison(tenant: TestTenant, gapMs: number): TestStream {
  const call = tenant.open(['allison_en']);
  const audio = (gap: number) =>
    call.send({ $case: 'audio', value: { data: Buffer.alloc(320), gapMs: gap } });
  void audio(1).then(() => audio(gapMs));
  return call;
}

for (const [what, gapMs, withinMs] of [
  ['dies', DEADLY_GAP_MS, 4000],
  ['hangs', STUNNING_GAP_MS, 10_000],
] as const) {
  for (const workers of ['1', '2']) {
    test.serial(`of ${workers}, a worker ${what}: calls go on with what was heard, and say so`, async (t) => {
      t.timeout(90_000);
      const running = await ground.serve({ VOUCH_WORKERS: workers }, { workerUrl });
      t.teardown(() => running.stop());
      const tenant = await running.tenant();
      await tenant.enrol('allison_en');
      // One on each worker.
      const calls = Array.from({ length: Number(workers) }, () =>
        tenant.open(['allison_en'], { shadow: true }),
      );
      await Promise.all(calls.map((call) => call.event('decision')));
      await Promise.all(calls.map((call) => say(call, 0, 5000)));
      const poisoned = poison(tenant, gapMs);
      const losing = Promise.race(calls.map((call) => call.event('audioLost')));
      const saidMs = 5000 + withinMs;
      await Promise.all(calls.map((call) => say(call, 5000, Math.min(saidMs, 15_500))));
      await losing;
      poisoned.vanish();
      const lost = calls.filter((call) => call.all('audioLost').length > 0);
      t.is(lost.length, 1, 'those of the other worker notice nothing');
      for (const call of calls) t.is(await call.end(), null);
      const [call] = lost;
      const [{ sinceMediaMs, untilMediaMs } = { sinceMediaMs: 0, untilMediaMs: 0 }] = call!.all('audioLost');
      t.true(untilMediaMs - sinceMediaMs <= ONE_WINDOW_MS, `${sinceMediaMs} to ${untilMediaMs}`);
      t.is(wordOf(call!.decision), 'ACCEPT');
      t.deepEqual(call!.all('evidenceRestarted'), []);
      // What is lost is the stretch that was told, and nothing else.
      const { audioMs, netSpeechMs } = call!.all('ended')[0]!;
      t.true(netSpeechMs > 0.6 * audioMs - (untilMediaMs - sinceMediaMs), `${netSpeechMs} of ${audioMs}`);
      t.deepEqual(
        sequences(call!.events),
        sequences(call!.events).map((_, i) => i + 1),
      );
    });
  }
}

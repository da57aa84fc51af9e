import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { createChannel, createClient } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { CallState } from '../../src/gen/vouch/v1/verification.js';
import { Served } from '../helpers/binary.js';
import { TestTenant } from '../helpers/caller.js';
import { clientsAt } from '../helpers/clients.js';
import { Ground, type Environment } from '../helpers/ground.js';
import { wordOf } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const CALLER = 'allison_en';
const CALL = `${CALLER}/call-1.wav`;
/** Of grpc.health.v1.HealthCheckResponse. */
const NOT_SERVING = 2;

let ground: Ground;
test.before('start the database', async () => {
  ground = await Ground.make();
});
test.after.always('stop the database', () => ground.close());

async function serve(t: ExecutionContext, drainMs: number, environment: Environment = {}) {
  const served = await Served.start({
    DATABASE_URL: ground.postgres.url,
    VOUCH_KEYRING_FILE: join(ground.directory, 'keyring.json'),
    VOUCH_DRAIN_MS: String(drainMs),
    ...environment,
  });
  let ended: Promise<number | null> | undefined;
  const end = (signal: NodeJS.Signals) => (ended ??= served.stop(signal));
  t.teardown(() => end('SIGKILL'));
  return { served, end, tenantOf: (tenantId: string) => new TestTenant(clientsAt(served.address), tenantId) };
}

test.serial(
  'SIGTERM: health changes, streams are told, calls end or move, and are cut at the deadline',
  async (t) => {
    t.timeout(90_000);
    const drainMs = 6000; // Enough for a busy machine to take over one call and hear the end of another.
    const first = await serve(t, drainMs);
    const second = await serve(t, drainMs);
    const maker = await ground.serve();
    t.teardown(() => maker.stop());
    const { tenantId } = await maker.tenant();
    const here = first.tenantOf(tenantId);
    const there = second.tenantOf(tenantId);
    await here.enrol(CALLER);

    const [ending, moving, idle] = [here.open([CALLER]), here.open([CALLER]), here.open([CALLER])];
    const calls = [ending, moving, idle];
    const tokens = await Promise.all(calls.map(async (call) => (await call.event('started')).resumeToken));
    await Promise.all(calls.map((call) => call.speech(CALL, 0, 2500)));

    const channel = createChannel(first.served.address);
    t.teardown(() => {
      channel.close();
    });
    const signalledMs = performance.now();
    const exited = first.end('SIGTERM');
    const drains = await Promise.all(calls.map((call) => call.event('drain')));
    for (const { deadline } of drains) t.true(Math.abs(deadline!.getTime() - Date.now() - drainMs) < 2000);
    t.is((await createClient(HealthDefinition, channel).check({ service: '' })).status, NOT_SERVING);
    t.is((await here.open([CALLER]).over)?.reason, 'SHUTTING_DOWN');

    // One goes elsewhere at once, another goes on to its end, the third does nothing.
    const moved = there.open([CALLER], { callId: moving.callId, resumeToken: tokens[1]! });
    t.is((await moved.event('started')).streamNumber, 2);
    t.is((await moving.over)?.reason, 'CALL_TAKEN_OVER');
    await ending.speech(CALL, 2500);
    t.is(await ending.end(), null);
    t.is(wordOf(ending.decision), 'ACCEPT');
    await moved.speech(CALL);
    t.is(await moved.end(), null);
    t.is(wordOf(moved.decision), 'ACCEPT');
    t.is((await idle.over)?.reason, 'SHUTTING_DOWN');
    const tookMs = performance.now() - signalledMs;
    t.true(tookMs > drainMs - 500 && tookMs < drainMs + 3000, `cut after ${tookMs} ms`);
    t.is(await exited, 0);

    t.is((await there.getCall(idle.callId)).state, CallState.INTERRUPTED);
    for (const { callId } of [ending, moving]) {
      const watcher = new Watcher(there, callId);
      t.is(await watcher.over, null);
      t.deepEqual(
        watcher.events.map(({ sequence }) => sequence),
        watcher.events.map((_, i) => i + 1),
      );
    }
  },
);

test.serial('SIGTERM with the database gone: the process ends all the same', async (t) => {
  t.timeout(60_000);
  const first = await serve(t, 0, { VOUCH_DATABASE_WAIT_MS: '2000' });
  const maker = await ground.serve();
  const { tenantId } = await maker.tenant();
  await maker.stop();
  const call = first.tenantOf(tenantId).open([]);
  await call.event('decision');
  await ground.signalPostgres('SIGSTOP');
  try {
    await call.pause();
    const startedMs = performance.now();
    t.is(await first.end('SIGTERM'), 0);
    t.true(performance.now() - startedMs < 15_000);
  } finally {
    await ground.signalPostgres('SIGCONT');
  }
});

test.serial('SIGTERM while nothing is under way: no deadline is waited for', async (t) => {
  const idle = await serve(t, 0);
  const startedMs = performance.now();
  t.is(await idle.end('SIGTERM'), 0);
  // The shortest of the deadlines is 3 s.
  t.true(performance.now() - startedMs < 3000);
});

import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { Status } from 'nice-grpc';
import { ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { CallState } from '../../src/gen/vouch/v1/verification.js';
import type { TestTenant } from '../helpers/caller.js';
import { asOwner } from '../helpers/database.js';
import { Door } from '../helpers/door.js';
import { Ground, type Environment, type TestService } from '../helpers/ground.js';
import { fixturePcm } from '../helpers/speech.js';
import { failure, wordOf, type TestStream } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const CALLER = 'allison_en';
const SPEECH = fixturePcm(`${CALLER}/call-1.wav`);

interface Scene {
  readonly ground: Ground;
  readonly door: Door;
  readonly running: TestService;
  readonly tenant: TestTenant;
}

/** A service that reaches its database through a door, and somebody who is enrolled. */
async function scene(t: ExecutionContext, environment: Environment = {}): Promise<Scene> {
  const ground = await Ground.make();
  const door = await Door.open(Number(new URL(ground.postgres.url).port));
  const DATABASE_URL = door.through(ground.postgres.url);
  const running = await ground.serve({ DATABASE_URL, VOUCH_DATABASE_WAIT_MS: '2000', ...environment });
  t.teardown(async () => {
    await running.stop();
    await door.close();
    await ground.close();
  });
  const tenant = await running.tenant();
  await tenant.enrol(CALLER);
  return { ground, door, running, tenant };
}

/** The server is there again, on another port. */
async function restarted({ ground, door }: Scene): Promise<void> {
  await ground.restartPostgres();
  door.leadTo(Number(new URL(ground.postgres.url).port));
}

/** Speaks at real pace, over and over, until told to stop. */
function talk(call: TestStream): () => Promise<void> {
  const stop = new AbortController();
  const done = (async () => {
    for (let at = 0; !stop.signal.aborted; at = (at + 1600) % (SPEECH.length - 1600)) {
      await call.audio(SPEECH.subarray(at, at + 1600));
      await sleep(100);
    }
  })();
  return () => {
    stop.abort();
    return done;
  };
}

/** What the stream was told is what was stored: every change of state once, in order, and every decision in the audit. */
async function storedOnce(t: ExecutionContext, { ground, tenant }: Scene, call: TestStream): Promise<void> {
  const told = call.events.filter(({ sequence }) => sequence > 0);
  t.deepEqual(
    told.map(({ sequence }) => sequence),
    told.map((_, i) => i + 1),
  );
  const watcher = new Watcher(tenant, call.callId);
  t.is(await watcher.over, null);
  t.deepEqual(
    watcher.events.map(({ sequence, event }) => [sequence, event?.$case]),
    told.map(({ sequence, event }) => [sequence, event?.$case]),
  );
  const decisions = told.flatMap(({ event }) =>
    event?.$case === 'decision' || event?.$case === 'evaluation' ? [event.value.decisionId] : [],
  );
  const audited = await asOwner<{ id: string }>(
    ground.postgres.url,
    `SELECT body::jsonb->>'decisionId' AS id FROM vouch.ledger
     WHERE type = 'DECISION_MADE' AND body::jsonb->>'decisionId' IN (${decisions.map((id) => `'${id}'`).join()})
     ORDER BY position`,
  );
  t.deepEqual(
    audited.map(({ id }) => id),
    decisions,
  );
}

test('PostgreSQL is killed and comes back: what happened meanwhile is written in order, once', async (t) => {
  t.timeout(90_000);
  const all = await scene(t);
  const { ground, tenant } = all;
  const call = tenant.open([CALLER]);
  await call.event('decision');
  const stop = talk(call);
  await call.heardUpTo(1000);
  await ground.signalPostgres('SIGKILL');
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  await stop();
  // More changes of state than a transaction would have time for.
  for (let n = 0; n < 20; n++) {
    await call.pause();
    await call.resume();
  }
  const { reason } = await failure(
    tenant.verification.evaluateCall({ callId: call.callId, idempotencyKey: randomUUID() }),
  );
  t.is(reason, 'DATABASE_UNAVAILABLE');
  await restarted(all);
  const goOn = talk(call);
  await sleep(2000);
  await goOn();
  await tenant.verification.evaluateCall({ callId: call.callId, idempotencyKey: randomUUID() });
  t.is(await call.end(), null);
  t.is(wordOf(call.decision), 'ACCEPT');
  t.is((await tenant.getCall(call.callId)).state, CallState.ENDED);
  await storedOnce(t, all, call);
});

test('PostgreSQL does not answer: new calls know within seconds, those that run decide, nothing is written twice', async (t) => {
  t.timeout(90_000);
  const all = await scene(t);
  const { ground, door, tenant } = all;
  const call = tenant.open([CALLER]);
  await call.event('decision');
  const stop = talk(call);
  const stopped = {
    stun: () => ground.signalPostgres('SIGSTOP'),
    wake: () => ground.signalPostgres('SIGCONT'),
  };
  const cutOff = {
    stun: () => {
      door.block();
      return Promise.resolve();
    },
    wake: () => {
      door.unblock();
      return Promise.resolve();
    },
  };
  for (const { stun, wake } of [stopped, cutOff]) {
    await stun();
    await call.pause();
    await call.resume();
    const askedAt = performance.now();
    const refused = await tenant.open([CALLER]).over;
    t.like(refused, { reason: 'DATABASE_UNAVAILABLE', code: Status.UNAVAILABLE });
    t.true(performance.now() - askedAt < 6000, `told after ${performance.now() - askedAt} ms`);
    await sleep(2000);
    await wake();
    // It may take a moment until connections are made anew.
    const again = async () => (await tenant.open([]).end())?.reason ?? 'none';
    for (let tries = 0; (await again()) !== 'none'; tries++) if (tries > 20) t.fail('no call begins again');
  }
  await stop();
  t.is(await call.end(), null);
  t.is(wordOf(call.decision), 'ACCEPT');
  await storedOnce(t, all, call);
});

test('PostgreSQL is gone for longer than consent holds: nothing is heard, until it is back', async (t) => {
  t.timeout(90_000);
  const all = await scene(t, { VOUCH_CONSENT_LEASE_MS: '4000' });
  const { ground, tenant } = all;
  const call = tenant.open([CALLER]);
  await call.event('decision');
  await ground.postgres.stop();
  const stop = talk(call);
  const lease = await call.event('decision', (decision) => wordOf(decision) === 'INCONCLUSIVE');
  t.deepEqual(lease.reasons, [ReasonCode.CONSENT_LEASE_EXPIRED]);
  const decided = call.events.filter(({ event }) => event?.$case === 'decision').map(({ event }) => event);
  t.true(decided.length >= 2);
  const heard = call.all('progress').at(-1)!;
  await call.heardUpTo(heard.audioMs + 3000);
  const later = call.all('progress').at(-1)!;
  // The latest progress was told up to a second before the lease ran out.
  t.true(
    later.droppedMs - heard.droppedMs >= 1900,
    `dropped: ${heard.droppedMs} of ${heard.audioMs}, then ${later.droppedMs} of ${later.audioMs} ms`,
  );
  t.like(await tenant.open([CALLER]).over, {
    reason: 'DATABASE_UNAVAILABLE',
    code: Status.UNAVAILABLE,
  });
  await restarted(all);
  await call.event(
    'decision',
    (decision, { sequence }) =>
      wordOf(decision) === 'ACCEPT' &&
      sequence >
        call.events.find(({ event }) => event?.$case === 'decision' && event.value === lease)!.sequence,
  );
  await stop();
  t.is(await call.end(), null);
  await storedOnce(t, all, call);
});

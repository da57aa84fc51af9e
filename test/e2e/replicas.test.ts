import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { vouch } from '../helpers/binary.js';
import { PROOFING } from '../helpers/caller.js';
import { asOwner } from '../helpers/database.js';
import { Replicas } from '../helpers/replicas.js';
import { failure, wordOf } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const ALLISON = 'allison_en';
const CALL = `${ALLISON}/call-1.wav`;
const MOST_MS = 120_000;

let replicas: Replicas;

test.serial.before('two processes on one database behind a balancer', async (t) => {
  t.timeout(MOST_MS);
  replicas = await Replicas.start(2, ALLISON);
});

test.after.always('stop', () => replicas.stop());

test.serial('calls spread over the replicas, and are decided on each', async (t) => {
  const tenant = replicas.tenant();
  const calls = Array.from({ length: 4 }, () => tenant.open([ALLISON]));
  await Promise.all(calls.map((call) => call.event('started')));
  t.deepEqual(replicas.balancer.calls, [2, 2]);
  const owners = await asOwner<{ count: number }>(
    replicas.databaseUrl,
    `SELECT count(*)::int AS count FROM vouch.calls WHERE state = 'LIVE' GROUP BY owner_replica`,
  );
  t.deepEqual(
    owners.map(({ count }) => count),
    [2, 2],
  );
  await Promise.all(calls.map((call) => call.speech(CALL, 0, 8000)));
  for (const call of calls) t.is(await call.end(), null);
  for (const call of calls) t.is(wordOf(call.decision), 'ACCEPT');
});

test.serial('a watcher at one replica sees a call of the other: what was, then what happens', async (t) => {
  const call = replicas.tenantAt(0).open([ALLISON]);
  await call.speech(CALL, 0, 8000);
  await call.event('decision', (each) => wordOf(each) === 'ACCEPT');
  const watcher = new Watcher(replicas.tenantAt(1), call.callId);
  await watcher.event(({ event }) => event?.$case === 'decision' && wordOf(event.value) === 'ACCEPT');
  await call.pause();
  await watcher.event(({ event }) => event?.$case === 'paused');
  t.is(await call.end(), null);
  t.is(await watcher.over, null);
  const told = call.events.filter(({ sequence }) => sequence > 0).map(({ sequence }) => sequence);
  t.deepEqual(
    watcher.events.filter(({ sequence }) => sequence > 0).map(({ sequence }) => sequence),
    told,
  );
});

test.serial('what is asked of one replica about a call of the other is done there', async (t) => {
  const [here, there] = [replicas.tenantAt(0), replicas.tenantAt(1)];
  await here.grant('somebody');
  const call = here.open([ALLISON]);
  const { callId } = call;
  await call.speech(CALL);
  await call.event('decision', (each) => wordOf(each) === 'ACCEPT');

  const claims = [{ speakerId: 'somebody' }];
  t.is(
    (await there.verification.updateCall({ callId, claims, agentId: 'test', idempotencyKey: 'u' }))
      .claimsSoFar,
    2,
  );
  await call.event('claimReceived', ({ claimNumber }) => claimNumber === 2);

  const evaluation = { callId, idempotencyKey: 'e' };
  const { decision } = await there.verification.evaluateCall(evaluation);
  t.is(wordOf(decision), 'ACCEPT');
  t.is((await call.event('evaluation')).decisionId, decision!.decisionId);
  // The same request again, of whichever replica, is the same decision.
  for (const tenant of [here, there])
    t.is((await tenant.verification.evaluateCall(evaluation)).decision?.decisionId, decision!.decisionId);

  // An agent sees no scores, whichever process decided.
  const agent = await there.as('AGENT').verification.evaluateCall({ callId, idempotencyKey: 'agent' });
  t.is(agent.decision!.claims[0]!.score, undefined);
  t.not(decision!.claims[0]!.score, undefined);

  const enrolment = { callId, proofing: PROOFING, label: 'from call', idempotencyKey: randomUUID() };
  t.is(
    (await failure(there.enrolment.enrolFromCall({ ...enrolment, speakerId: 'nobody' }))).reason,
    'SPEAKER_NOT_CLAIMED',
  );
  const { reason, field } = await failure(there.as('AGENT').enrolment.getTrustPhrase({ callId }));
  t.deepEqual([reason, field], ['NOT_OUTBOUND', '']);

  await there.verification.pauseCall({ callId, reason: 'card-payment', idempotencyKey: 'p' });
  t.is(call.all('paused').length, 1);
  t.true((await here.getCall(callId)).paused);
  t.is(await call.end(), null);
  t.is(
    (await failure(there.verification.evaluateCall({ callId, idempotencyKey: 'late' }))).reason,
    'CALL_NOT_FOUND',
  );
  const left = await asOwner(replicas.databaseUrl, 'SELECT FROM vouch.call_commands');
  t.is(left.length, 0);
});

test.serial('a voiceprint is made on one replica of a call that the other serves', async (t) => {
  const [here, there] = [replicas.tenantAt(0), replicas.tenantAt(1)];
  await here.grant('newcomer');
  const call = here.open(['newcomer']);
  for (const file of [CALL, `${ALLISON}/call-2.wav`]) await call.speech(file);
  await call.heardUpTo(31_000);
  const { voiceprint } = await there.enrolment.enrolFromCall({
    callId: call.callId,
    speakerId: 'newcomer',
    proofing: PROOFING,
    idempotencyKey: randomUUID(),
  });
  t.is(voiceprint!.speakerId, 'newcomer');
  t.is(await call.end(), null);
});

test.serial('a replica that does not answer is told as such, and does nothing of it later', async (t) => {
  t.timeout(MOST_MS);
  const there = replicas.tenantAt(1);
  const call = replicas.tenantAt(0).open([ALLISON]);
  await call.event('started');
  const { pid } = replicas.served[0]!;
  process.kill(pid, 'SIGSTOP');
  const { reason } = await failure(
    there.verification.evaluateCall({ callId: call.callId, idempotencyKey: 'unheard' }),
  ).finally(() => process.kill(pid, 'SIGCONT'));
  t.is(reason, 'OWNER_UNREACHABLE');
  await call.speech(CALL, 0, 2000);
  await call.heardUpTo(2000);
  await sleep(1000); // Two rounds.
  t.is(call.all('evaluation').length, 0);
  t.is(await call.end(), null);
});

test.serial('a replica that drains gets no new calls, and those that it has end in good order', async (t) => {
  t.timeout(MOST_MS);
  const old = replicas.tenantAt(0).open([ALLISON]);
  await old.speech(CALL, 0, 2000);
  await old.heardUpTo(2000);
  const ended = replicas.served[0]!.stop();
  await old.event('drain');
  while (replicas.balancer.serving[0]) await sleep(20);
  const healths = replicas.served.map(({ address }) => vouch(['health', '--address', address]));
  t.deepEqual(
    (await Promise.all(healths)).map(({ code }) => code),
    [2, 0],
  );
  const before = replicas.balancer.calls;
  const tenant = replicas.tenant();
  for (let n = 0; n < 3; n++) {
    const call = tenant.open([ALLISON]);
    await call.speech(CALL, 0, 8000);
    t.is(await call.end(), null);
    t.is(wordOf(call.decision), 'ACCEPT');
  }
  t.deepEqual(replicas.balancer.calls, [before[0]!, before[1]! + 3]);
  await old.speech(CALL, 2000, 8000);
  t.is(await old.end(), null);
  t.is(wordOf(old.decision), 'ACCEPT');
  t.is(await ended, 0);
});

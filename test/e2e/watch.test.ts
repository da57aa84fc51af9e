import test from 'ava';
import { ConfidenceBand } from '../../src/gen/vouch/v1/decision.js';
import type { CallEvent } from '../../src/gen/vouch/v1/verification.js';
import { serviceOfFile } from '../helpers/ground.js';
import { wordOf } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const service = serviceOfFile();
const CALL = 'allison_en/call-1.wav';

/** What a watcher may see of a call, as the call's own stream saw it. */
const shown = (events: readonly CallEvent[]) =>
  events
    .filter(({ sequence }) => sequence > 0)
    .map(({ event }) =>
      event?.$case === 'started' ? { ...event, value: { ...event.value, resumeToken: '' } } : event,
    );

test('WatchCall replays what changed, then follows; the resume token is for the stream alone', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(CALL, 0, 8000);
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  await call.heardUpTo(8000);
  const watcher = new Watcher(tenant, call.callId);
  await watcher.event(({ event }) => event?.$case === 'decision' && wordOf(event.value) === 'ACCEPT');
  const replayed = watcher.events.length;
  t.true(
    watcher.events.every((event) => event.sequence > 0),
    'progress is not replayed',
  );
  await call.speech(CALL, 8000);
  await call.end();
  await watcher.over;
  t.deepEqual(shown(watcher.events), shown(call.events));
  t.true(watcher.events.slice(replayed).some(({ event }) => event?.$case === 'progress'));
  t.regex(call.all('started')[0]!.resumeToken, /^[\w-]{43}$/);
});

test('WatchCall of a call that has ended replays it and ends; after a number, only what came after', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(CALL, 0, 2000);
  await call.end();
  const all = new Watcher(tenant, call.callId);
  t.is(await all.over, null);
  t.deepEqual(shown(all.events), shown(call.events));
  t.true(all.events.every(({ replayed }) => replayed));
  const rest = new Watcher(tenant, call.callId, 2);
  await rest.over;
  t.deepEqual(rest.events, all.events.slice(2));
  t.is((await new Watcher(tenant, 'no-such-call').over)?.reason, 'CALL_NOT_FOUND');
});

test('an agent sees decisions and bands, never a score', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.event('started');
  const agent = tenant.as('AGENT');
  const watcher = new Watcher(agent, call.callId);
  await watcher.event(() => true);
  await call.speech(CALL);
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  const { decision: evaluated } = await agent.verification.evaluateCall({
    callId: call.callId,
    idempotencyKey: 'now',
  });
  await call.end();
  await watcher.over;
  const { decision } = await agent.getCall(call.callId);
  t.is(decision!.confidenceBand, ConfidenceBand.VERY_HIGH);
  const seen = JSON.stringify([watcher.events, decision, evaluated]);
  t.true(seen.includes('DECISION_KIND_ACCEPT'));
  for (const hidden of ['"score"', '"llr"', '"confidence"']) {
    t.false(seen.includes(hidden), hidden);
    t.true(JSON.stringify(call.events).includes(hidden));
  }
});

test('in shadow mode decisions are recorded, and an agent is shown none', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en'], { shadow: true });
  await call.speech(CALL);
  await call.end();
  t.true(call.decision.shadow);
  const agent = tenant.as('AGENT');
  const watcher = new Watcher(agent, call.callId);
  await watcher.over;
  const seen = JSON.stringify([watcher.events, await agent.getCall(call.callId)]);
  t.notRegex(seen, /DECISION_KIND_(?!UNSPECIFIED)/);
  t.is((await tenant.getCall(call.callId)).decision?.decisionId, call.decision.decisionId);
});

test('with a policy in shadow mode an agent is shown no decision either', async (t) => {
  const tenant = await service().tenant({ shadow: true });
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.event('started');
  const agent = tenant.as('AGENT');
  const watcher = new Watcher(agent, call.callId);
  await watcher.event(() => true);
  await call.speech(CALL);
  await call.end();
  await watcher.over;
  t.notRegex(
    JSON.stringify([watcher.events, await agent.getCall(call.callId)]),
    /DECISION_KIND_(?!UNSPECIFIED)/,
  );
  t.is(wordOf((await tenant.getCall(call.callId)).decision), 'ACCEPT');
  t.true((await agent.getCall(call.callId)).shadow, 'and is told why');
});

import test from 'ava';
import { Finality, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { serviceOfFile } from '../helpers/ground.js';
import { wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();

/** Allison for 10 s, then Armelle for 10 s. */
const MIXED = 'edge/mixed-speakers.wav';

test('when the caller changes, what was accepted is withdrawn', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(MIXED);
  t.is(await call.end(), null);
  const accepted = call.all('decision').find((decision) => wordOf(decision) === 'ACCEPT');
  t.is(accepted?.finality, Finality.FINAL);
  t.true(accepted!.media!.endMs < 10_000);
  const [changed, more] = call.all('speakerChanged');
  t.is(more, undefined);
  t.is(changed?.withdrawnDecisionId, accepted?.decisionId);
  t.true(Math.abs(changed!.sinceMediaMs - 10_000) < 3500, `noticed from ${changed!.sinceMediaMs} ms on`);
  const next = call.all('decision').find((each) => each.supersedesDecisionId === accepted?.decisionId);
  t.not(wordOf(next), 'ACCEPT');
  t.true(next?.reasons.includes(ReasonCode.SPEAKER_CHANGED));
  t.is(next?.media?.startMs, changed?.sinceMediaMs);
  t.not(wordOf(call.decision), 'ACCEPT');
});

test('who comes after the change is accepted under a claim of their own', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  await tenant.enrol('armelle_fr');
  const call = tenant.open(['allison_en', 'armelle_fr']);
  await call.speech(MIXED);
  await call.end();
  const accepted = call.all('decision').filter((decision) => wordOf(decision) === 'ACCEPT');
  const who = accepted.map(({ claims }) => claims.find((claim) => wordOf(claim) === 'ACCEPT')?.speakerId);
  t.deepEqual([...new Set(who)], ['allison_en', 'armelle_fr']);
  t.is(who.at(-1), 'armelle_fr');
  t.is(call.all('speakerChanged').length, 1);
});

test('one caller throughout is not taken for two', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech('allison_en/call-1.wav');
  await call.speech('allison_en/call-2.wav');
  await call.end();
  t.is(call.all('speakerChanged').length, 0);
  t.is(wordOf(call.decision), 'ACCEPT');
});

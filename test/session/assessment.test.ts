import test from 'ava';
import { packFingerprint, unpackFingerprint } from '../../src/replay/index.js';
import { Calibration } from '../../src/scoring/index.js';
import { COUNTERMEASURE } from '../../src/embedding/index.js';
import { Assessment } from '../../src/session/assessment.js';
import type { AssessmentTerms } from '../../src/session/assessment-terms.js';
import { Capacity } from '../../src/session/capacity.js';
import { dossierOf, voiceprintOf } from '../helpers/dossier.js';
import { TEST_POLICY } from '../helpers/policy.js';
import { window } from '../helpers/windows.js';

const SPACE = {
  id: 'campplus',
  dimension: 3,
  modelId: 'campplus-int8',
  modelSha256: 'bf0653fad17ecb6b54acc22dcc77ae138a06190f2ce6d84919bc7f4b388e678f',
};
const calibration = await Calibration.load('models/calibration/telephone-first.json', [SPACE]);
const ANNA = [1, 0.1, 0];
const BERT = [0, 0.1, 1];
const enrolled = (voice: readonly number[]) => dossierOf('someone', [voiceprintOf(window(voice).vectors)]);

/** An assessment, and what says the next three seconds in a voice. */
function ground(terms: Partial<AssessmentTerms> = {}) {
  const assessment = new Assessment({
    policy: TEST_POLICY,
    policyReference: { id: 'default', version: 1, sha256: '0'.repeat(64) },
    calibration,
    calibrationFit: 'SHIPPED',
    spaces: [SPACE],
    transactionRisk: 'ORDINARY',
    shadow: false,
    clock: { now: () => new Date() },
    previousDecisionId: '',
    ...terms,
  });
  const say = (voice: readonly number[], index: number, bonaFideLlr?: number) =>
    assessment.push({
      ...window(voice, { startMs: index * 3000, endMs: (index + 1) * 3000 }),
      ...(bonaFideLlr !== undefined && { bonaFideLlr }),
    });
  return { assessment, say };
}

test('another claimed speaker who takes the phone is a change, and the acceptance is withdrawn', (t) => {
  const { assessment, say } = ground();
  assessment.addClaim(1, 'anna', null, enrolled(ANNA), 0);
  assessment.addClaim(2, 'bert', null, enrolled(BERT), 0);
  for (let index = 0; index < 4; index++) {
    t.is(say(ANNA, index), undefined);
    assessment.look({ ended: false, withheld: null, reasons: [] });
  }
  t.is(assessment.current?.claims[0]?.kind, 'ACCEPT');
  t.is(say(BERT, 4), 12_000);
  const after = assessment.look({ ended: false, withheld: null, reasons: ['SPEAKER_CHANGED'] });
  t.not(after?.claims[0]?.kind, 'ACCEPT');
});

test('a decision rests on all the speech, not only on the windows that are kept; an evaluation on those since its time', (t) => {
  const { assessment, say } = ground();
  assessment.addClaim(1, 'anna', null, enrolled(ANNA), 0);
  for (let index = 0; index < 450; index++) say(ANNA, index);
  const decision = assessment.look({ ended: true, withheld: null, reasons: [] });
  t.is(decision?.netSpeechMs, 450 * 3000);
  t.like(decision, { mediaStartMs: 0, mediaEndMs: 450 * 3000 });
  t.is(assessment.evaluate(440 * 3000, null).netSpeechMs, 10 * 3000);
});

test('a countermeasure is asked while somebody may be accepted, and what it suspected stays', (t) => {
  const model = { modelId: 'made-up', modelSha256: '0'.repeat(64), suspectedBelowLlr: -1 };
  const { assessment, say } = ground({ spoof: { model, suspected: false } });
  const look = () => assessment.look({ ended: false, withheld: null, reasons: [] });
  t.deepEqual(assessment.wanted, ['campplus'], 'nobody is claimed');
  assessment.addClaim(1, 'anna', null, enrolled(ANNA), 0);
  t.deepEqual(assessment.wanted, ['campplus', COUNTERMEASURE]);
  say(ANNA, 0, 3);
  t.like(look(), { risks: { spoof: 'NOT_SUSPECTED' }, countermeasure: { id: 'made-up' } });
  while (assessment.current?.finality !== 'FINAL') {
    say(ANNA, 1);
    look();
  }
  t.is(assessment.current.kind, 'ACCEPT');
  t.deepEqual(assessment.wanted, ['campplus'], 'it is decided');

  // Another voice is judged by its own speech, and nothing that is said later takes it back.
  assessment.restart(9000);
  t.deepEqual(assessment.wanted, ['campplus', COUNTERMEASURE]);
  say(ANNA, 3, -1.5);
  t.is(look()?.risks.spoof, 'SUSPECTED');
  say(ANNA, 4, 9);
  look();
  t.is(assessment.current.risks.spoof, 'SUSPECTED');
  t.is(assessment.current.kind, 'ACCEPT');
});

test('what an earlier stream took for synthetic stays so, and is not accepted where the policy says so', (t) => {
  const policy = { ...TEST_POLICY, syntheticSpeech: 'REFUSE' as const };
  const { assessment, say } = ground({ policy, spoof: { model: undefined, suspected: true } });
  assessment.addClaim(1, 'anna', null, enrolled(ANNA), 0);
  for (let index = 0; index < 4; index++) say(ANNA, index, 9);
  const decision = assessment.look({ ended: true, withheld: null, reasons: [] });
  t.like(decision, { kind: 'INCONCLUSIVE', nextAction: 'STEP_UP', risks: { spoof: 'SUSPECTED' } });
  t.true(decision?.reasons.includes('SPOOF_SUSPECTED'));
  t.false(assessment.claims[0]?.accepted);
});

test('a busy process asks no countermeasure', (t) => {
  const load = { isBusy: false };
  const capacity = new Capacity(load);
  const wanted = ['campplus', COUNTERMEASURE];
  t.deepEqual(capacity.affords(wanted), wanted);
  load.isBusy = true;
  t.deepEqual(capacity.affords(wanted), ['campplus']);
});

/** Looks like chance, and is the same each time. */
function scrambled(n: number): number {
  const once = Math.imul(n ^ (n >>> 15), 0x2c1b3c6d);
  const twice = Math.imul(once ^ (once >>> 12), 0x297a2d39);
  return (twice ^ (twice >>> 15)) & 0xffff;
}
/** A minute of made-up sound is 20 windows of 188 codes. */
const sound = (index: number, seed = index) => ({
  ticks: Uint32Array.from({ length: 188 }, (_, i) => 188 * index + i),
  codes: Uint16Array.from({ length: 188 }, (_, i) => scrambled(188 * seed + i + 1)),
});
const spoken = (index: number, seed?: number) =>
  window(ANNA, { startMs: index * 3000, endMs: (index + 1) * 3000, fingerprint: sound(index, seed) });
const LOOKS = { policy: { ...TEST_POLICY, replayedCalls: 'REFUSE' }, replay: { suspected: false } } as const;
const LOOK = { ended: false, withheld: null, reasons: [] };

test('of a long call the first minute is kept to know it by, and old windows are kept without their sound', (t) => {
  const { assessment } = ground(LOOKS);
  const anna = assessment.addClaim(1, 'anna', null, enrolled(ANNA), 0);
  for (let index = 0; index < 450; index++) assessment.push(spoken(index));
  assessment.look(LOOK);
  const [kept] = assessment.fingerprints;
  t.deepEqual(
    kept?.parts,
    Array.from({ length: 20 }, (_, index) => sound(index)),
  );
  const windows = assessment.windowsFor(anna);
  t.is(windows.length, 400);
  t.deepEqual(
    windows.flatMap((each, index) => (each.fingerprint ? [index] : [])),
    Array.from({ length: 20 }, (_, index) => 380 + index),
  );
});

test('once everybody is decided on, a copy that goes on is still noticed within four windows', (t) => {
  const { assessment } = ground(LOOKS);
  const earlier = [1000, 1001, 1002, 1003].map((seed, index) =>
    unpackFingerprint(packFingerprint([sound(index, seed)])),
  );
  assessment.addClaim(1, 'anna', null, { ...enrolled(ANNA), fingerprints: earlier }, 0);
  for (let index = 0; index < 25; index++) assessment.push(spoken(index));
  t.is(assessment.look(LOOK)?.risks.replay, 'NOT_SUSPECTED');
  assessment.look(LOOK);
  t.true(assessment.settled);
  for (let index = 0; index < 4; index++) assessment.push(spoken(25 + index, 1000 + index));
  t.is(assessment.evaluate(null, null).risks.replay, 'SUSPECTED');
});

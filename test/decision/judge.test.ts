import test from 'ava';
import fc from 'fast-check';
import { judge, qualityProblems, type ClaimEvidence } from '../../src/decision/index.js';
import { TEST_POLICY } from '../helpers/policy.js';
import { GOOD_QUALITY } from '../helpers/windows.js';

const ACCEPT_AT = 4.5;
const evidence = (part: Partial<ClaimEvidence>): ClaimEvidence => ({
  llr: 0,
  llrClipped: false,
  netSpeechMs: 6000,
  quality: GOOD_QUALITY,
  ended: false,
  ...part,
});
const kindOf = (part: Partial<ClaimEvidence>) => judge(evidence(part), TEST_POLICY, ACCEPT_AT).kind;

test('before the minimum of net speech there is no decision, however strong the evidence', (t) => {
  t.is(kindOf({ llr: 100, netSpeechMs: TEST_POLICY.minimumNetSpeechMs - 1 }), 'NOT_ENOUGH_SPEECH');
  t.is(kindOf({ llr: null, netSpeechMs: 60_000 }), 'NOT_ENOUGH_SPEECH');
});

test('at the threshold it accepts, and below it waits', (t) => {
  t.is(kindOf({ llr: ACCEPT_AT }), 'ACCEPT');
  t.is(kindOf({ llr: ACCEPT_AT - 1e-9 }), 'INCONCLUSIVE');
});

test('rejecting needs more speech than accepting', (t) => {
  t.is(kindOf({ llr: -3.5, netSpeechMs: TEST_POLICY.rejectMinimumNetSpeechMs - 1 }), 'INCONCLUSIVE');
  t.is(kindOf({ llr: -3.5, netSpeechMs: TEST_POLICY.rejectMinimumNetSpeechMs }), 'REJECT');
});

test('an undecided call is final once it ended or had all the speech that the policy grants', (t) => {
  t.is(judge(evidence({}), TEST_POLICY, ACCEPT_AT).finality, 'PROVISIONAL');
  t.is(judge(evidence({ ended: true }), TEST_POLICY, ACCEPT_AT).finality, 'FINAL');
  t.is(judge(evidence({ netSpeechMs: 60_000 }), TEST_POLICY, ACCEPT_AT).finality, 'FINAL');
});

test('an infinite threshold accepts nobody', (t) => {
  t.is(judge(evidence({ llr: 1e9 }), TEST_POLICY, Infinity).kind, 'INCONCLUSIVE');
});

test('with enough speech, all from the accept threshold up is accepted, all down to the reject threshold rejected, and nothing else', (t) => {
  const llr = fc.double({ min: -50, max: 50, noNaN: true });
  fc.assert(
    fc.property(llr, fc.nat(100_000), fc.boolean(), (value, netSpeechMs, ended) => {
      const { kind } = judge(evidence({ llr: value, netSpeechMs, ended }), TEST_POLICY, ACCEPT_AT);
      const accept = value >= ACCEPT_AT && netSpeechMs >= TEST_POLICY.minimumNetSpeechMs;
      const reject =
        value <= TEST_POLICY.rejectBelowLlr && netSpeechMs >= TEST_POLICY.rejectMinimumNetSpeechMs;
      t.is(kind === 'ACCEPT', accept);
      t.is(kind === 'REJECT', reject);
    }),
  );
});

test('a silent call that ended says that no speech was heard', (t) => {
  const verdict = judge(evidence({ llr: null, netSpeechMs: 0, ended: true }), TEST_POLICY, ACCEPT_AT);
  t.deepEqual(verdict, { kind: 'NOT_ENOUGH_SPEECH', finality: 'FINAL', reasons: ['NO_SPEECH'] });
});

test('quality problems are named, each by itself', (t) => {
  t.deepEqual(qualityProblems(GOOD_QUALITY), []);
  t.deepEqual(qualityProblems({ ...GOOD_QUALITY, snrDb: 5 }), ['LOW_SNR']);
  t.deepEqual(qualityProblems({ ...GOOD_QUALITY, clippedShare: 0.2 }), ['CLIPPED']);
  t.deepEqual(qualityProblems({ ...GOOD_QUALITY, levelDbfs: -60 }), ['LOW_LEVEL']);
  t.deepEqual(qualityProblems({ ...GOOD_QUALITY, bandwidthHz: 2000 }), ['NARROW_BANDWIDTH']);
  t.deepEqual(qualityProblems({ ...GOOD_QUALITY, otherVoiceShare: 0.3 }), ['SEVERAL_SPEAKERS']);
  t.deepEqual(qualityProblems({ ...GOOD_QUALITY, toneOrMusicShare: 0.6 }), ['TONE_OR_MUSIC']);
});

test('speech of several people decides nothing, however strong the evidence, and says why', (t) => {
  const quality = { ...GOOD_QUALITY, otherVoiceShare: 0.3 };
  const strong = judge(evidence({ llr: 100, quality }), TEST_POLICY, ACCEPT_AT);
  t.deepEqual(strong, { kind: 'INCONCLUSIVE', finality: 'PROVISIONAL', reasons: ['SEVERAL_SPEAKERS'] });
  const against = judge(
    evidence({ llr: -100, netSpeechMs: 30_000, quality, ended: true }),
    TEST_POLICY,
    ACCEPT_AT,
  );
  t.deepEqual(against, {
    kind: 'INCONCLUSIVE',
    finality: 'FINAL',
    reasons: ['EVIDENCE_AGAINST', 'SEVERAL_SPEAKERS'],
  });
});

test('a little of another voice stands against a rejection, not against an acceptance', (t) => {
  const quality = { ...GOOD_QUALITY, otherVoiceShare: 0.15 };
  t.is(kindOf({ llr: 100, quality }), 'ACCEPT');
  const against = judge(evidence({ llr: -100, netSpeechMs: 30_000, quality }), TEST_POLICY, ACCEPT_AT);
  t.deepEqual(against.reasons, ['EVIDENCE_AGAINST', 'SEVERAL_SPEAKERS']);
  t.is(against.kind, 'INCONCLUSIVE');
});

test('what stands in tones and music decides nothing', (t) => {
  const quality = { ...GOOD_QUALITY, toneOrMusicShare: 0.9 };
  t.is(kindOf({ llr: 100, quality }), 'INCONCLUSIVE');
  t.is(kindOf({ llr: -100, netSpeechMs: 30_000, quality }), 'INCONCLUSIVE');
});

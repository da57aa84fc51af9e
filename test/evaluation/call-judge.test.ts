import test from 'ava';
import fc from 'fast-check';
import type { Policy } from '../../src/domain/policy.js';
import type { SpeechWindow } from '../../src/domain/speech.js';
import type { OpenVoiceprint } from '../../src/domain/voiceprint.js';
import { judgeCall, type CallOutcome } from '../../src/evaluation/call-judge.js';
import { normalise } from '../../src/scoring/index.js';
import { Assessment } from '../../src/session/assessment.js';
import { shippedCalibration } from '../helpers/calibration.js';
import { dossierOf, voiceprintOf } from '../helpers/dossier.js';
import { TEST_POLICY } from '../helpers/policy.js';
import { GOOD_QUALITY } from '../helpers/windows.js';

const calibration = shippedCalibration();
const policy: Policy = { ...TEST_POLICY, maximumNetSpeechMs: 30_000 };
const SPACES = ['campplus', 'ge2e'].map((id) => ({ id, dimension: 3, modelId: id, modelSha256: '' }));

type Outcome = Omit<CallOutcome, 'highestLlr'>;

/** The same call through what decides live ones. */
function assess(windows: readonly SpeechWindow[], claims: readonly (readonly OpenVoiceprint[])[]): Outcome {
  const assessment = new Assessment({
    policy,
    policyReference: { id: 'default', version: 1, sha256: '' },
    calibration,
    calibrationFit: 'SHIPPED',
    spaces: SPACES,
    transactionRisk: 'ORDINARY',
    shadow: false,
    clock: { now: () => new Date(0) },
    previousDecisionId: '',
  });
  claims.forEach((voiceprints, i) => {
    assessment.addClaim(i + 1, `speaker-${i}`, null, dossierOf(`speaker-${i}`, voiceprints), 0);
  });
  const decidedMs: Partial<Record<string, number>> = {};
  const changesMs: number[] = [];
  let heardMs = 0;
  const look = (ended: boolean): void => {
    assessment.look({ ended, withheld: null, reasons: [] });
    for (const { kind } of assessment.current!.claims) decidedMs[kind] ??= heardMs;
  };
  for (const window of windows) {
    heardMs += window.netSpeechMs;
    const changed = assessment.push(window);
    if (changed !== undefined) changesMs.push(heardMs);
    look(false);
  }
  look(true);
  const { ACCEPT: acceptedAtMs = null, REJECT: rejectedAtMs = null } = decidedMs;
  return {
    accepted: acceptedAtMs !== null,
    rejected: rejectedAtMs !== null,
    acceptedAtMs,
    decidedAtMs:
      acceptedAtMs === null || rejectedAtMs === null
        ? (acceptedAtMs ?? rejectedAtMs)
        : Math.min(acceptedAtMs, rejectedAtMs),
    changesMs,
  };
}

const VOICES = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

/** A vector near one of three voices. */
const vectorOf = (voice: number) =>
  fc
    .array(fc.double({ min: -0.6, max: 0.6, noNaN: true }), { minLength: 3, maxLength: 3 })
    .map((noise) => normalise(Float32Array.from(noise, (value, i) => VOICES[voice]![i]! + value)));

const vectorsOf = (voice: number) => fc.record({ campplus: vectorOf(voice), ge2e: vectorOf(voice) });
const voice = fc.nat({ max: 2 });
/** One speaker for some windows, then perhaps another. */
const windowsOf = fc
  .array(fc.tuple(voice, fc.integer({ min: 1, max: 6 })), { minLength: 1, maxLength: 3 })
  .chain((turns) =>
    fc.tuple(...turns.flatMap(([who, count]) => Array<number>(count).fill(who)).map(vectorsOf)),
  )
  .map((all) =>
    all.map((vectors, index): SpeechWindow => {
      const startMs = index * 4000;
      return { index, vectors, netSpeechMs: 2995, startMs, endMs: startMs + 3500, quality: GOOD_QUALITY };
    }),
  );
const claimsOf = fc.array(
  fc.array(
    voice.chain(vectorsOf).map((vectors) => voiceprintOf(vectors)),
    { minLength: 1, maxLength: 3 },
  ),
  { minLength: 1, maxLength: 3 },
);

test('an evaluated call comes to what a live one comes to: kinds, times and changes', (t) => {
  const seen = { accepted: 0, rejected: 0, changed: 0 };
  fc.assert(
    fc.property(windowsOf, claimsOf, (windows, claims) => {
      const live = assess(windows, claims);
      const { highestLlr, ...evaluated } = judgeCall(windows, claims, { calibration, policy });
      t.deepEqual(evaluated, live);
      t.false(Number.isNaN(highestLlr));
      if (live.accepted) seen.accepted++;
      if (live.rejected) seen.rejected++;
      if (live.changesMs.length > 0) seen.changed++;
    }),
    { numRuns: 1000 },
  );
  // The calls are such that there was something to agree on.
  for (const count of Object.values(seen)) t.true(count >= 20);
});

import { compareBest, cosine } from '../scoring/index.js';
import { judgeCall, type CallOutcome, type CallTerms } from './call-judge.js';
import {
  bootstrapWeights,
  cllr,
  countTrials,
  errorRates,
  evenWeights,
  minimumCllr,
  percentileInterval,
  sortTrials,
  supports,
  type Interval,
  type SortedTrials,
  type Trials,
} from './metrics/index.js';
import type { EnrolledSpeaker, SpeechTest } from './speech-tests.js';

/** A rate or a cost, with its 95 % interval by bootstrap over speakers; null where the trials do not support it. */
export interface Measured {
  readonly value: number | null;
  readonly interval: Interval | null;
}

/** Every test against every voiceprint of the corpus. Index i of each list is one trial. */
export interface Comparisons {
  readonly trials: Trials;
  /** The LLRs of the same trials before their bounds: what tells the trials apart. */
  readonly scores: Float64Array;
  /** The cosines of the plain baseline, one embedding of all the speech; undefined where it was not embedded. */
  readonly baseline: Float64Array | undefined;
  /** The same of all the audio, pauses included. */
  readonly baselineWithPauses: Float64Array | undefined;
  readonly outcomes: readonly CallOutcome[];
  /** Which test each trial is of. */
  readonly tests: Int32Array;
}

/** Holds all tests against all voiceprints, and lets the policy decide each of them. */
export function compareAll(
  enrolled: readonly EnrolledSpeaker[],
  tests: readonly SpeechTest[],
  terms: CallTerms,
  speakers: number,
): Comparisons {
  const count = enrolled.length * tests.length;
  const trials = {
    scores: new Float64Array(count),
    targets: new Uint8Array(count),
    enrolled: new Int32Array(count),
    tested: new Int32Array(count),
    speakers,
  };
  const scores = new Float64Array(count);
  const outcomes: CallOutcome[] = [];
  let i = 0;
  const testOf = new Int32Array(count);
  for (const [t, test] of tests.entries()) {
    for (const { speaker, voiceprint } of enrolled) {
      const compared = compareBest(test.pooled, [voiceprint], terms.calibration);
      if (!compared) throw new Error('a voiceprint has no vector in the space of the calibration');
      trials.scores[i] = compared.llr;
      trials.targets[i] = speaker === test.speaker ? 1 : 0;
      trials.enrolled[i] = speaker;
      trials.tested[i] = test.speaker;
      testOf[i] = t;
      scores[i] = compared.unboundedLlr;
      outcomes.push(judgeCall(test.windows, [[voiceprint]], terms));
      i++;
    }
  }
  const { primarySpace } = terms.calibration;
  const baseline = baselineScores(enrolled, tests, 'whole', primarySpace);
  const baselineWithPauses = baselineScores(enrolled, tests, 'wholeWithPauses', primarySpace);
  return { trials, scores, baseline, baselineWithPauses, outcomes, tests: testOf };
}

/** Plain cosines in the order of the trials; undefined where any of the speech was not embedded in that way. */
function baselineScores(
  enrolled: readonly EnrolledSpeaker[],
  tests: readonly SpeechTest[],
  of: 'whole' | 'wholeWithPauses',
  space: string,
): Float64Array | undefined {
  const voiceprints = enrolled.flatMap((each) => each[of]?.vectors[space] ?? []);
  const vectors = tests.flatMap((each) => each[of]?.vectors[space] ?? []);
  if (vectors.length === 0 || vectors.length < tests.length || voiceprints.length < enrolled.length) {
    return undefined;
  }
  return Float64Array.from(
    vectors.flatMap((test) => voiceprints.map((enrolment) => cosine(test, enrolment))),
  );
}

/** What the scores alone are worth, whatever their scale. */
export interface Discrimination {
  readonly eer: Measured;
  readonly minDcf: Measured;
  readonly fnmrAtFmr1: Measured;
  readonly fnmrAtFmr01: Measured;
  /** Genuine trials missed at these rates. */
  readonly missesAtFmr1: number | null;
  readonly missesAtFmr01: number | null;
}

const FMRS = [0.01, 0.001] as const;

function discriminationOf(trials: SortedTrials, weights: Float64Array): number[] {
  const { eer, minDcf, fnmrAt } = errorRates(trials, weights, FMRS);
  return [eer, minDcf, ...fnmrAt];
}

/** EER, least cost and FNMR at FMR 1 % and 0.1 %. */
export function discriminate(trials: Trials, draws: readonly Int32Array[]): Discrimination {
  const sorted = sortTrials(trials);
  const [eer, minDcf, fnmrAtFmr1, fnmrAtFmr01] = measureAll(
    discriminationOf(sorted, evenWeights(sorted)),
    draws.map((counts) => discriminationOf(sorted, bootstrapWeights(sorted, counts))),
  ) as [Measured, Measured, Measured, Measured];
  const { targets, impostors } = countTrials(trials);
  const supported = (measured: Measured, fmr: number): Measured =>
    supports(impostors, fmr) ? measured : { value: null, interval: null };
  const misses = ({ value }: Measured) => (value === null ? null : Math.round(value * targets));
  const at1 = supported(fnmrAtFmr1, FMRS[0]);
  const at01 = supported(fnmrAtFmr01, FMRS[1]);
  return {
    eer,
    minDcf,
    fnmrAtFmr1: at1,
    fnmrAtFmr01: at01,
    missesAtFmr1: misses(at1),
    missesAtFmr01: misses(at01),
  };
}

/** How far the LLRs can be believed. */
export interface CalibrationQuality {
  readonly cllr: Measured;
  readonly cllrMin: Measured;
  /** Cllr minus its minimum: what calibration loses. */
  readonly loss: Measured;
}

export function measureCalibration(trials: Trials, draws: readonly Int32Array[]): CalibrationQuality {
  const sorted = sortTrials(trials);
  const of = (weights: Float64Array) => {
    const actual = cllr(sorted, weights);
    const least = minimumCllr(sorted, weights);
    return [actual, least, actual - least];
  };
  const [actual, least, loss] = measureAll(
    of(evenWeights(sorted)),
    draws.map((counts) => of(bootstrapWeights(sorted, counts))),
  ) as [Measured, Measured, Measured];
  return { cllr: actual, cllrMin: least, loss };
}

/** What the policy did. */
export interface PolicyRates {
  /** Share of impostors accepted. */
  readonly fmr: Measured;
  /** Share of the genuine rejected. */
  readonly fnmr: Measured;
  /** Share of the genuine with neither answer: they are asked questions. */
  readonly abstained: Measured;
  /** Share of impostors with neither answer. */
  readonly abstainedImpostors: Measured;
  readonly falseMatches: number;
  readonly falseNonMatches: number;
}

/** Rates over outcomes; of one accepted and rejected both, by different claims or before and after a change, both count. */
export function measurePolicy(
  trials: Trials,
  outcomes: readonly CallOutcome[],
  draws: readonly Int32Array[],
): PolicyRates {
  const of = (weights: Float64Array) => {
    const sums = { target: 0, impostor: 0, fmr: 0, fnmr: 0, genuine: 0, impostors: 0 };
    outcomes.forEach(({ accepted, rejected }, i) => {
      const weight = weights[i]!;
      const undecided = !accepted && !rejected;
      if (trials.targets[i]) {
        sums.target += weight;
        if (rejected) sums.fnmr += weight;
        if (undecided) sums.genuine += weight;
      } else {
        sums.impostor += weight;
        if (accepted) sums.fmr += weight;
        if (undecided) sums.impostors += weight;
      }
    });
    return [
      sums.fmr / sums.impostor,
      sums.fnmr / sums.target,
      sums.genuine / sums.target,
      sums.impostors / sums.impostor,
    ];
  };
  const [fmr, fnmr, abstained, abstainedImpostors] = measureAll(
    of(evenWeights(trials)),
    draws.map((counts) => of(bootstrapWeights(trials, counts))),
  ) as [Measured, Measured, Measured, Measured];
  const { targets, impostors } = countTrials(trials);
  return {
    fmr,
    fnmr,
    abstained,
    abstainedImpostors,
    falseMatches: Math.round((fmr.value ?? 0) * impostors),
    falseNonMatches: Math.round((fnmr.value ?? 0) * targets),
  };
}

/** The difference of two measures of the same trials with the same draws. */
export function pairedDifference(
  ours: Trials,
  theirs: Trials,
  draws: readonly Int32Array[],
): { readonly eer: Measured; readonly fnmrAtFmr1: Measured } {
  const both = [sortTrials(ours), sortTrials(theirs)] as const;
  const of = (weigh: (trials: SortedTrials) => Float64Array) => {
    const [a, b] = both.map((trials) => discriminationOf(trials, weigh(trials))) as [number[], number[]];
    return [a[0]! - b[0]!, a[2]! - b[2]!];
  };
  const [eer, fnmrAtFmr1] = measureAll(
    of(evenWeights),
    draws.map((counts) => of((trials) => bootstrapWeights(trials, counts))),
  ) as [Measured, Measured];
  return { eer, fnmrAtFmr1 };
}

function measureAll(values: readonly number[], replicates: readonly (readonly number[])[]): Measured[] {
  return values.map((value, k) => ({
    value: Number.isFinite(value) ? value : null,
    interval: percentileInterval(replicates.map((replicate) => replicate[k]!)) ?? null,
  }));
}

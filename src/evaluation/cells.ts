import { judgeCall, type CallTerms } from './call-judge.js';
import { ENROLMENT_CONDITION } from './conditions/index.js';
import type { EmbeddedSpeech } from './embedding/index.js';
import { TEST_SECONDS } from './layout.js';
import {
  compareAll,
  discriminate,
  measureCalibration,
  measurePolicy,
  pairedDifference,
  type CalibrationQuality,
  type Comparisons,
  type Discrimination,
  type Measured,
  type PolicyRates,
} from './measure.js';
import { countTrials, drawSpeakers, quantile, type Trials } from './metrics/index.js';
import {
  enrolSpeakers,
  testCalls,
  testSpeakers,
  type EnrolledSpeaker,
  type SpeakerSessions,
  type SpeechTest,
} from './speech-tests.js';
import { measureSplits, type Split } from './splits.js';

/** One corpus, condition, enrolment channel and length of test. */
export interface Cell {
  readonly corpus: string;
  readonly condition: string;
  /** The channel that enrolment went through: one for all, or the same condition as the test (`matched`). */
  readonly enrolment: 'fixed' | 'matched';
  readonly netSpeechSeconds: number;
  readonly targetTrials: number;
  readonly impostorTrials: number;
  readonly speakers: number;
  /** Median net speech of the voiceprints, ms. */
  readonly enrolmentNetSpeechMs: number;
  readonly discrimination: Discrimination;
  readonly calibration: CalibrationQuality;
  readonly policy: PolicyRates;
  /** Median net speech to a decision over whole calls; null when fewer than half of them come to one. */
  readonly medianDecisionNetSpeechMs: number | null;
  /** One embedding of the whole test against one of the whole enrolment, plain cosine; and ours minus it. */
  readonly baseline: Baseline | null;
  /** The same of all the audio from where the speech begins to where it ends, pauses included. */
  readonly baselineWithPauses: Baseline | null;
  /** By sex, language and device, where the manifest tells them. */
  readonly splits: readonly Split[];
  /** Kept for plots only. */
  readonly trials: Trials;
}

/** What the model alone would do, and ours minus it, paired. */
export interface Baseline {
  readonly discrimination: Discrimination;
  readonly difference: Difference;
}

export interface Difference {
  readonly eer: Measured;
  readonly fnmrAtFmr1: Measured;
}

/** By what cells are measured. */
export interface CellTerms extends CallTerms {
  readonly speech: EmbeddedSpeech;
  /** Replicates of the bootstrap. */
  readonly replicates: number;
}

/** The cells of a corpus under one condition. */
export async function* measureCells(
  request: CellTerms,
  corpus: string,
  speakers: readonly SpeakerSessions[],
  condition: string,
): AsyncGenerator<Cell> {
  const channels = condition === ENROLMENT_CONDITION ? (['fixed'] as const) : (['fixed', 'matched'] as const);
  for (const enrolment of channels) {
    const channel = enrolment === 'fixed' ? ENROLMENT_CONDITION : condition;
    const enrolled = await enrolSpeakers(speakers, request.speech, channel);
    const medianDecisionNetSpeechMs = await medianDecisionMs(request, speakers, enrolled, condition);
    for (const netSpeechSeconds of TEST_SECONDS) {
      const tests = await testSpeakers(speakers, request.speech, condition, netSpeechSeconds);
      const compared = compareAll(enrolled, tests, request, speakers.length);
      const { targets, impostors } = countTrials(compared.trials);
      if (targets === 0 || impostors === 0) continue;
      yield {
        corpus,
        condition,
        enrolment,
        netSpeechSeconds,
        targetTrials: targets,
        impostorTrials: impostors,
        speakers: new Set(tests.map(({ speaker }) => speaker)).size,
        enrolmentNetSpeechMs: median(enrolled.map(({ netSpeechMs }) => netSpeechMs)) ?? 0,
        medianDecisionNetSpeechMs,
        ...measure(compared, tests, speakers, request.replicates),
      };
    }
  }
}

function measure(
  compared: Comparisons,
  tests: readonly SpeechTest[],
  speakers: readonly SpeakerSessions[],
  replicates: number,
) {
  const { trials, scores, outcomes } = compared;
  const draws = drawSpeakers(trials.speakers, replicates);
  const ours = { ...trials, scores };
  const beside = (cosines: Float64Array | undefined): Baseline | null => {
    if (!cosines) return null;
    const plain = { ...trials, scores: cosines };
    return {
      discrimination: discriminate(plain, draws),
      difference: pairedDifference(ours, plain, draws),
    };
  };
  return {
    discrimination: discriminate(ours, draws),
    calibration: measureCalibration(trials, draws),
    policy: measurePolicy(trials, outcomes, draws),
    baseline: beside(compared.baseline),
    baselineWithPauses: beside(compared.baselineWithPauses),
    splits: measureSplits(compared, tests, speakers, draws),
    trials,
  };
}

async function medianDecisionMs(
  { speech, ...terms }: CellTerms,
  speakers: readonly SpeakerSessions[],
  enrolled: readonly EnrolledSpeaker[],
  condition: string,
): Promise<number | null> {
  const calls = await testCalls(speakers, speech, condition, terms.policy.maximumNetSpeechMs);
  const times = calls.flatMap((call) => {
    const own = enrolled.find(({ speaker }) => speaker === call.speaker);
    return own ? [judgeCall(call.windows, [[own.voiceprint]], terms).decidedAtMs ?? Infinity] : [];
  });
  const middle = median(times);
  return middle === undefined || middle === Infinity ? null : middle;
}

/** The middle value; of an even number the mean of both. */
function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length > 0 ? quantile(sorted, 0.5) : undefined;
}

import type { Calibration } from '../scoring/index.js';
import type { Policy } from '../domain/policy.js';
import { judgeCall, type CallTerms } from './call-judge.js';
import { callRates, type CallRates } from './call-rates.js';
import { ENROLMENT_CONDITION } from './conditions/index.js';
import type { EmbeddedSpeech } from './embedding/index.js';
import { TEST_SECONDS } from './layout.js';
import { bySpeaker, type SpeechSession } from './manifest.js';
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
  chooseSessions,
  enrolSpeakers,
  testCalls,
  testSpeakers,
  type EnrolledSpeaker,
  type SpeakerSessions,
} from './speech-tests.js';
import { simulateCalls, type SimulatedCall } from './whole-calls.js';

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
  readonly baseline: { readonly discrimination: Discrimination; readonly difference: Difference } | null;
  /** Kept for plots only. */
  readonly trials: Trials;
}

export interface Difference {
  readonly eer: Measured;
  readonly fnmrAtFmr1: Measured;
}

export interface EvaluationRequest {
  readonly speech: EmbeddedSpeech;
  readonly sessions: readonly SpeechSession[];
  readonly conditions: readonly string[];
  readonly calibration: Calibration;
  readonly policy: Policy;
  /** Replicates of the bootstrap. */
  readonly replicates: number;
  readonly onCell?: (cell: Cell) => void;
}

/** A corpus that cannot be measured, and why. */
export interface LeftOut {
  readonly corpus: string;
  readonly reason: string;
}

export interface Evaluation {
  readonly cells: readonly Cell[];
  readonly calls: readonly CallRates[];
  readonly leftOut: readonly LeftOut[];
}

/** Error rates of each corpus under each condition, for each length of test. */
export async function evaluate(request: EvaluationRequest): Promise<Evaluation> {
  const cells: Cell[] = [];
  const calls: SimulatedCall[] = [];
  const leftOut: LeftOut[] = [];
  for (const [corpus, sessions] of bySpeaker(request.sessions)) {
    const speakers = await chooseSessions(sessions, request.speech);
    const before = cells.length;
    for (const condition of request.conditions) {
      for await (const cell of evaluateCondition(request, corpus, speakers, condition)) {
        cells.push(cell);
        request.onCell?.(cell);
      }
      const simulation = {
        speech: request.speech,
        corpus,
        speakers,
        terms: request,
        conditions: request.conditions,
      };
      calls.push(...(await simulateCalls(simulation, condition)));
    }
    if (cells.length === before)
      leftOut.push({ corpus, reason: 'no speaker has speech to enrol and to test with' });
  }
  return { cells, calls: callRates(calls, request.replicates), leftOut };
}

async function* evaluateCondition(
  request: EvaluationRequest,
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
        ...measure(compared, request.replicates),
      };
    }
  }
}

function measure(compared: Comparisons, replicates: number) {
  const { trials, scores, baseline, outcomes } = compared;
  const draws = drawSpeakers(trials.speakers, replicates);
  const plain = baseline && { ...trials, scores: baseline };
  return {
    discrimination: discriminate({ ...trials, scores }, draws),
    calibration: measureCalibration(trials, draws),
    policy: measurePolicy(trials, outcomes, draws),
    baseline: plain
      ? {
          discrimination: discriminate(plain, draws),
          difference: pairedDifference({ ...trials, scores }, plain, draws),
        }
      : null,
    trials,
  };
}

async function medianDecisionMs(
  { speech, ...terms }: EvaluationRequest & CallTerms,
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
export function median(values: readonly number[]): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length > 0 ? quantile(sorted, 0.5) : undefined;
}

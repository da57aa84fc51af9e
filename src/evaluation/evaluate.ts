import type { Calibration } from '../scoring/index.js';
import type { Policy } from '../domain/policy.js';
import type { OpenVoiceprint } from '../domain/voiceprint.js';
import type { SpeechModels } from '../embedding/index.js';
import { judgeCall, type CallTerms } from './call-judge.js';
import { callRates, type CallRates } from './call-rates.js';
import { ENROLMENT_CONDITION } from './conditions/index.js';
import { isDoubtful, withoutDoubtful } from './doubtful.js';
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
import { tryNonSpeech, type NonSpeechResult } from './non-speech.js';
import { measureSpeakerChange, type SpeakerChangeResult } from './speaker-change.js';
import {
  chooseSessions,
  enrolSpeakers,
  testCalls,
  testSpeakers,
  type EnrolledSpeaker,
  type SpeakerSessions,
  type SpeechTest,
} from './speech-tests.js';
import { measureSplits, type Split } from './splits.js';
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

export interface EvaluationRequest {
  readonly speech: EmbeddedSpeech;
  readonly sessions: readonly SpeechSession[];
  readonly conditions: readonly string[];
  readonly calibration: Calibration;
  readonly policy: Policy;
  /** Replicates of the bootstrap. */
  readonly replicates: number;
  /** Leaves out whole calls, changes of speaker and what is not speech. */
  readonly ratesOnly: boolean;
  readonly loadModels: () => Promise<SpeechModels>;
  readonly onProgress: (what: string) => void;
}

/** A corpus that cannot be measured, and why. */
export interface LeftOut {
  readonly corpus: string;
  readonly reason: string;
}

export interface Evaluation {
  /** Of the policy that was judged by, 0 to 1. */
  readonly targetFalseMatchRate: number;
  readonly cells: readonly Cell[];
  readonly calls: readonly CallRates[];
  readonly speakerChange: readonly SpeakerChangeResult[];
  readonly nonSpeech: NonSpeechResult | null;
  readonly leftOut: readonly LeftOut[];
}

/** Error rates of each corpus under each condition, for each length of test, and all else that is measured. */
export async function evaluate(request: EvaluationRequest): Promise<Evaluation> {
  const cells: Cell[] = [];
  const calls: SimulatedCall[] = [];
  const speakerChange: SpeakerChangeResult[] = [];
  const leftOut: LeftOut[] = [];
  const voiceprints: OpenVoiceprint[] = [];
  const corpora = await corporaOf(request);
  for (const { corpus, speakers } of corpora) {
    const before = cells.length;
    for (const condition of request.conditions) {
      for await (const cell of evaluateCondition(request, corpus, speakers, condition)) {
        cells.push(cell);
        request.onProgress(`measured ${corpus}, ${condition}, ${cell.netSpeechSeconds} s`);
      }
      if (request.ratesOnly) continue;
      request.onProgress(`whole calls of ${corpus}, ${condition}`);
      const simulation = { ...request, corpus, speakers, terms: request };
      for (const call of await simulateCalls(simulation, condition)) calls.push(call);
    }
    if (cells.length === before) {
      leftOut.push({ corpus, reason: 'no speaker has speech to enrol and to test with' });
    } else if (!request.ratesOnly && !corpora.some((other) => other.corpus === withoutDoubtful(corpus))) {
      // What has a second form without its doubtful sessions is heard in that one alone.
      const onProgress = (done: number, total: number): void => {
        request.onProgress(`speaker changes of ${corpus}: ${done} of ${total}`);
      };
      const change = await measureSpeakerChange({ ...request, corpus, speakers, terms: request, onProgress });
      if (change) speakerChange.push(change);
      const enrolled = await enrolSpeakers(speakers, request.speech, ENROLMENT_CONDITION);
      voiceprints.push(...enrolled.map(({ voiceprint }) => voiceprint));
    }
  }
  const nonSpeech = request.ratesOnly ? null : await playNonSpeech(request, voiceprints);
  const { targetFalseMatchRate } = request.policy;
  const rates = callRates(calls, request.replicates);
  return { targetFalseMatchRate, cells, calls: rates, speakerChange, nonSpeech, leftOut };
}

/** The corpora, those with doubtful sessions a second time without them. */
async function corporaOf({ sessions, speech }: EvaluationRequest) {
  const corpora: { corpus: string; speakers: SpeakerSessions[] }[] = [];
  for (const [corpus, speakers] of bySpeaker(sessions)) {
    corpora.push({ corpus, speakers: await chooseSessions(speakers, speech) });
    if (![...speakers.values()].flat().some(isDoubtful)) continue;
    corpora.push({
      corpus: withoutDoubtful(corpus),
      speakers: await chooseSessions(speakers, speech, isDoubtful),
    });
  }
  return corpora;
}

/** Each sound is held against this many voiceprints at most. */
const MOST_VOICEPRINTS = 100;
const SOUND_SECONDS = 20;

async function playNonSpeech(request: EvaluationRequest, voiceprints: readonly OpenVoiceprint[]) {
  if (voiceprints.length === 0) return null;
  request.onProgress('what is not speech');
  const models = await request.loadModels();
  try {
    return await tryNonSpeech(models, voiceprints.slice(0, MOST_VOICEPRINTS), request, SOUND_SECONDS);
  } finally {
    await models.release();
  }
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

import type { OpenVoiceprint } from '../domain/voiceprint.js';
import type { SpeechModels } from '../embedding/index.js';
import { callRates, type CallRates } from './call-rates.js';
import { measureCells, type Cell, type CellTerms } from './cells.js';
import { ENROLMENT_CONDITION } from './conditions/index.js';
import { isDoubtful, withoutDoubtful } from './doubtful.js';
import { bySpeaker, type SpeechSession } from './manifest.js';
import { tryNonSpeech, type NonSpeechResult } from './non-speech.js';
import { measureSpeakerChange, type SpeakerChangeResult } from './speaker-change.js';
import { chooseSessions, enrolSpeakers, type SpeakerSessions } from './speech-tests.js';
import { simulateCalls, type SimulatedCall } from './whole-calls.js';

export interface EvaluationRequest extends CellTerms {
  readonly sessions: readonly SpeechSession[];
  readonly conditions: readonly string[];
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
      for await (const cell of measureCells(request, corpus, speakers, condition)) {
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

import { pool } from '../../scoring/index.js';
import { ENROLMENT_CONDITION } from '../conditions/index.js';
import type { EmbeddedSpeech } from '../embedding/index.js';
import { bySpeaker, type SpeechSession } from '../manifest.js';
import { discriminate, pairedDifference, type Discrimination } from '../measure.js';
import type { Difference } from '../cells.js';
import { isDoubtful } from '../doubtful.js';
import { countTrials, drawSpeakers, type Trials } from '../metrics/index.js';
import {
  chooseSessions,
  enrolSpeakers,
  testSpeakers,
  type EnrolledSpeaker,
  type SpeechTest,
} from '../speech-tests.js';
import { PLAIN, VARIANTS, type Variant, type VariantContext } from './variants.js';

/** A way of embedding other than the service's, with speech embedded that way. */
export interface OtherEmbedding {
  readonly name: string;
  readonly speech: EmbeddedSpeech;
}

export interface AblationRequest {
  readonly speech: EmbeddedSpeech;
  readonly others: readonly OtherEmbedding[];
  readonly sessions: readonly SpeechSession[];
  /** The corpus whose speakers are in no trial. */
  readonly cohort: string;
  readonly conditions: readonly string[];
  readonly replicates: number;
  readonly onProgress: (what: string) => void;
}

/** One thing that was tried. */
export interface AblationRow {
  readonly corpus: string;
  readonly condition: string;
  readonly netSpeechSeconds: number;
  readonly variant: string;
  readonly targetTrials: number;
  readonly impostorTrials: number;
  readonly discrimination: Discrimination;
  /** Its rates minus those of the plain way, paired. */
  readonly difference: Difference;
}

const SECONDS = [3, 6, 10] as const;
/** Channels of further voiceprints. */
const OTHER_CHANNELS = ['gsm', 'alaw'] as const;

/** Measures every variant on the same trials, enrolment through the one channel; doubtful sessions are left out. */
export async function ablate(request: AblationRequest): Promise<AblationRow[]> {
  const { speech, sessions, conditions, others, onProgress } = request;
  const cohort = await cohortOf(request);
  const rows: AblationRow[] = [];
  for (const [corpus, speakersOf] of bySpeaker(sessions)) {
    if (corpus === request.cohort) continue;
    const speakers = await chooseSessions(speakersOf, speech, isDoubtful);
    const channels = OTHER_CHANNELS.filter((id) => conditions.includes(id));
    const context = {
      cohort,
      otherChannels: await Promise.all(channels.map((id) => enrolSpeakers(speakers, speech, id))),
    };
    const enrolled = await enrolSpeakers(speakers, speech, ENROLMENT_CONDITION);
    for (const condition of conditions) {
      for (const netSpeechSeconds of SECONDS) {
        onProgress(`${corpus}, ${condition}, ${netSpeechSeconds} s`);
        const tests = await testSpeakers(speakers, speech, condition, netSpeechSeconds);
        const plain = score(PLAIN, enrolled, tests, context, speakers.length);
        if (!plain || countTrials(plain).targets === 0 || countTrials(plain).impostors === 0) continue;
        const tried: { name: string; trials: Trials | undefined }[] = VARIANTS.map((variant) => ({
          name: variant.name,
          trials: score(variant, enrolled, tests, context, speakers.length),
        }));
        for (const other of others) {
          const own = await enrolSpeakers(speakers, other.speech, ENROLMENT_CONDITION);
          const ownTests = await testSpeakers(speakers, other.speech, condition, netSpeechSeconds);
          tried.push({ name: other.name, trials: score(PLAIN, own, ownTests, context, speakers.length) });
        }
        for (const { name, trials } of tried) {
          if (!trials || countTrials(trials).targets === 0) continue;
          rows.push({
            corpus,
            condition,
            netSpeechSeconds,
            variant: name,
            ...measure(trials, plain, request.replicates),
          });
        }
      }
    }
  }
  return rows;
}

function measure(trials: Trials, plain: Trials, replicates: number) {
  const draws = drawSpeakers(trials.speakers, replicates);
  const { targets, impostors } = countTrials(trials);
  return {
    targetTrials: targets,
    impostorTrials: impostors,
    discrimination: discriminate(trials, draws),
    difference: pairedDifference(trials, plain, draws),
  };
}

/** All tests against all voiceprints; undefined where the variant does not apply to every one of them. */
function score(
  variant: Variant,
  enrolled: readonly EnrolledSpeaker[],
  tests: readonly SpeechTest[],
  context: VariantContext,
  speakers: number,
): Trials | undefined {
  const pairs = tests.flatMap((test) => enrolled.map((each) => ({ test, each })));
  const scores = new Float64Array(pairs.length);
  for (const [i, { test, each }] of pairs.entries()) {
    const found = variant.score(test, each, context);
    if (found === undefined) return undefined;
    scores[i] = found;
  }
  return {
    scores,
    targets: Uint8Array.from(pairs, ({ test, each }) => (test.speaker === each.speaker ? 1 : 0)),
    enrolled: Int32Array.from(pairs, ({ each }) => each.speaker),
    tested: Int32Array.from(pairs, ({ test }) => test.speaker),
    speakers,
  };
}

async function cohortOf({ speech, sessions, cohort }: AblationRequest): Promise<Float32Array[]> {
  const vectors: Float32Array[] = [];
  for (const session of sessions.filter(({ corpus }) => corpus === cohort)) {
    const { windows } = await speech.read(session, ENROLMENT_CONDITION);
    const vector = pool(windows).vectors['campplus'];
    if (vector) vectors.push(vector);
  }
  return vectors;
}

import type { SpeechSession } from './manifest.js';
import { discriminate, measurePolicy, type Comparisons, type Measured } from './measure.js';
import { countTrials, type Trials } from './metrics/index.js';
import type { SpeakerSessions, SpeechTest } from './speech-tests.js';

/** What a manifest may tell of a session besides who speaks. */
const ATTRIBUTES = ['sex', 'language', 'device'] as const;
export type Attribute = (typeof ATTRIBUTES)[number];

/** The trials in which enrolment and test are alike in something, or not. */
export interface Split {
  readonly by: Attribute;
  readonly same: boolean;
  readonly targetTrials: number;
  readonly impostorTrials: number;
  readonly eer: Measured;
  readonly fnmrAtFmr1: Measured;
  readonly missesAtFmr1: number | null;
  /** Impostors accepted by the policy. */
  readonly policyFmr: Measured;
  readonly falseMatches: number;
}

/**
 * Rates by whether enrolment and test are of one sex, language or device, for each that the manifest tells of every
 * session. Somebody of the other sex is nobody's target: there the impostors alone are split, and all targets count.
 */
export function measureSplits(
  compared: Comparisons,
  tests: readonly SpeechTest[],
  speakers: readonly SpeakerSessions[],
  draws: readonly Int32Array[],
): Split[] {
  return ATTRIBUTES.filter((by) => isTold(by, tests, speakers)).flatMap((by) =>
    [true, false].flatMap((same) => {
      const isKept = (i: number): boolean => {
        if (by === 'sex' && compared.trials.targets[i] === 1) return true;
        const enrolled = speakers[compared.trials.enrolled[i]!]!.enrolment;
        return (enrolled[by] === tests[compared.tests[i]!]!.session[by]) === same;
      };
      const kept = [...compared.outcomes.keys()].filter(isKept);
      const trials = pick(compared.trials, compared.scores, kept);
      const { targets, impostors } = countTrials(trials);
      if (targets === 0 || impostors === 0) return [];
      const { eer, fnmrAtFmr1, missesAtFmr1 } = discriminate(trials, draws);
      const outcomes = kept.map((i) => compared.outcomes[i]!);
      const { fmr, falseMatches } = measurePolicy(trials, outcomes, draws);
      return [
        {
          by,
          same,
          targetTrials: targets,
          impostorTrials: impostors,
          eer,
          fnmrAtFmr1,
          missesAtFmr1,
          policyFmr: fmr,
          falseMatches,
        },
      ];
    }),
  );
}

function isTold(by: Attribute, tests: readonly SpeechTest[], speakers: readonly SpeakerSessions[]): boolean {
  const told = (session: SpeechSession) => session[by] !== undefined;
  return speakers.every(({ enrolment }) => told(enrolment)) && tests.every(({ session }) => told(session));
}

function pick(trials: Trials, scores: Float64Array, indices: readonly number[]): Trials {
  return {
    scores: Float64Array.from(indices, (i) => scores[i]!),
    targets: Uint8Array.from(indices, (i) => trials.targets[i]!),
    enrolled: Int32Array.from(indices, (i) => trials.enrolled[i]!),
    tested: Int32Array.from(indices, (i) => trials.tested[i]!),
    speakers: trials.speakers,
  };
}

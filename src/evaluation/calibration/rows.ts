import type { SpeechQuality } from '../../domain/speech.js';
import { cosine, pool } from '../../scoring/index.js';
import { TELEPHONE_CONDITIONS } from '../call-rates.js';
import { ENROLMENT_CONDITION } from '../conditions/index.js';
import type { EmbeddedSpeech } from '../embedding/index.js';
import { bySpeaker, type SpeechSession } from '../manifest.js';
import { seededRandom } from '../random.js';
import { testsFrom } from '../layout.js';
import { chooseSessions, enrolSpeakers, type SpeakerSessions } from '../speech-tests.js';

/** One comparison with its answer. */
export interface CalibrationRow {
  /** Names that no other corpus has. */
  readonly enrolled: string;
  readonly tested: string;
  readonly target: boolean;
  readonly score: number;
  /** Cosine in the second space; null where there is none. */
  readonly secondScore: number | null;
  readonly netSpeechMs: number;
  readonly quality: SpeechQuality;
  /** Rows of one group are of one kind: corpus, condition and length. */
  readonly corpus: string;
  readonly condition: string;
  /** What the enrolment went through. */
  readonly channel: string;
  readonly windows: number;
  /** Of so many alike that the fit does without it: it is only judged. */
  readonly judgedOnly?: true;
}

/** How many windows the tests have. */
export const ROW_WINDOWS = [1, 2, 3, 4, 5, 7] as const;
/** Enrolment channels, where they were embedded. */
const CHANNELS = [ENROLMENT_CONDITION, 'gsm'] as const;
/** Rows of impostors are many and alike: this share of them is enough to fit to. All are judged. */
export const IMPOSTOR_SHARE = 0.15;
/**
 * What conditions beyond those of a telephone line count: the fit knows them, so that its LLRs say little where there is little
 * to hear, but calls are seldom so bad, and as much of them made the LLRs of the others less true (docs/accuracy.md).
 */
const WORST_WEIGHT = 0.5;

/**
 * Comparisons of every length under every condition. What was not recorded from a telephone line counts under conditions
 * of one only.
 * @param spaces that of the score, and that of the second opinion where there is one.
 */
export async function collectRows(
  speech: EmbeddedSpeech,
  sessions: readonly SpeechSession[],
  conditions: readonly string[],
  [space, secondSpace]: readonly [string, string?],
): Promise<CalibrationRow[]> {
  const rows: CalibrationRow[] = [];
  const random = seededRandom(1);
  for (const [corpus, speakersOf] of bySpeaker(sessions)) {
    const speakers = await chooseSessions(speakersOf, speech);
    for (const condition of conditions) {
      if (condition === 'as-recorded' && !speakers.every(({ enrolment }) => enrolment.telephone)) continue;
      const enrolled = [];
      for (const channel of CHANNELS) {
        if (channel === ENROLMENT_CONDITION || conditions.includes(channel))
          for (const each of await enrolSpeakers(speakers, speech, channel))
            enrolled.push({ ...each, channel });
      }
      for await (const { speaker, windows } of spans(speech, speakers, condition)) {
        const { vectors, netSpeechMs, quality } = pool(windows);
        for (const { speaker: claimed, voiceprint, channel } of enrolled) {
          const target = claimed === speaker;
          const fitted = target || random() <= IMPOSTOR_SHARE;
          const scoreIn = (id: string) => cosine(vectors[id]!, voiceprint.vectors[id]!);
          const name = (index: number) => `${corpus}/${speakers[index]!.name}`;
          rows.push({
            enrolled: name(claimed),
            tested: name(speaker),
            target,
            score: scoreIn(space),
            secondScore: secondSpace === undefined ? null : scoreIn(secondSpace),
            netSpeechMs,
            quality,
            corpus,
            condition,
            channel,
            windows: windows.length,
            ...(fitted ? {} : { judgedOnly: true }),
          });
        }
      }
    }
  }
  return rows;
}

async function* spans(speech: EmbeddedSpeech, speakers: readonly SpeakerSessions[], condition: string) {
  for (const { speaker, tests, onlySession } of speakers) {
    for (const test of tests) {
      const session = await speech.read(test, condition);
      const enrolled = await speech.read(test, ENROLMENT_CONDITION);
      const from = testsFrom(session, enrolled, onlySession, speech.pipeline.windowSamples);
      for (const length of ROW_WINDOWS) {
        for (let at = from; at + length <= session.fullWindows; at += length) {
          yield { speaker, windows: session.windows.slice(at, at + length) };
        }
      }
    }
  }
}

/**
 * What each row counts: targets together as much as impostors, each corpus by its speakers, within it each condition and length
 * as much as another (the worst half as much), within these each speaker.
 */
export function balancedWeights(rows: readonly CalibrationRow[]): Float64Array {
  const weights = new Float64Array(rows.length).fill(1);
  const keys: ((row: CalibrationRow) => string)[] = [
    (row) => `${row.target}`,
    (row) => row.corpus,
    (row) => `${row.condition} ${row.windows}`,
    (row) => row.tested,
  ];
  const speakers = speakersOf(rows);
  // From the inside out: what is equal within stays so when whole groups are scaled.
  for (let depth = keys.length; depth > 0; depth--) {
    const keyOf = (row: CalibrationRow) => JSON.stringify(keys.slice(0, depth).map((key) => key(row)));
    const sums = new Map<string, number>();
    const names = rows.map(keyOf);
    names.forEach((name, i) => sums.set(name, (sums.get(name) ?? 0) + weights[i]!));
    names.forEach((name, i) => (weights[i]! /= sums.get(name)!));
    // What is equal now is scaled before it comes together: the conditions, and then the corpora.
    if (depth === 3) {
      rows.forEach(({ condition }, i) => {
        if (!TELEPHONE_CONDITIONS.includes(condition)) weights[i]! *= WORST_WEIGHT;
      });
    }
    if (depth === 2) rows.forEach(({ corpus }, i) => (weights[i]! *= speakers.get(corpus)!));
  }
  return weights;
}

function speakersOf(rows: readonly CalibrationRow[]): Map<string, number> {
  const names = new Map<string, Set<string>>();
  for (const { corpus, tested } of rows) {
    const known = names.get(corpus) ?? new Set<string>();
    names.set(corpus, known.add(tested));
  }
  return new Map([...names].map(([corpus, { size }]) => [corpus, size]));
}

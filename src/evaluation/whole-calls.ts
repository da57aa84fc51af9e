import type { OpenVoiceprint } from '../domain/voiceprint.js';
import type { SpeechWindow } from '../domain/speech.js';
import { pool } from '../scoring/index.js';
import { judgeCall, type CallOutcome, type CallTerms } from './call-judge.js';
import { ENROLMENT_CONDITION } from './conditions/index.js';
import type { EmbeddedSpeech } from './embedding/index.js';
import { ENROLMENT_SECONDS, reach, spanOf } from './layout.js';
import { draw, seededRandom, seedOf } from './random.js';
import { enrolSpeakers, testCalls, type SpeakerSessions } from './speech-tests.js';

/** The channels that a speaker's three voiceprints go through, where they were embedded. */
const VOICEPRINT_CHANNELS = [ENROLMENT_CONDITION, 'gsm', 'alaw'] as const;
/** Pairs of other speakers that each call claims to be. */
const CLAIM_PAIRS = 20;

/** A call in which somebody claims to be one or more others, or themselves. */
export interface SimulatedCall {
  readonly corpus: string;
  readonly condition: string;
  /** Names, for the bootstrap. */
  readonly speaker: string;
  readonly claimed: readonly string[];
  readonly genuine: boolean;
  /** Whether the caller and everybody claimed are of one sex; null where that is not told. */
  readonly sameSex: boolean | null;
  /** Voiceprints of all claims together. */
  readonly comparisons: number;
  readonly outcome: CallOutcome;
}

export interface CallSimulation {
  readonly speech: EmbeddedSpeech;
  readonly corpus: string;
  readonly speakers: readonly SpeakerSessions[];
  readonly terms: CallTerms;
  /** All conditions that were embedded. */
  readonly conditions: readonly string[];
}

/**
 * Whole calls under a condition, looked at after every window. Impostors: each test session against one voiceprint of
 * each other speaker, and against random pairs of claims with three voiceprints each, made from three different stretches
 * of the claimed speaker's session through three channels. The genuine: what is left after the enrolment against their own
 * voiceprint, and against three of theirs (of the same 20 s) and three of another's.
 */
export async function simulateCalls(simulation: CallSimulation, condition: string): Promise<SimulatedCall[]> {
  const { speech, corpus, speakers, terms } = simulation;
  const single = await enrolSpeakers(speakers, speech, ENROLMENT_CONDITION);
  const triples = await tripleVoiceprints(simulation);
  const random = seededRandom(seedOf(`${corpus} ${condition}`));
  const calls: SimulatedCall[] = [];
  const add = (
    windows: readonly SpeechWindow[],
    speaker: number,
    claimed: readonly number[],
    claims: readonly (readonly OpenVoiceprint[])[],
  ): void => {
    calls.push({
      corpus,
      condition,
      speaker: nameOf(corpus, speakers, speaker),
      claimed: claimed.map((each) => nameOf(corpus, speakers, each)),
      genuine: claimed.includes(speaker),
      sameSex: isSameSex([speaker, ...claimed].map((each) => speakers[each]!.enrolment.sex)),
      comparisons: claims.flat().length,
      outcome: judgeCall(windows, claims, terms),
    });
  };
  for (const { speaker, windows } of await impostorCalls(simulation, condition)) {
    const others = single.filter((each) => each.speaker !== speaker);
    for (const other of others) add(windows, speaker, [other.speaker], [[other.voiceprint]]);
    for (let i = 0; i < CLAIM_PAIRS && others.length > 1; i++) {
      const first = draw(random, others.length);
      const second = (first + 1 + draw(random, others.length - 1)) % others.length;
      const pair = [others[first]!.speaker, others[second]!.speaker];
      add(
        windows,
        speaker,
        pair,
        pair.map((each) => triples.apart.get(each) ?? []),
      );
    }
  }
  for (const { speaker, windows } of await testCalls(
    speakers,
    speech,
    condition,
    terms.policy.maximumNetSpeechMs,
  )) {
    const own = single.find((each) => each.speaker === speaker);
    const others = single.filter((each) => each.speaker !== speaker);
    if (!own || others.length === 0) continue;
    add(windows, speaker, [speaker], [[own.voiceprint]]);
    const other = others[draw(random, others.length)]!.speaker;
    add(
      windows,
      speaker,
      [speaker, other],
      [triples.together.get(speaker) ?? [], triples.apart.get(other) ?? []],
    );
  }
  return calls;
}

function isSameSex(sexes: readonly (string | undefined)[]): boolean | null {
  if (sexes.includes(undefined)) return null;
  return new Set(sexes).size === 1;
}

function nameOf(corpus: string, speakers: readonly SpeakerSessions[], speaker: number): string {
  return `${corpus}/${speakers[speaker]!.name}`;
}

/** Every session that tests come from, whole: an impostor's enrolment has nothing to do with the claim. */
async function impostorCalls({ speech, speakers, terms }: CallSimulation, condition: string) {
  const calls: { speaker: number; windows: SpeechWindow[] }[] = [];
  for (const { speaker, tests } of speakers) {
    for (const test of tests) {
      const { windows } = await speech.read(test, condition);
      let sumMs = 0;
      const heard = windows.filter(
        ({ netSpeechMs }) => (sumMs += netSpeechMs) <= terms.policy.maximumNetSpeechMs,
      );
      if (heard.length > 0) calls.push({ speaker, windows: heard });
    }
  }
  return calls;
}

interface Triples {
  /** Three stretches of the session. */
  readonly apart: ReadonlyMap<number, readonly OpenVoiceprint[]>;
  /** The first 20 s three times. */
  readonly together: ReadonlyMap<number, readonly OpenVoiceprint[]>;
}

async function tripleVoiceprints({ speech, speakers, conditions }: CallSimulation): Promise<Triples> {
  const { windowSamples } = speech.pipeline;
  const length = reach(spanOf(0, ENROLMENT_SECONDS, windowSamples), windowSamples);
  const channels = VOICEPRINT_CHANNELS.map((id) => (conditions.includes(id) ? id : ENROLMENT_CONDITION));
  const apart = new Map<number, OpenVoiceprint[]>();
  const together = new Map<number, OpenVoiceprint[]>();
  for (const { speaker, name, enrolment, onlySession } of speakers) {
    for (const [i, channel] of channels.entries()) {
      const { windows, fullWindows } = await speech.read(enrolment, channel);
      const first = Math.round(Math.max(0, (fullWindows - length) * (i / (channels.length - 1))));
      const shared = onlySession ? Math.min(length, Math.floor(fullWindows / 2)) : length;
      const make = (from: number, count: number): OpenVoiceprint[] => {
        const { vectors } = pool(windows.slice(from, from + count));
        return count > 0 ? [{ voiceprintId: `${name} ${i}`, label: channel, version: 1, vectors }] : [];
      };
      apart.set(speaker, [...(apart.get(speaker) ?? []), ...make(first, Math.min(length, fullWindows))]);
      together.set(speaker, [...(together.get(speaker) ?? []), ...make(0, Math.min(shared, fullWindows))]);
    }
  }
  return { apart, together };
}

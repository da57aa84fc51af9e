import type { SpeechWindow } from '../domain/speech.js';
import type { OpenVoiceprint } from '../domain/voiceprint.js';
import { pool, type PooledSpeech } from '../scoring/index.js';
import { speechMs } from '../speech-activity/index.js';
import { ENROLMENT_CONDITION } from './conditions/index.js';
import type { EmbeddedSession, EmbeddedSpeech } from './embedding/index.js';
import {
  enrolmentSpan,
  ENROLMENT_SECONDS,
  pieceKey,
  pieceWithPauses,
  reach,
  restPiece,
  spanOf,
  testsFrom,
  testSpans,
  wholePiece,
  type Piece,
  type Span,
} from './layout.js';
import type { SpeechSession } from './manifest.js';

/** One speaker of a corpus: where the voiceprint comes from, and what it is tested with. */
export interface SpeakerSessions {
  /** From 0, within the corpus. */
  readonly speaker: number;
  readonly name: string;
  readonly enrolment: SpeechSession;
  readonly tests: readonly SpeechSession[];
  readonly onlySession: boolean;
}

/**
 * Chooses the session that each speaker of a corpus is enrolled from: the first one with 20 s of net speech through the
 * enrolment channel, else the longest. The others are for tests; a speaker's only session is for both. Speakers without a
 * single window are left out.
 * @param leaveOut sessions that are used for nothing.
 */
export async function chooseSessions(
  speakers: ReadonlyMap<string, readonly SpeechSession[]>,
  speech: EmbeddedSpeech,
  leaveOut: (session: SpeechSession) => boolean = () => false,
): Promise<SpeakerSessions[]> {
  const { windowSamples } = speech.pipeline;
  const needed = reach(spanOf(0, ENROLMENT_SECONDS, windowSamples), windowSamples);
  const chosen: SpeakerSessions[] = [];
  for (const [name, all] of speakers) {
    const sessions = all.filter((session) => !leaveOut(session));
    const lengths: number[] = [];
    for (const session of sessions)
      lengths.push((await speech.read(session, ENROLMENT_CONDITION)).fullWindows);
    const longEnough = lengths.findIndex((length) => length >= needed);
    const at = longEnough < 0 ? lengths.indexOf(Math.max(...lengths)) : longEnough;
    const enrolment = sessions[at];
    if (!enrolment || !lengths[at]) continue;
    const onlySession = all.length === 1;
    const tests = onlySession ? sessions : sessions.filter((session) => session !== enrolment);
    chosen.push({ speaker: chosen.length, name, enrolment, tests, onlySession });
  }
  return chosen;
}

/** A voiceprint with whose it is. */
export interface EnrolledSpeaker {
  readonly speaker: number;
  readonly voiceprint: OpenVoiceprint;
  readonly netSpeechMs: number;
  /** The same speech as one embedding, where that was wanted: the plain baseline. */
  readonly whole: OpenVoiceprint | undefined;
  /** The same with the pauses in it. */
  readonly wholeWithPauses: OpenVoiceprint | undefined;
}

/** Speech that is held against voiceprints. */
export interface SpeechTest {
  readonly speaker: number;
  readonly session: SpeechSession;
  /** As the service would embed it, were there no more. */
  readonly windows: readonly SpeechWindow[];
  readonly pooled: PooledSpeech;
  readonly whole: PooledSpeech | undefined;
  readonly wholeWithPauses: PooledSpeech | undefined;
}

/** Voiceprints through a channel. */
export async function enrolSpeakers(
  speakers: readonly SpeakerSessions[],
  speech: EmbeddedSpeech,
  condition: string,
): Promise<EnrolledSpeaker[]> {
  const enrolled: EnrolledSpeaker[] = [];
  for (const { speaker, name, enrolment, onlySession } of speakers) {
    const session = await speech.read(enrolment, condition);
    const span = enrolmentSpan(session.fullWindows, onlySession, speech.pipeline.windowSamples);
    if (!span) continue;
    const pooled = pool(windowsOf(session, span));
    const open = (vectors: OpenVoiceprint['vectors']) => ({
      voiceprintId: name,
      label: '',
      version: 1,
      vectors,
    });
    const whole = wholeOf(session, span);
    const wholeWithPauses = embeddedOf(session, pieceWithPauses(span));
    enrolled.push({
      speaker,
      voiceprint: open(pooled.vectors),
      netSpeechMs: pooled.netSpeechMs,
      whole: whole && open(whole.vectors),
      wholeWithPauses: wholeWithPauses && open(wholeWithPauses.vectors),
    });
  }
  return enrolled;
}

/** Tests of a length through a condition. */
export async function testSpeakers(
  speakers: readonly SpeakerSessions[],
  speech: EmbeddedSpeech,
  condition: string,
  seconds: number,
): Promise<SpeechTest[]> {
  const { windowSamples } = speech.pipeline;
  const found: SpeechTest[] = [];
  for (const { speaker, tests, onlySession } of speakers) {
    for (const test of tests) {
      const session = await speech.read(test, condition);
      const from = testsFrom(
        session,
        await speech.read(test, ENROLMENT_CONDITION),
        onlySession,
        windowSamples,
      );
      for (const span of testSpans(from, session.fullWindows, seconds, windowSamples)) {
        const windows = windowsOf(session, span);
        found.push({
          speaker,
          session: test,
          windows,
          pooled: pool(windows),
          whole: wholeOf(session, span),
          wholeWithPauses: embeddedOf(session, pieceWithPauses(span)),
        });
      }
    }
  }
  return found;
}

/** All that is left of each test session, as one call of at most `mostMs` of net speech. */
export async function testCalls(
  speakers: readonly SpeakerSessions[],
  speech: EmbeddedSpeech,
  condition: string,
  mostMs: number,
): Promise<SpeechTest[]> {
  const calls: SpeechTest[] = [];
  for (const { speaker, tests, onlySession } of speakers) {
    for (const test of tests) {
      const session = await speech.read(test, condition);
      const enrolled = await speech.read(test, ENROLMENT_CONDITION);
      const from = testsFrom(session, enrolled, onlySession, speech.pipeline.windowSamples);
      let sumMs = 0;
      const windows = session.windows
        .slice(from)
        .filter(({ netSpeechMs }) => (sumMs += netSpeechMs) <= mostMs);
      if (windows.length === 0) continue;
      const pooled = pool(windows);
      calls.push({ speaker, session: test, windows, pooled, whole: undefined, wholeWithPauses: undefined });
    }
  }
  return calls;
}

/** The windows of a span, with the shorter one at its end. */
export function windowsOf(session: EmbeddedSession, span: Span): SpeechWindow[] {
  const windows = session.windows.slice(span.first, span.first + span.windows);
  const rest = restPiece(span);
  if (!rest) return windows;
  const piece = pieceOf(session, pieceKey(rest));
  const within = session.windows[rest.first];
  if (!piece || !within) return windows;
  const { vectors, quality } = piece;
  return [...windows, { ...within, vectors, quality, netSpeechMs: speechMs(rest.samples) }];
}

function wholeOf(session: EmbeddedSession, span: Span): PooledSpeech | undefined {
  const window = session.windows[span.first];
  if (window && span.windows === 1 && span.restSamples === 0) return pool([window]);
  return embeddedOf(session, wholePiece(span));
}

function embeddedOf(session: EmbeddedSession, wanted: Piece): PooledSpeech | undefined {
  const piece = pieceOf(session, pieceKey(wanted));
  if (!piece) return undefined;
  const { vectors, quality } = piece;
  return { vectors, quality, netSpeechMs: speechMs(piece.samples), windows: 1 };
}

function pieceOf(session: EmbeddedSession, key: string) {
  return session.pieces.find((piece) => pieceKey(piece) === key);
}

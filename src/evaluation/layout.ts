import { SPEECH_RATE_HZ } from '../domain/audio.js';

/** Net speech that a voiceprint is made from, seconds, where there is as much. */
export const ENROLMENT_SECONDS = 20;
/** Net speech of the tests, seconds. 6 s is there for comparison with figures published for it. */
export const TEST_SECONDS = [3, 5, 6, 10, 20] as const;

/** A stretch of a session's net speech, as the service would embed it if the speech ended there. */
export interface Span {
  /** Its first window of the session. */
  readonly first: number;
  /** Full windows in it. */
  readonly windows: number;
  /** Samples of the shorter window at the end; 0 where the rest was too short to be embedded. */
  readonly restSamples: number;
  /** All of its net speech, embedded or not, samples. */
  readonly samples: number;
}

/** Lengths that the plain baselines are measured at. */
const BASELINE_SECONDS: readonly number[] = [3, 6, 10];

/** Windows missing by less than this share are taken as whole: a window has 2.995 s, so that two of them stand for 6 s. */
const TOLERANCE = 0.01;

/**
 * How a stretch of net speech falls into windows: full ones, and a last one if at least half a window is left, which is
 * what the service embeds when a stream ends. 3 s are one window, 5 s one and a rest of 2.0 s, 6 s two, 10 s three (the
 * last 1.0 s is dropped), 20 s six and a rest of 2.0 s.
 */
export function spanOf(first: number, seconds: number, windowSamples: number): Span {
  const samples = Math.round(seconds * SPEECH_RATE_HZ);
  const windows = Math.floor(samples / windowSamples + TOLERANCE);
  const rest = samples - windows * windowSamples;
  const exactly = Math.abs(rest) <= TOLERANCE * windowSamples;
  return {
    first,
    windows,
    restSamples: 2 * rest >= windowSamples ? rest : 0,
    samples: exactly ? windows * windowSamples : samples,
  };
}

/** How many windows of the session a span touches. */
export function reach(span: Span, windowSamples: number): number {
  return Math.ceil(span.samples / windowSamples);
}

/**
 * The stretch of a session that a voiceprint is made from: its first 20 s; where it has less than twice that and is the
 * speaker's only one, whole windows up to half of it, so that something is left for tests. Undefined below one window.
 * @param fullWindows of the session.
 */
export function enrolmentSpan(
  fullWindows: number,
  onlySession: boolean,
  windowSamples: number,
): Span | undefined {
  const wanted = spanOf(0, ENROLMENT_SECONDS, windowSamples);
  const most = onlySession ? Math.floor(fullWindows / 2) : fullWindows;
  if (most >= reach(wanted, windowSamples)) return wanted;
  return most > 0 ? { first: 0, windows: most, restSamples: 0, samples: most * windowSamples } : undefined;
}

/** Tests of a length, one after the other from a window on, as many as there is speech for. */
export function testSpans(from: number, fullWindows: number, seconds: number, windowSamples: number): Span[] {
  const step = reach(spanOf(0, seconds, windowSamples), windowSamples);
  const spans: Span[] = [];
  for (let first = from; first + step <= fullWindows; first += step) {
    spans.push(spanOf(first, seconds, windowSamples));
  }
  return spans;
}

/** Net speech from the beginning of a window on that is embedded in one piece. */
export interface Piece {
  readonly first: number;
  readonly samples: number;
  /** The audio as it came, from where this net speech begins to where it ends. */
  readonly withPauses?: true;
}

/** The shorter window at the end of a span. */
export function restPiece(span: Span): Piece | undefined {
  return span.restSamples > 0 ? { first: span.first + span.windows, samples: span.restSamples } : undefined;
}

/** All of a span in one piece: the plain baseline. Of a span that is one window, that is the window. */
export function wholePiece(span: Span): Piece {
  return { first: span.first, samples: span.samples };
}

/** All audio of a span in one piece, pauses included: the baseline of whoever has no speech detector. */
export function pieceWithPauses(span: Span): Piece {
  return { ...wholePiece(span), withPauses: true };
}

export function pieceKey({ first, samples, withPauses }: Piece): string {
  return `${first}+${samples}${withPauses ? ' with pauses' : ''}`;
}

/** What trials need to know of the windows of a session. */
export interface WindowTimes {
  readonly windows: readonly { readonly startMs: number; readonly endMs: number }[];
  readonly fullWindows: number;
}

/** Where in the audio an enrolment from its beginning ends, ms; 0 where there is none. */
export function enrolmentEndMs(
  { windows, fullWindows }: WindowTimes,
  onlySession: boolean,
  windowSamples: number,
): number {
  const span = enrolmentSpan(fullWindows, onlySession, windowSamples);
  return span ? (windows[reach(span, windowSamples) - 1]?.endMs ?? 0) : 0;
}

/**
 * The first window that tests may use: in a speaker's only session, after the enrolment, as it falls both in the session
 * as it was enrolled and as it is tested, since noise moves the windows.
 */
export function testsFrom(
  tested: WindowTimes,
  enrolled: WindowTimes,
  onlySession: boolean,
  windowSamples: number,
): number {
  if (!onlySession) return 0;
  const end = Math.max(...[tested, enrolled].map((each) => enrolmentEndMs(each, onlySession, windowSamples)));
  const first = tested.windows.findIndex(({ startMs }) => startMs >= end);
  return first < 0 ? tested.windows.length : first;
}

/** The pieces of a session that trials may want: of its enrolment, and of tests of every length. */
export function wantedPieces(
  tested: WindowTimes,
  enrolled: WindowTimes,
  onlySession: boolean,
  windowSamples: number,
  baseline: boolean,
): Piece[] {
  const from = testsFrom(tested, enrolled, onlySession, windowSamples);
  const pieces = new Map<string, Piece>();
  const want = (span: Span, whole: boolean): void => {
    const rest = restPiece(span);
    const isWindow = span.windows === 1 && span.restSamples === 0;
    const wanted = [
      ...(rest ? [rest] : []),
      ...(whole && !isWindow ? [wholePiece(span)] : []),
      ...(whole ? [pieceWithPauses(span)] : []),
    ];
    for (const piece of wanted) pieces.set(pieceKey(piece), piece);
  };
  const enrolment = enrolmentSpan(tested.fullWindows, onlySession, windowSamples);
  if (enrolment) want(enrolment, baseline);
  for (const seconds of TEST_SECONDS) {
    const whole = baseline && BASELINE_SECONDS.includes(seconds);
    for (const span of testSpans(from, tested.fullWindows, seconds, windowSamples)) want(span, whole);
  }
  return [...pieces.values()];
}

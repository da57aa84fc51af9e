import { judgeCall, type CallTerms } from './call-judge.js';
import { TELEPHONE_CONDITIONS } from './call-rates.js';
import { ENROLMENT_CONDITION, LEVEL_CONDITION } from './conditions/index.js';
import type { EmbeddedSpeech, Splice } from './embedding/index.js';
import { testsFrom } from './layout.js';
import type { SpeechSession } from './manifest.js';
import { draw, seededRandom, seedOf, type Random } from './random.js';
import { enrolSpeakers, testCalls, type EnrolledSpeaker, type SpeakerSessions } from './speech-tests.js';

/** Calls of each corpus that are spliced. */
const SPLICES_PER_CORPUS = 300;
/** Windows before the change: enough to have been decided, and for the detector to begin. */
const FEWEST_BEFORE = 2;
const MOST_BEFORE = 8;
/** Windows of the new speaker. */
const WINDOWS_AFTER = 4;
/** Within this much net speech of the new speaker the change is to be noticed, ms. */
const NOTICED_WITHIN_MS = [6000, 9000] as const;

/** How well changes of speaker are noticed, in one corpus. */
export interface SpeakerChangeResult {
  readonly corpus: string;
  readonly splicedCalls: number;
  /** Noticed within 6 s, and within 9 s, of the new speaker's net speech. */
  readonly noticedWithin6s: number;
  readonly noticedWithin9s: number;
  /** Median net speech of the new speaker until it was noticed, ms; null when fewer than half are. */
  readonly medianDelayMs: number | null;
  /** The genuine alone: calls, those with any alarm, and their median net speech. */
  readonly unsplicedCalls: number;
  readonly falseAlarms: number;
  readonly unsplicedNetSpeechMs: number | null;
  readonly speakers: number;
}

export interface SpeakerChangeRequest {
  readonly speech: EmbeddedSpeech;
  readonly corpus: string;
  readonly speakers: readonly SpeakerSessions[];
  readonly conditions: readonly string[];
  readonly terms: CallTerms;
  readonly onProgress: (done: number, total: number) => void;
}

/**
 * Changes of speaker, noticed and not: calls of one speaker that are cut at a random moment and go on with another's,
 * through the whole pipeline again, and calls of one speaker alone. The first speaker's voiceprint is what the call is
 * compared with. Undefined where sessions are too short.
 */
export async function measureSpeakerChange(
  request: SpeakerChangeRequest,
): Promise<SpeakerChangeResult | undefined> {
  const { speech, corpus, speakers, terms, onProgress } = request;
  const enrolled = await enrolSpeakers(speakers, speech, ENROLMENT_CONDITION);
  const splices = await drawSplices(request);
  if (splices.length === 0) return undefined;
  const embedded = await speech.embedSplices(
    splices.map(({ splice }) => splice),
    onProgress,
  );
  const delays = splices.flatMap(({ splice, speaker }, i) => {
    const own = enrolled.find((each) => each.speaker === speaker);
    return own ? [delayMs(splice, embedded[i]!.windows, own, terms)] : [];
  });
  const alone = await falseAlarms(request, enrolled);
  const within = (ms: number) => delays.filter((delay) => delay <= ms).length;
  const middle = delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)] ?? Infinity;
  return {
    corpus,
    splicedCalls: delays.length,
    noticedWithin6s: within(NOTICED_WITHIN_MS[0]),
    noticedWithin9s: within(NOTICED_WITHIN_MS[1]),
    medianDelayMs: Number.isFinite(middle) ? middle : null,
    ...alone,
    speakers: new Set(splices.map(({ speaker }) => speaker)).size,
  };
}

/** Net speech of the new speaker until an alarm after the splice; infinite without one. */
function delayMs(
  { before }: Splice,
  windows: Parameters<typeof judgeCall>[0],
  own: EnrolledSpeaker,
  terms: CallTerms,
): number {
  const spliceMs = before.toMs - before.fromMs;
  const { changesMs } = judgeCall(windows, [[own.voiceprint]], terms);
  let heardMs = 0;
  let newMs = 0;
  for (const { netSpeechMs, startMs, endMs } of windows) {
    heardMs += netSpeechMs;
    // Of the window that holds the splice, as much as lies behind it.
    newMs += netSpeechMs * Math.min(1, Math.max(0, (endMs - spliceMs) / (endMs - startMs)));
    if (newMs > 0 && changesMs.includes(heardMs)) return newMs;
  }
  return Infinity;
}

async function falseAlarms(
  { speech, speakers, conditions, terms }: SpeakerChangeRequest,
  enrolled: readonly EnrolledSpeaker[],
) {
  const lengths: number[] = [];
  let alarms = 0;
  for (const condition of telephoneOf(conditions, speakers)) {
    for (const call of await testCalls(speakers, speech, condition, terms.policy.maximumNetSpeechMs)) {
      const own = enrolled.find(({ speaker }) => speaker === call.speaker);
      if (!own) continue;
      lengths.push(call.pooled.netSpeechMs);
      if (judgeCall(call.windows, [[own.voiceprint]], terms).changesMs.length > 0) alarms++;
    }
  }
  const middle = lengths.toSorted((a, b) => a - b)[Math.floor(lengths.length / 2)];
  return { unsplicedCalls: lengths.length, falseAlarms: alarms, unsplicedNetSpeechMs: middle ?? null };
}

/** What was recorded wideband is no telephone call as it is. */
function telephoneOf(conditions: readonly string[], speakers: readonly SpeakerSessions[]): string[] {
  const telephone = speakers.every(({ enrolment }) => enrolment.telephone);
  return conditions.filter((id) => TELEPHONE_CONDITIONS.includes(id) && (telephone || id !== 'as-recorded'));
}

interface DrawnSplice {
  readonly splice: Splice;
  readonly speaker: number;
}

async function drawSplices({
  speech,
  corpus,
  speakers,
  conditions,
}: SpeakerChangeRequest): Promise<DrawnSplice[]> {
  const random = seededRandom(seedOf(`splices of ${corpus}`));
  const possible = telephoneOf(conditions, speakers);
  const drawn: DrawnSplice[] = [];
  for (let tries = 0; tries < 4 * SPLICES_PER_CORPUS && drawn.length < SPLICES_PER_CORPUS; tries++) {
    const first = tries % speakers.length;
    const second = (first + 1 + draw(random, speakers.length - 1)) % speakers.length;
    const condition = possible[draw(random, possible.length)];
    if (condition === undefined || speakers.length < 2) break;
    const before = await partBefore(speech, speakers[first]!, condition, random);
    const after = await partAfter(speech, speakers[second]!, condition, random);
    if (before && after) drawn.push({ splice: { condition, before, after }, speaker: first });
  }
  return drawn;
}

async function readPart(speech: EmbeddedSpeech, session: SpeechSession, condition: string) {
  const { levelDbfs } = await speech.read(session, LEVEL_CONDITION);
  return { session, levelDbfs, embedded: await speech.read(session, condition) };
}

/** From where tests may begin up to a random moment within a window. */
async function partBefore(
  speech: EmbeddedSpeech,
  speaker: SpeakerSessions,
  condition: string,
  random: Random,
) {
  const { tests, onlySession } = speaker;
  const { session, levelDbfs, embedded } = await readPart(
    speech,
    tests[draw(random, tests.length)]!,
    condition,
  );
  const enrolled = await speech.read(session, ENROLMENT_CONDITION);
  const from = testsFrom(embedded, enrolled, onlySession, speech.pipeline.windowSamples);
  const most = Math.min(embedded.fullWindows - from - 1, MOST_BEFORE);
  if (most < FEWEST_BEFORE) return undefined;
  const cut = embedded.windows[from + FEWEST_BEFORE + draw(random, most - FEWEST_BEFORE + 1)]!;
  const toMs = cut.startMs + random() * (cut.endMs - cut.startMs);
  return { session, levelDbfs, fromMs: embedded.windows[from]!.startMs, toMs };
}

async function partAfter(
  speech: EmbeddedSpeech,
  { tests }: SpeakerSessions,
  condition: string,
  random: Random,
) {
  const { session, levelDbfs, embedded } = await readPart(
    speech,
    tests[draw(random, tests.length)]!,
    condition,
  );
  const choices = embedded.fullWindows - WINDOWS_AFTER + 1;
  if (choices < 1) return undefined;
  const first = draw(random, choices);
  const last = first + WINDOWS_AFTER - 1;
  return {
    session,
    levelDbfs,
    fromMs: embedded.windows[first]!.startMs,
    toMs: embedded.windows[last]!.endMs,
  };
}

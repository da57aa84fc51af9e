import type { Fingerprint, KeptFingerprint } from '../../domain/speech.js';
import type { SpeechModels } from '../../embedding/index.js';
import { MOST_KEPT_CALLS } from '../../enrolment/index.js';
import { bestMatch, packFingerprint, REPLAY_TERMS, unpackFingerprint } from '../../replay/index.js';
import type { SpeechSession } from '../manifest.js';
import { seededRandom, seedOf } from '../random.js';
import { speakerCalls, type SpeakerCalls } from './calls.js';
import { COPIES } from './copies.js';
import { shareOf, type Share } from './interval.js';
import { listen } from './listen.js';
import { againstMinute, type OfMinute } from './minute.js';

/** How near each window of a call came to anything that was kept: bit error rates, 1 where nothing stood beside it. */
type Nearness = readonly number[];

interface Heard {
  /** Of the copies of each of a speaker's calls, held against all their calls; by copy. */
  readonly copies: ReadonlyMap<string, readonly Nearness[]>;
  /** Of their windows, held against all calls put together to one. */
  readonly minute: OfMinute;
  /** Of the calls, each held against the speaker's other ones; and against as many as are ever kept, of others of the corpus, too. */
  readonly others: readonly Nearness[];
  readonly many: readonly Nearness[];
}

/** What was heard of a speaker's calls, and what is kept of them. */
interface Originals {
  readonly corpus: string;
  readonly windows: readonly (readonly Fingerprint[])[];
  readonly kept: readonly KeptFingerprint[];
}

/** How many copies of a kind were noticed. */
export interface CopyRates {
  readonly label: string;
  readonly firstWindow: Share;
  readonly twoWindows: Share;
  readonly wholeCall: Share;
}

/** Of one half of the speakers. */
export interface HalfRates {
  readonly speakers: number;
  readonly copies: readonly CopyRates[];
  /** Windows of copies that were noticed where a whole minute of speech is kept: of its first half, and of its second. */
  readonly ofMinute: { readonly firstHalf: Share; readonly secondHalf: Share };
  /** Other calls of the same speakers that were taken for a replay. */
  readonly falseFlags: Share;
  /** The same, with as many calls kept as there may be: those of other speakers stand in. */
  readonly falseFlagsOfMany: Share;
  /** The same, a window at a time. */
  readonly falseWindows: Share;
  /** The least share of wrong bits of other speech, and the 99th percentile of windows of copies that were compared. */
  readonly nearestOther: number;
  readonly farthestCopy: number;
}

export interface ReplayRates {
  readonly chosenOn: HalfRates;
  readonly reportedOn: HalfRates;
  /** The share of wrong bits up to which speech is taken for a copy. */
  readonly mostBitErrors: number;
}

/**
 * How well replayed calls are told from others: copies of each call against all calls of the speaker, and each call against
 * the others of the same speaker. Speakers go to the two halves in turn; the limit in force was chosen by
 * the first (below the nearest of other speech), and both are measured at it.
 */
export async function measureReplay(
  models: SpeechModels,
  dataDir: string,
  sessions: readonly SpeechSession[],
  onProgress: (what: string) => void,
): Promise<ReplayRates> {
  const originals: Originals[] = [];
  const copies: Pick<Heard, 'copies' | 'minute'>[] = [];
  for await (const calls of speakerCalls(dataDir, sessions)) {
    onProgress(`replayed calls of ${calls.corpus}: speaker ${calls.number} of ${calls.outOf}`);
    const heard = await hear(models, calls);
    originals.push(heard.originals);
    copies.push(heard);
  }
  const halves: [Heard[], Heard[]] = [[], []];
  for (const [speaker, own] of originals.entries()) {
    // Those of the same corpus that follow, going round.
    const following = [...originals.slice(speaker + 1), ...originals.slice(0, speaker)];
    const strangers = following.filter(({ corpus }) => corpus === own.corpus).flatMap(({ kept }) => kept);
    const others = own.windows.map((windows, call) => nearness(windows, without(own.kept, call)));
    const many = own.windows.map((windows, call) =>
      nearness(windows, [...without(own.kept, call), ...strangers].slice(0, MOST_KEPT_CALLS)),
    );
    halves[speaker % 2]!.push({ ...copies[speaker]!, others, many });
  }
  const { mostBitErrors } = REPLAY_TERMS;
  return { chosenOn: rates(halves[0]), reportedOn: rates(halves[1]), mostBitErrors };
}

async function hear(
  models: SpeechModels,
  { corpus, speaker, calls }: SpeakerCalls,
): Promise<Pick<Heard, 'copies' | 'minute'> & { readonly originals: Originals }> {
  const copied = await Promise.all(
    COPIES.map((copy) => copy.apply(calls, seededRandom(seedOf(JSON.stringify([copy.id, corpus, speaker]))))),
  );
  // All at once: speech activity costs a third in large batches.
  const heard = await listen(models, [calls, ...copied].flat());
  const windows = heard.slice(0, calls.length);
  const kept = windows.map((each) => unpackFingerprint(packFingerprint(each)));
  const ofCopies = COPIES.map((_, i) => heard.slice((i + 1) * calls.length, (i + 2) * calls.length));
  const copies = COPIES.map(({ id }, i) => [id, ofCopies[i]!.map((each) => nearness(each, kept))] as const);
  const minute = againstMinute(windows, ofCopies);
  return { originals: { corpus, windows, kept }, copies: new Map(copies), minute };
}

function without<T>(all: readonly T[], index: number): T[] {
  return all.filter((_, i) => i !== index);
}

function nearness(windows: readonly Fingerprint[], kept: readonly KeptFingerprint[]): Nearness {
  return windows.map((window) => bestMatch(window, kept)?.bitErrorRate ?? 1);
}

function rates(heard: readonly Heard[]): HalfRates {
  const others = heard.flatMap((speaker) => speaker.others).filter(({ length }) => length > 0);
  const copies = COPIES.map(({ id, label }) => {
    const calls = heard.flatMap((speaker) => speaker.copies.get(id) ?? []).filter(({ length }) => length > 0);
    return {
      label,
      firstWindow: flagged(calls.map((windows) => windows.slice(0, 1))),
      twoWindows: flagged(calls.map((windows) => windows.slice(0, 2))),
      wholeCall: flagged(calls),
    };
  });
  const windows = heard
    .flatMap((speaker) => [...speaker.copies.values()].flat(2))
    .filter((each) => each < 1)
    .sort((a, b) => a - b);
  return {
    speakers: heard.length,
    copies,
    ofMinute: {
      firstHalf: windowsFlagged(heard.flatMap(({ minute }) => minute.firstHalf)),
      secondHalf: windowsFlagged(heard.flatMap(({ minute }) => minute.secondHalf)),
    },
    falseFlags: flagged(others),
    falseFlagsOfMany: flagged(heard.flatMap((speaker) => speaker.many).filter(({ length }) => length > 0)),
    falseWindows: windowsFlagged(others.flat()),
    nearestOther: Math.min(...others.flat()),
    farthestCopy: windows[Math.floor(0.99 * windows.length)] ?? NaN,
  };
}

function windowsFlagged(windows: Nearness): Share {
  return flagged(windows.map((window) => [window]));
}

function flagged(calls: readonly Nearness[]): Share {
  const { mostBitErrors } = REPLAY_TERMS;
  const noticed = calls.filter((windows) => windows.some((each) => each <= mostBitErrors));
  return shareOf(noticed.length, calls.length);
}

import type { Fingerprint, KeptFingerprint } from '../domain/speech.js';
import { Alignments } from './alignments.js';

/** Bits of a code. */
const BITS = 16;
/** After so many codes each time a comparison that goes badly is given up; and the share of wrong bits that is badly: half is chance. */
const LOOK_EVERY = 12;
const HOPELESS = 0.42;

const ONES = Uint8Array.from({ length: 1 << BITS }, (_, value) => {
  let ones = 0;
  for (let rest = value; rest > 0; rest >>= 1) ones += rest & 1;
  return ones;
});

/** How well a stretch of speech fits an earlier one, where it fits best. */
export interface Match {
  /** Share of bits that differ, 0 to 1: 0.5 is chance. */
  readonly bitErrorRate: number;
  /** Codes that were compared. */
  readonly codes: number;
}

/** When a stretch of speech is taken for the replay of an earlier one. */
export interface MatchTerms {
  readonly mostBitErrors: number;
  /** Codes, one each 32 ms, that must stand beside each other at least. */
  readonly leastCodes: number;
}

/**
 * Set while trying on 28 speakers of development speech, held against 206 (docs/replay.md): there other speech of the same speaker comes to 30 %
 * of wrong bits at the least, and 99 in 100 windows of copies to 21 % at most. 32 codes are 1 s of speech.
 */
export const REPLAY_TERMS: MatchTerms = { mostBitErrors: 0.29, leastCodes: 32 };

/** Whether a match is so close that the speech is the same recording. */
export function isReplay(match: Match | undefined, terms: MatchTerms = REPLAY_TERMS): boolean {
  return match !== undefined && match.codes >= terms.leastCodes && match.bitErrorRate <= terms.mostBitErrors;
}

/** Codes of a stretch that follow each other. */
interface Run {
  readonly tick: number;
  /** Of its first code, and of the one after its last. */
  readonly start: number;
  end: number;
}

/**
 * Where a stretch of speech fits any of some fingerprints best, whatever their clocks. Only alignments are tried that bring
 * two codes together with at most one wrong bit, as Haitsma and Kalker look for candidates; in a true one there are many.
 * @param stretch with a code each 16 ms, some seconds long.
 * @returns undefined where there is no alignment of at least `leastCodes`.
 */
export function bestMatch(
  stretch: Fingerprint,
  earlier: readonly KeptFingerprint[],
  leastCodes = REPLAY_TERMS.leastCodes,
): Match | undefined {
  if (stretch.codes.length === 0 || earlier.length === 0) return undefined;
  const alignments = new Alignments(stretch);
  const runs = runsOf(stretch.ticks);
  let best: Match | undefined;
  try {
    for (const fingerprint of earlier) {
      const { count, offsets, runs: met } = alignments.with(fingerprint);
      for (let i = 0; i < count; i++) {
        const match = compare(stretch.codes, runs, fingerprint, offsets[i]!, met[i]!);
        if (!match || match.codes < leastCodes) continue;
        if (best === undefined || match.bitErrorRate < best.bitErrorRate) best = match;
      }
    }
  } finally {
    alignments.clear();
  }
  return best;
}

function runsOf(ticks: Uint32Array): Run[] {
  const runs: Run[] = [];
  ticks.forEach((tick, at) => {
    const last = runs.at(-1);
    if (last && tick === last.tick + at - last.start) last.end = at + 1;
    else runs.push({ tick, start: at, end: at + 1 });
  });
  return runs;
}

/** The codes of both that stand at the same tick; undefined where what was compared so far says that it is hopeless. */
function compare(
  codes: Uint16Array,
  runs: readonly Run[],
  { firstTicks, starts, codes: earlier }: KeptFingerprint,
  offset: number,
  met: number,
): Match | undefined {
  let compared = 0;
  let wrong = 0;
  let nextLook = LOOK_EVERY;
  let kept = met;
  // Back to where the stretch begins.
  for (const beginning = runs[0]!.tick + offset; kept > 0 && firstTicks[kept]! > beginning;) kept--;
  for (const { tick, start, end } of runs) {
    const from = tick + offset;
    const to = from + end - start;
    for (; kept < firstTicks.length && firstTicks[kept]! < to; kept++) {
      const first = firstTicks[kept]!;
      const endOfKept = starts[kept + 1]!;
      // Kept codes are two ticks apart, so that only every second of the stretch has one beside it.
      let at = starts[kept]! + Math.max(0, (from - first + 1) >> 1);
      let place = start + first + 2 * (at - starts[kept]!) - from;
      for (; at < endOfKept && place < end; at++, place += 2) {
        wrong += ONES[codes[place]! ^ earlier[at]!]!;
        if (++compared < nextLook) continue;
        if (wrong > compared * BITS * HOPELESS) return undefined;
        nextLook += LOOK_EVERY;
      }
      // The next run of the stretch may meet the rest of it.
      if (at < endOfKept) break;
    }
  }
  return compared === 0 ? undefined : { bitErrorRate: wrong / (compared * BITS), codes: compared };
}

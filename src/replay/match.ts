import type { Fingerprint } from '../domain/speech.js';

/** Bits of a code. */
const BITS = 16;
/** Codes at which a comparison that goes badly is given up, and the share of wrong bits that is badly: half is chance. */
const FIRST_LOOK = 12;
const HOPELESS = 0.42;
/** Alignments tried of one stretch with one fingerprint: about 35 are usual, and nobody can make it more. */
const MOST_ALIGNMENTS = 400;

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

/**
 * Where a stretch of speech fits any of some fingerprints best, whatever their clocks. Only alignments are tried that bring
 * two codes together with at most one wrong bit, as Haitsma and Kalker look for candidates; in a true one there are many.
 * @param stretch with a code each 16 ms, some seconds long.
 * @param earlier with a code each 32 ms, see packFingerprint.
 * @returns undefined where there is no alignment of at least `leastCodes`.
 */
export function bestMatch(
  stretch: Fingerprint,
  earlier: readonly Fingerprint[],
  leastCodes = REPLAY_TERMS.leastCodes,
): Match | undefined {
  if (stretch.codes.length === 0 || earlier.length === 0) return undefined;
  const near = new NearCodes(stretch.codes);
  try {
    return bestOf(stretch, earlier, near, leastCodes);
  } finally {
    near.clear();
  }
}

function bestOf(
  stretch: Fingerprint,
  earlier: readonly Fingerprint[],
  near: NearCodes,
  leastCodes: number,
): Match | undefined {
  let best: Match | undefined;
  for (const fingerprint of earlier) {
    for (const offset of alignments(stretch, fingerprint, near)) {
      const match = compare(stretch, fingerprint, offset);
      if (!match || match.codes < leastCodes) continue;
      if (best === undefined || match.bitErrorRate < best.bitErrorRate) best = match;
    }
  }
  return best;
}

/**
 * First entry of each code of the stretch in hand; 0 is none. One for all: nothing else runs while a stretch is held against
 * others, and to make 128 KB anew for each window of thousands of calls costs more than the comparison.
 */
const FIRST_ENTRIES = new Uint16Array(1 << BITS);

/** The places of a stretch whose code differs from a given one in one bit at most. */
class NearCodes {
  /** The next entry of each entry; from 1, 0 is none. */
  readonly #next: number[] = [0];
  readonly #place: number[] = [0];

  constructor(private readonly codes: Uint16Array) {
    codes.forEach((code, place) => {
      this.#add(code, place);
      for (let bit = 0; bit < BITS; bit++) this.#add(code ^ (1 << bit), place);
    });
  }

  /** Leaves the entries for the next stretch. */
  clear(): void {
    for (const code of this.codes) {
      FIRST_ENTRIES[code] = 0;
      for (let bit = 0; bit < BITS; bit++) FIRST_ENTRIES[code ^ (1 << bit)] = 0;
    }
  }

  /** The first of a code's entries; 0 for none. */
  entryOf(code: number): number {
    return FIRST_ENTRIES[code]!;
  }

  /** The next entry of the same code; 0 after the last. */
  after(entry: number): number {
    return this.#next[entry]!;
  }

  placeOf(entry: number): number {
    return this.#place[entry]!;
  }

  /** Entries that fit 16 bits: about a minute of speech, and windows have 3 s. */
  #add(code: number, place: number): void {
    const entry = this.#place.length;
    if (entry > 0xffff) return;
    this.#place.push(place);
    this.#next.push(FIRST_ENTRIES[code]!);
    FIRST_ENTRIES[code] = entry;
  }
}

/** What to add to the ticks of a stretch to bring it beside a fingerprint, each once. */
function alignments(stretch: Fingerprint, earlier: Fingerprint, near: NearCodes): Set<number> {
  const offsets = new Set<number>();
  for (let i = 0; i < earlier.codes.length; i++) {
    for (let entry = near.entryOf(earlier.codes[i]!); entry > 0; entry = near.after(entry)) {
      offsets.add(earlier.ticks[i]! - stretch.ticks[near.placeOf(entry)]!);
      if (offsets.size >= MOST_ALIGNMENTS) return offsets;
    }
  }
  return offsets;
}

/** The codes of both that stand at the same tick; undefined where the first of them say that it is hopeless. */
function compare(stretch: Fingerprint, earlier: Fingerprint, offset: number): Match | undefined {
  let codes = 0;
  let wrong = 0;
  let at = placeOf(earlier.ticks, stretch.ticks[0]! + offset);
  for (let i = 0; i < stretch.ticks.length && at < earlier.ticks.length; i++) {
    const tick = stretch.ticks[i]! + offset;
    while (at < earlier.ticks.length && earlier.ticks[at]! < tick) at++;
    if (earlier.ticks[at] !== tick) continue;
    wrong += ONES[stretch.codes[i]! ^ earlier.codes[at]!]!;
    codes++;
    if (codes === FIRST_LOOK && wrong > FIRST_LOOK * BITS * HOPELESS) return undefined;
  }
  return codes === 0 ? undefined : { bitErrorRate: wrong / (codes * BITS), codes };
}

/** Where in rising ticks the first stands that is not before `tick`. */
function placeOf(ticks: Uint32Array, tick: number): number {
  let low = 0;
  for (let high = ticks.length; low < high;) {
    const middle = (low + high) >> 1;
    if (ticks[middle]! < tick) low = middle + 1;
    else high = middle;
  }
  return low;
}

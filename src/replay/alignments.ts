import type { Fingerprint, KeptFingerprint } from '../domain/speech.js';

const BITS = 16;
/** A code itself, and those that differ from it in one bit. */
const NEAR = 1 + BITS;

/** Codes brought together of one fingerprint at most; some 300 are usual, and nobody can make it more. */
const MOST_HITS = 4000;
/** Twice as many, a power of two. */
const PLACES = 8192;

/**
 * First entry of each code of the stretch in hand; 0 is none. One for all, as below: nothing else runs while a stretch is held
 * against others, and to make 128 KB anew for each window of thousands of calls costs more than the comparison.
 */
const FIRST_ENTRIES = new Uint16Array(1 << BITS);
/** A hash table of offsets, and in which round each was put there. */
const OFFSETS = new Int32Array(PLACES);
const ROUNDS = new Uint32Array(PLACES);
const FOUND = new Int32Array(MOST_HITS);
const FOUND_IN = new Int32Array(MOST_HITS);
let round = 0;

/** Alignments, the first `count` of the arrays. */
export interface Found {
  readonly count: number;
  readonly offsets: Int32Array;
  readonly runs: Int32Array;
}

/** Where a stretch of speech may fit an earlier one: where one of its codes, or one that differs in one bit, stands in it. */
export class Alignments {
  readonly #stretch: Fingerprint;
  /** The next entry of each entry of the same code. Place `n` of the stretch has the entries from NEAR * n + 1 on. */
  readonly #next: Uint16Array;

  /** @param stretch all of whose entries fit 16 bits, about a minute of speech; windows have 3 s. What is longer is left out. */
  constructor(stretch: Fingerprint) {
    this.#stretch = stretch;
    const places = Math.min(stretch.codes.length, Math.floor(0xffff / NEAR));
    this.#next = new Uint16Array(NEAR * places + 1);
    for (let place = 0, entry = 1; place < places; place++) {
      const code = stretch.codes[place]!;
      this.#add(code, entry++);
      for (let bit = 0; bit < BITS; bit++) this.#add(code ^ (1 << bit), entry++);
    }
  }

  /**
   * What to add to the ticks of the stretch to bring it beside a fingerprint, each once, and in which of its runs two codes
   * met then. Good until the next call.
   */
  with({ firstTicks, starts, codes }: KeptFingerprint): Found {
    const { ticks } = this.#stretch;
    let found = 0;
    let hits = 0;
    nextRound();
    for (let run = 0; run < firstTicks.length; run++) {
      for (let at = starts[run]!, tick = firstTicks[run]!; at < starts[run + 1]!; at++, tick += 2) {
        for (let entry = FIRST_ENTRIES[codes[at]!]!; entry > 0; entry = this.#next[entry]!) {
          const offset = tick - ticks[Math.floor((entry - 1) / NEAR)]!;
          if (isNew(offset)) {
            FOUND[found] = offset;
            FOUND_IN[found++] = run;
          }
          if (++hits === MOST_HITS) return { count: found, offsets: FOUND, runs: FOUND_IN };
        }
      }
    }
    return { count: found, offsets: FOUND, runs: FOUND_IN };
  }

  /** Leaves the entries for the next stretch. */
  clear(): void {
    for (const code of this.#stretch.codes) {
      FIRST_ENTRIES[code] = 0;
      for (let bit = 0; bit < BITS; bit++) FIRST_ENTRIES[code ^ (1 << bit)] = 0;
    }
  }

  #add(code: number, entry: number): void {
    this.#next[entry] = FIRST_ENTRIES[code]!;
    FIRST_ENTRIES[code] = entry;
  }
}

/** Forgets all offsets. */
function nextRound(): void {
  round = (round + 1) >>> 0;
  if (round > 0) return;
  ROUNDS.fill(0);
  round = 1;
}

/** Whether an offset was not seen in this round; from now on it was. */
function isNew(offset: number): boolean {
  // Knuth's multiplicative hash (The Art of Computer Programming, volume 3, 6.4): 2^32 over the golden ratio.
  let place = Math.imul(offset, 0x9e3779b1) >>> 19;
  for (; ROUNDS[place] === round; place = (place + 1) % PLACES) {
    if (OFFSETS[place] === offset) return false;
  }
  ROUNDS[place] = round;
  OFFSETS[place] = offset;
  return true;
}

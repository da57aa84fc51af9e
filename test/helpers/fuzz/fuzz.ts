import { seededRandom, type Random } from '../../../src/evaluation/random.js';

/** Texts that have broken parsers before. */
const TEXTS = [
  '',
  '\0',
  '0',
  '-1',
  'null',
  '__proto__',
  'constructor',
  "'; DROP TABLE calls; --",
  '<img src=x onerror=alert(1)>',
  '%00%n%s',
  '../../../../etc/passwd',
  '\u202Eelbisivni',
  'e\u0301',
  '\uFEFF',
  '\uFFFF',
  '𝕍'.repeat(64),
  '\r\n\r\n',
  '2026-02-30T25:61:61Z',
  '1e309',
  'x'.repeat(257),
  'ÿ'.repeat(5000),
] as const;

const NUMBERS = [
  0,
  -0,
  1,
  -1,
  255,
  256,
  65_535,
  2 ** 31 - 1,
  -(2 ** 31),
  2 ** 32 - 1,
  1e308,
  NaN,
  Infinity,
  0.1,
];

/** Draws inputs; the seed alone decides which. */
export class Fuzz {
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = seededRandom(seed);
  }

  /** From 0 up to but not including `bound`. */
  below(bound: number): number {
    return Math.floor(this.#random() * bound);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.#random() < probability;
  }

  pick<T>(list: readonly T[]): T {
    const picked = list[this.below(list.length)];
    if (picked === undefined) throw new Error('There is nothing to pick from.');
    return picked;
  }

  number(): number {
    return this.chance(0.5) ? this.pick(NUMBERS) : (this.#random() - 0.5) * 2 ** this.below(64);
  }

  /** A text that is well-formed Unicode. */
  text(): string {
    if (this.chance(0.5)) return this.pick(TEXTS);
    return this.bytes(40).toString('utf8');
  }

  /** Up to so many bytes; short more often than long. */
  bytes(most: number): Buffer {
    const bytes = Buffer.alloc(this.below(1 + this.below(most + 1)));
    for (let at = 0; at < bytes.length; at++) bytes[at] = this.below(256);
    return bytes;
  }

  /** A copy with some bytes changed, cut out, put in or doubled. */
  mutated(original: Uint8Array): Buffer {
    let bytes = Buffer.from(original);
    for (let times = 1 + this.below(6); times > 0; times--) {
      const at = this.below(bytes.length + 1);
      switch (this.below(5)) {
        case 0:
          if (at < bytes.length) bytes[at] = this.below(256);
          break;
        case 1:
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + this.below(16))]);
          break;
        case 2:
          bytes = Buffer.concat([bytes.subarray(0, at), this.bytes(16), bytes.subarray(at)]);
          break;
        case 3:
          bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.max(0, at - this.below(64)))]);
          break;
        default:
          bytes = bytes.subarray(0, at);
      }
    }
    return bytes;
  }

  /** Pieces of any length, empty ones too, that make up the whole. */
  cut(whole: Buffer): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = 0; at < whole.length;) {
      const end = at + this.below(whole.length);
      pieces.push(whole.subarray(at, end));
      at = Math.max(at, end);
      if (pieces.length > 50) {
        pieces.push(whole.subarray(at));
        break;
      }
    }
    return pieces;
  }
}

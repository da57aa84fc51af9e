import test from 'ava';
import fc from 'fast-check';
import { seededRandom } from '../../src/evaluation/random.js';
import { throughG711 } from '../../src/audio/index.js';
import type { Fingerprint, KeptFingerprint } from '../../src/domain/speech.js';
import {
  bestMatch,
  Fingerprinter,
  isReplay,
  packFingerprint,
  unpackFingerprint,
  type Match,
} from '../../src/replay/index.js';
import { fixtureSamples } from '../helpers/speech.js';

const FRAME = 256;

/** All of it taken for speech. */
function fingerprint(samples: Float32Array, startMs = 0): Fingerprint {
  const fingerprinter = new Fingerprinter();
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    fingerprinter.push(samples.subarray(at, at + FRAME), startMs + at / 8);
  }
  return fingerprinter.take();
}

/** As it is kept. */
const kept = (samples: Float32Array): KeptFingerprint[] => [
  unpackFingerprint(packFingerprint([fingerprint(samples)])),
];
/** Of each code that is kept. */
const ticksOf = ({ firstTicks, starts }: KeptFingerprint): number[] =>
  [...firstTicks].flatMap((first, run) =>
    Array.from({ length: starts[run + 1]! - starts[run]! }, (_, i) => first + 2 * i),
  );
const call = fixtureSamples('allison_en/call-1.wav');
const other = fixtureSamples('allison_en/call-2.wav');
const seconds = (from: number, to: number): Float32Array => call.subarray(8000 * from, 8000 * to);

test('a gain changes next to no bit', (t) => {
  const earlier = kept(seconds(2, 5));
  fc.assert(
    fc.property(fc.double({ min: 0.25, max: 8, noNaN: true }), (gain) => {
      const match = bestMatch(fingerprint(seconds(2, 5).map((sample) => sample * gain)), earlier);
      t.true(match !== undefined && match.bitErrorRate < 0.02, String(match?.bitErrorRate));
    }),
    { numRuns: 20 },
  );
});

test('a stretch of a call is found wherever it begins, on whatever clock', (t) => {
  const earlier = kept(call);
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 8 * 8000 }),
      fc.integer({ min: 0, max: 100_000 }),
      (from, startMs) => {
        const stretch = fingerprint(call.slice(from, from + 3 * 8000), 32 * startMs);
        t.true(isReplay(bestMatch(stretch, earlier)), `from sample ${from}`);
      },
    ),
    { numRuns: 30 },
  );
});

test('G.711 and a gain of 3 dB leave it recognisable, and another call of the same voice is not it', (t) => {
  const copy = throughG711(
    seconds(1, 14).map((sample) => sample * 1.41),
    'MULAW',
  );
  for (let from = 0; from < 9; from += 3) {
    const stretch = fingerprint(copy.subarray(8000 * from, 8000 * (from + 3)));
    t.true(isReplay(bestMatch(stretch, kept(call))));
    t.false(isReplay(bestMatch(stretch, kept(other))));
  }
});

test('speech must run on: frames with a pause between them share no code', (t) => {
  const fingerprinter = new Fingerprinter();
  for (let i = 0; i < 40; i++) fingerprinter.push(call.subarray(FRAME * i, FRAME * (i + 1)), 64 * i);
  t.is(fingerprinter.take().codes.length, 0);
});

test('what was discarded is in no fingerprint', (t) => {
  const fingerprinter = new Fingerprinter();
  const push = (from: number): void => {
    for (let i = from; i < from + 30; i++)
      fingerprinter.push(call.subarray(FRAME * i, FRAME * (i + 1)), 32 * i);
  };
  push(0);
  fingerprinter.discard();
  push(30);
  t.deepEqual(fingerprinter.take(), fingerprint(call.subarray(FRAME * 30, FRAME * 60), 32 * 30));
});

test('packing keeps every second code, of a minute at most, and is read back', (t) => {
  const codes = fc.array(fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 0, max: 0xffff })), {
    maxLength: 400,
  });
  fc.assert(
    fc.property(codes, (steps) => {
      let tick = 0;
      const all = steps.map(([step, code]) => ({ tick: (tick += step), code }));
      const whole = {
        ticks: Uint32Array.from(all, (each) => each.tick),
        codes: Uint16Array.from(all, (each) => each.code),
      };
      const even = all.filter((each) => each.tick % 2 === 0);
      const read = unpackFingerprint(packFingerprint([whole]));
      t.deepEqual(
        ticksOf(read),
        even.map((each) => each.tick),
      );
      t.deepEqual(
        [...read.codes],
        even.map((each) => each.code),
      );
    }),
  );
  const hour = { ticks: Uint32Array.from({ length: 225_000 }, (_, i) => i), codes: new Uint16Array(225_000) };
  t.true(packFingerprint([hour]).length <= 4096);
  t.throws(() => unpackFingerprint(Buffer.from([9, 1, 2])), { message: /unknown form/ });
  t.throws(() => unpackFingerprint(Buffer.from([1, 1, 2])), { message: /unknown form/ });
});

test('what a stretch was held against before it changes nothing', (t) => {
  const [one, two] = [fingerprint(seconds(2, 5)), fingerprint(other.subarray(8000, 32_000))];
  const earlier = kept(call);
  const alone = bestMatch(two, earlier);
  bestMatch(one, earlier);
  t.deepEqual(bestMatch(two, earlier), alone);
  t.true(isReplay(bestMatch(one, earlier)));
});

test('a sound that comes again and again does not hide a copy at the end of the minute', (t) => {
  const random = seededRandom(5);
  const COMMON = 0x0f3c;
  const codes = Uint16Array.from({ length: 1875 }, (_, i) =>
    i < 1500 && i % 3 === 0 ? COMMON : Math.floor(65_536 * random()),
  );
  const earlier = { firstTicks: Uint32Array.of(0), starts: Uint16Array.of(0, codes.length), codes };
  // Of the last 3 s, with what was between the codes that are kept; the sound among it.
  const copy = Uint16Array.from({ length: 187 }, (_, i) =>
    i % 2 === 0 ? codes[codes.length - 94 + i / 2]! : i === 1 ? COMMON : Math.floor(65_536 * random()),
  );
  const stretch = { ticks: Uint32Array.from(copy, (_, i) => 7000 + i), codes: copy };
  t.deepEqual(bestMatch(stretch, [earlier]), { bitErrorRate: 0, codes: 94 });
});

/** The same, straight from what is said of it: every offset at which two codes differ in one bit at most. */
function plainBestMatch(stretch: Fingerprint, earlier: KeptFingerprint): Match | undefined {
  const wrongBits = (a: number, b: number): number => (a ^ b).toString(2).replaceAll('0', '').length;
  const ticks = ticksOf(earlier);
  const codeAt = new Map(ticks.map((tick, i) => [tick, earlier.codes[i]!]));
  const offsets = new Set<number>();
  stretch.codes.forEach((code, place) => {
    ticks.forEach((tick, i) => {
      if (wrongBits(code, earlier.codes[i]!) <= 1) offsets.add(tick - stretch.ticks[place]!);
    });
  });
  let best: Match | undefined;
  for (const offset of offsets) {
    const wrong = [...stretch.ticks].flatMap((tick, place) => {
      const beside = codeAt.get(tick + offset);
      return beside === undefined ? [] : [wrongBits(stretch.codes[place]!, beside)];
    });
    const sum = (of: readonly number[]): number => of.reduce((total, each) => total + each, 0);
    const match = { bitErrorRate: sum(wrong) / (16 * wrong.length), codes: wrong.length };
    const dozens = Array.from({ length: Math.floor(wrong.length / 12) }, (_, i) => 12 * (i + 1));
    if (wrong.length < 4 || dozens.some((codes) => sum(wrong.slice(0, codes)) > codes * 16 * 0.42)) continue;
    if (best === undefined || match.bitErrorRate < best.bitErrorRate) best = match;
  }
  return best;
}

test('codes and pauses of any kind: the best of all alignments is found', (t) => {
  // Few different codes, so that many stand beside each other.
  const codes = fc.array(
    fc.tuple(fc.constantFrom(1, 1, 1, 1, 2, 7, 40), fc.constantFrom(0x1234, 0x1235, 0xf0f0, 0xf1f0, 0x00ff)),
    { minLength: 1, maxLength: 60 },
  );
  const made = (steps: readonly (readonly [number, number])[]): Fingerprint => {
    let tick = 0;
    return {
      ticks: Uint32Array.from(steps, ([step]) => (tick += step)),
      codes: Uint16Array.from(steps, ([, code]) => code),
    };
  };
  fc.assert(
    fc.property(codes, codes, (one, two) => {
      const earlier = unpackFingerprint(packFingerprint([made(two)]));
      const found = bestMatch(made(one), [earlier], 4);
      t.is(found?.bitErrorRate, plainBestMatch(made(one), earlier)?.bitErrorRate);
    }),
  );
});

test('one code over and over, as a tone gives it, takes no longer than the codes that are brought together', (t) => {
  const all = (length: number) => new Uint16Array(length).fill(0x5555);
  const tone = { ticks: Uint32Array.from({ length: 187 }, (_, i) => i), codes: all(187) };
  const tookMs = (codes: number): number => {
    const before = performance.now();
    const earlier = { firstTicks: Uint32Array.of(0), starts: Uint16Array.of(0, codes), codes: all(codes) };
    for (let n = 0; n < 3; n++) t.true(isReplay(bestMatch(tone, [earlier])));
    return performance.now() - before;
  };
  tookMs(1875);
  // Without the limit it takes 8 times as long.
  const [short, long] = [1875, 15_000].map((codes) => Math.min(tookMs(codes), tookMs(codes), tookMs(codes)));
  t.true(long! < 4 * short!, `${short} and ${long} ms`);
});

import test from 'ava';
import fc from 'fast-check';
import { throughG711 } from '../../src/audio/index.js';
import type { Fingerprint } from '../../src/domain/speech.js';
import {
  bestMatch,
  Fingerprinter,
  isReplay,
  packFingerprint,
  unpackFingerprint,
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
const kept = (samples: Float32Array): Fingerprint[] => [
  unpackFingerprint(packFingerprint([fingerprint(samples)])),
];
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
        [...read.ticks],
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

test('one code over and over, as a tone gives it, takes no longer than the alignments that are tried', (t) => {
  const same = (length: number): Fingerprint => ({
    ticks: Uint32Array.from({ length }, (_, i) => 2 * i),
    codes: new Uint16Array(length).fill(0x5555),
  });
  const tookMs = (codes: number): number => {
    const before = performance.now();
    for (let n = 0; n < 3; n++) bestMatch(same(187), [same(codes)]);
    return performance.now() - before;
  };
  tookMs(1875);
  // Without the limit it takes 8 times as long.
  const [short, long] = [1875, 15_000].map((codes) => Math.min(tookMs(codes), tookMs(codes), tookMs(codes)));
  t.true(long! < 4 * short!, `${short} and ${long} ms`);
});

import test from 'ava';
import fc from 'fast-check';
import {
  enrolmentSpan,
  pieceKey,
  reach,
  spanOf,
  testsFrom,
  testSpans,
  wantedPieces,
} from '../../src/evaluation/layout.js';

/** Samples of a window at 16 kHz, 2.995 s. */
const WINDOW = 47_920;

test('speech falls into windows as the service would cut it', (t) => {
  const of = (seconds: number) => {
    const { windows, restSamples } = spanOf(0, seconds, WINDOW);
    return [windows, restSamples / 16_000];
  };
  t.deepEqual(of(3), [1, 0]);
  t.deepEqual(of(5), [1, 2.005]);
  t.deepEqual(of(6), [2, 0]);
  t.deepEqual(of(10), [3, 0]);
  t.deepEqual(of(20), [6, 2.03]);
});

test('tests of a length never share speech, with each other or with the enrolment', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), fc.constantFrom(3, 5, 6, 10, 20), (fullWindows, seconds) => {
      const enrolment = enrolmentSpan(fullWindows, true, WINDOW)!;
      let free = reach(enrolment, WINDOW);
      for (const span of testSpans(free, fullWindows, seconds, WINDOW)) {
        t.true(span.first >= free);
        free = span.first + reach(span, WINDOW);
        t.true(free <= fullWindows);
      }
    }),
  );
});

test('an only session leaves at least half of its windows for tests', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), (fullWindows) => {
      const enrolment = enrolmentSpan(fullWindows, true, WINDOW)!;
      t.true(2 * reach(enrolment, WINDOW) <= fullWindows + (fullWindows % 2));
    }),
  );
  t.is(enrolmentSpan(1, true, WINDOW), undefined);
  t.is(enrolmentSpan(1, false, WINDOW)?.windows, 1);
});

test('where noise moved the windows, tests begin after both enrolments', (t) => {
  const windows = (lengthMs: number) =>
    Array.from({ length: 20 }, (_, i) => ({ startMs: i * lengthMs, endMs: (i + 1) * lengthMs }));
  const slow = { windows: windows(5000), fullWindows: 20 };
  const fast = { windows: windows(3000), fullWindows: 20 };
  t.is(testsFrom(slow, fast, true, WINDOW), 7);
  // Seven windows of 5 s end at 35 s, within the twelfth of 3 s.
  t.is(testsFrom(fast, slow, true, WINDOW), 12);
  t.is(testsFrom(fast, slow, false, WINDOW), 0);
});

test('baselines want each test in one piece of speech and in one of audio, but no window a second time', (t) => {
  const windows = Array.from({ length: 9 }, (_, i) => ({ startMs: i * 4000, endMs: (i + 1) * 4000 }));
  const speech = { windows, fullWindows: 9 };
  const keys = (baseline: boolean) => wantedPieces(speech, speech, false, WINDOW, baseline).map(pieceKey);
  const withPauses = keys(true).filter((key) => key.endsWith('with pauses'));
  // The enrolment of 20 s, nine tests of 3 s, four of 6 s and two of 10 s.
  t.is(withPauses.length, 1 + 9 + 4 + 2);
  t.false(keys(true).includes(`0+${WINDOW}`));
  t.true(keys(true).includes(`0+${2 * WINDOW}`));
  t.false(keys(false).some((key) => key.endsWith('with pauses')));
});

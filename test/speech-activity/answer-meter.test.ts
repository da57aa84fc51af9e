import test from 'ava';
import fc from 'fast-check';
import type { AnsweredBy } from '../../src/domain/speech.js';
import { AnswerMeter } from '../../src/speech-activity/index.js';

const FRAME_MS = 32;

/** Lengths of what is heard, ms, in turns: silence first, then speech, silence, speech ... A negative silence is a tone. */
function heard(...lengthsMs: readonly number[]): AnswerMeter {
  const meter = new AnswerMeter();
  let nowMs = 0;
  for (const [turn, lengthMs] of lengthsMs.entries()) {
    for (const endMs = nowMs + Math.abs(lengthMs); nowMs + FRAME_MS <= endMs; nowMs += FRAME_MS) {
      if (turn % 2 === 1) meter.addSpeech(nowMs, nowMs + FRAME_MS);
      else meter.addOther(nowMs + FRAME_MS, lengthMs < 0);
    }
  }
  return meter;
}

const cases: readonly [what: string, answeredBy: AnsweredBy, lengthsMs: readonly number[]][] = [
  ['nothing', 'NOBODY', [5000]],
  ['a greeting that may go on', 'NOBODY', [500, 700, 500]],
  ['a greeting and a pause', 'PERSON', [500, 700, 900]],
  ['two words with a breath between', 'PERSON', [500, 600, 300, 700, 900]],
  ['a click', 'NOBODY', [500, 100, 2000]],
  ['an announcement', 'MACHINE', [500, 4000]],
  ['sentences with short pauses', 'MACHINE', [500, 2500, 900, 1500, 1200, 1800, 1500]],
  ['an announcement and its beep', 'MACHINE', [500, 6000, -1000, 0, 5000]],
  ['a short announcement and its beep', 'NOBODY', [500, 1500, -1000, 0, 5000]],
  ['a long greeting, and an answer', 'PERSON', [500, 4000, 3000, 700, 900]],
  ['a long greeting, and more at length', 'MACHINE', [500, 4000, 3000, 4000, 3000]],
  ['a ringing tone before a greeting', 'PERSON', [-10_000, 700, 900]],
];

for (const [what, answeredBy, lengthsMs] of cases) {
  test(`${what}: ${answeredBy}`, (t) => {
    t.is(heard(...lengthsMs).answeredBy, answeredBy);
  });
}

test('a pause in which no audio came is a pause', (t) => {
  const meter = new AnswerMeter();
  for (let at = 0; at < 700; at += FRAME_MS) meter.addSpeech(at, at + FRAME_MS);
  meter.addSpeech(3000, 3032);
  t.is(meter.answeredBy, 'PERSON');
});

test('a person stays one, and nobody comes from silence', (t) => {
  const turns = fc.array(fc.integer({ min: -3000, max: 3000 }), { maxLength: 12 });
  fc.assert(
    fc.property(turns, (lengthsMs) => {
      const before = heard(...lengthsMs).answeredBy;
      if (before === 'PERSON') t.is(heard(...lengthsMs, 3000, 3000, 3000, 3000).answeredBy, 'PERSON');
      if (lengthsMs.length < 2) t.is(before, 'NOBODY');
    }),
  );
});

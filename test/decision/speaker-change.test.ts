import test from 'ava';
import { SPEAKER_CHANGE_DEFAULTS, SpeakerChangeDetector } from '../../src/decision/index.js';
import { window } from '../helpers/windows.js';

const detector = () => new SpeakerChangeDetector({ space: 'campplus', ...SPEAKER_CHANGE_DEFAULTS });
const one = (startMs = 0) => window([1, 0.1, 0], { startMs });
const other = (startMs = 0) => window([0, 0.1, 1], { startMs });

test('one voice is one voice', (t) => {
  const watch = detector();
  for (let i = 0; i < 20; i++) t.is(watch.push(one(), []), undefined);
});

test('another voice is noticed with its first whole window, and is what the evidence starts again with', (t) => {
  const watch = detector();
  for (let i = 0; i < 3; i++) t.is(watch.push(one(i * 3000), []), undefined);
  const changed = watch.push(other(9000), []);
  t.deepEqual(
    changed?.map(({ startMs }) => startMs),
    [9000],
  );
  for (let i = 0; i < 5; i++) t.is(watch.push(other(12_000 + i * 3000), []), undefined);
});

test('it needs three windows before it says anything', (t) => {
  const watch = detector();
  t.is(watch.push(one(), []), undefined);
  t.is(watch.push(other(), []), undefined);
});

test('speech that agrees with the voiceprint is no change, whatever came before', (t) => {
  const watch = detector();
  const voiceprint = other().vectors['campplus']!;
  for (let i = 0; i < 4; i++) watch.push(one(), [voiceprint]);
  t.is(watch.push(other(), [voiceprint]), undefined);
});

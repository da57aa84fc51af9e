import { readFileSync } from 'node:fs';
import test from 'ava';
import { MelSpectrogram } from '../../src/audio/index.js';
import { FRONT_END_SIGNALS } from '../helpers/front-end-signals.js';

const reference = JSON.parse(readFileSync('models/reference/ge2e.json', 'utf8')) as {
  signals: { name: string; frames: number; frameIndices: number[]; mel: number[][] }[];
};
const spectrogram = new MelSpectrogram();

for (const { name, frames, frameIndices, mel } of reference.signals) {
  test(`${name}: agrees with librosa`, (t) => {
    const features = spectrogram.compute(FRONT_END_SIGNALS[name]!);
    t.is(features.length, frames * 40);
    let worst = 0;
    frameIndices.forEach((frame, row) => {
      // Single precision: an error of some 1e-7 of the strongest bin of the frame, next to the bin's own rounding.
      const peak = Math.max(...mel[row]!);
      mel[row]!.forEach((value, bin) => {
        const error = Math.abs(features[frame * 40 + bin]! - value);
        worst = Math.max(worst, error / (value + 1e-7 * peak + 1e-12));
      });
    });
    t.true(worst < 1e-3, `differs by ${worst}`);
  });
}

test('the level of the input does not matter, and silence gives zeros', (t) => {
  const signal = FRONT_END_SIGNALS['amplitude-modulated']!;
  const quiet = spectrogram.compute(signal.map((v) => v / 64));
  t.deepEqual(quiet, spectrogram.compute(signal));
  t.true(spectrogram.compute(new Float32Array(800)).every((v) => v === 0));
});

test('only whole frames count', (t) => {
  t.deepEqual(
    [0, 399, 400, 559, 560].map((samples) => spectrogram.frameCount(samples)),
    [0, 0, 1, 1, 2],
  );
});

import test from 'ava';
import fc from 'fast-check';
import { telephoneBand, throughG711 } from '../../src/audio/index.js';
import { TelephoneBand } from '../../src/audio/telephone-band.js';
import { concat, cut, noise, sine } from '../helpers/samples.js';

const gainDb = (hz: number): number => {
  const energy = (samples: Float32Array) => samples.subarray(4000).reduce((sum, v) => sum + v * v, 0);
  const tone = sine(hz, 8000, 8000);
  return 10 * Math.log10(energy(telephoneBand(tone)) / energy(tone));
};

// scipy.signal.butter(2, [250, 3400], 'bandpass', fs=8000), response by sosfreqz.
for (const [hz, expectedDb] of [
  [100, -16.415],
  [200, -5.49],
  [250, -3.01],
  [300, -1.641],
  [400, -0.523],
  [1000, -0.002],
  [2000, -0.002],
  [3200, -1.054],
  [3400, -3.01],
  [3500, -5.034],
  [3600, -8.178],
] as const) {
  test(`${hz} Hz: the gain that scipy's filter has`, (t) => {
    t.true(Math.abs(gainDb(hz) - expectedDb) < 0.02, `${gainDb(hz)} dB`);
  });
}

test('nothing of a constant and of 4000 Hz is left', (t) => {
  for (const signal of [
    new Float32Array(8000).fill(0.5),
    Float32Array.from({ length: 8000 }, (_, n) => 0.5 * (-1) ** n),
  ]) {
    t.true(
      telephoneBand(signal)
        .subarray(4000)
        .every((v) => Math.abs(v) < 1e-6),
    );
  }
});

test('it rings out: after full-scale noise, silence', (t) => {
  const output = telephoneBand(concat([noise(80_000, 2), new Float32Array(8000)]));
  t.true(output.every((v) => Math.abs(v) < 3));
  t.true(output.subarray(-4000).every((v) => Math.abs(v) < 1e-9));
});

test('any cut gives the same samples to the last bit', (t) => {
  const input = noise(3000, 1);
  const whole = telephoneBand(input);
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 700 }), { maxLength: 20 }), (sizes) => {
      const band = new TelephoneBand();
      t.deepEqual(concat(cut(input, sizes).map((piece) => band.push(piece))), whole);
    }),
  );
});

test('G.711 gives the nearest of its levels, and leaves what it gave as it is', (t) => {
  for (const encoding of ['MULAW', 'ALAW'] as const) {
    const input = noise(2000, 2.2);
    const once = throughG711(input, encoding);
    t.deepEqual(throughG711(once, encoding), once);
    const levels = [...new Set(throughG711(noise(100_000, 2.2), encoding))];
    input.forEach((sample, i) => {
      const least = levels.reduce((best, level) => Math.min(best, Math.abs(level - sample)), 9);
      t.true(Math.abs(once[i]! - sample) <= least + 1e-9);
    });
  }
});

import test from 'ava';
import fc from 'fast-check';
import { RealFft } from '../../src/audio/fft.js';

function naivePower(frame: Float32Array, k: number): number {
  let re = 0;
  let im = 0;
  frame.forEach((value, n) => {
    const angle = (-2 * Math.PI * ((k * n) % frame.length)) / frame.length;
    re += value * Math.cos(angle);
    im += value * Math.sin(angle);
  });
  return re * re + im * im;
}

for (const size of [2, 4, 8, 10, 16, 20, 32, 50, 100, 128, 400, 512]) {
  test(`${size} points: agrees with the sum of the definition`, (t) => {
    const fft = new RealFft(size);
    const power = new Float32Array(size / 2 + 1);
    const frames = fc.array(
      fc.integer({ min: -32768, max: 32767 }).map((v) => v / 32768),
      {
        minLength: size,
        maxLength: size,
      },
    );
    const property = fc.property(frames, (values) => {
      const frame = Float32Array.from(values);
      const energy = values.reduce((sum, v) => sum + v * v, 0);
      fft.powerSpectrum(frame, power);
      power.forEach((value, k) => {
        // Single precision: what is left of the sum is an error of some 1e-7 of the whole.
        t.true(Math.abs(value - naivePower(frame, k)) <= 1e-6 * size * energy, `bin ${k}`);
      });
    });
    fc.assert(property, { numRuns: 10 });
  });
}

test('the frame is not changed', (t) => {
  const frame = Float32Array.from({ length: 400 }, (_, n) => n % 7);
  new RealFft(400).powerSpectrum(frame, new Float32Array(201));
  t.deepEqual(
    frame,
    Float32Array.from({ length: 400 }, (_, n) => n % 7),
  );
});

test('a size with another prime factor, or an odd one, is refused', (t) => {
  for (const size of [6, 14, 25, 26, 0.5]) t.throws(() => new RealFft(size), { instanceOf: RangeError });
});

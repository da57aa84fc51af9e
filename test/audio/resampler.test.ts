import { readFileSync } from 'node:fs';
import test from 'ava';
import fc from 'fast-check';
import { Resampler } from '../../src/audio/index.js';
import { concat, cut, noise, sine } from '../helpers/samples.js';

interface Reference {
  readonly samples: number;
  readonly cases: readonly {
    readonly fromHz: number;
    readonly toHz: number;
    readonly signal: 'chirp' | 'noise';
    readonly length: number;
    readonly indices: readonly number[];
    readonly values: readonly number[];
  }[];
}

const reference = JSON.parse(readFileSync('test/audio/reference/resampler.json', 'utf8')) as Reference;
const RATES_HZ = [11_025, 16_000, 22_050, 32_000, 44_100, 48_000, 16_001, 47_999];

function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  return concat([resampler.push(samples), resampler.finish()]);
}

function chirp(rateHz: number, length: number): Float32Array {
  const slope = (rateHz / 2 - 100) / ((2 * length) / rateHz);
  return Float32Array.from({ length }, (_, n) => {
    const t = n / rateHz;
    return 0.5 * Math.sin(2 * Math.PI * (100 * t + slope * t * t));
  });
}

/** Level in dB of what is left of a sine of the amplitude 0.5, away from the ends. */
function levelDb(samples: Float32Array): number {
  const middle = samples.subarray(200, samples.length - 200);
  const power = middle.reduce((sum, v) => sum + v * v, 0) / middle.length;
  return 10 * Math.log10(power / 0.125);
}

for (const { fromHz, toHz, signal, length, indices, values } of reference.cases) {
  test(`${signal}, ${fromHz} to ${toHz} Hz: agrees with scipy`, (t) => {
    const input = signal === 'noise' ? noise(reference.samples, 0.4) : chirp(fromHz, reference.samples);
    const output = resample(input, fromHz, toHz);
    t.is(output.length, length);
    const worst = Math.max(...indices.map((at, k) => Math.abs(output[at]! - values[k]!)));
    t.true(worst < 2e-5, `differs by ${worst}`);
  });
}

for (const fromHz of RATES_HZ) {
  test(`${fromHz} to 8000 Hz: a sine in the pass band comes out as that sine, in time`, (t) => {
    for (const hz of [50, 440, 1000, 2800, 3400, 3700]) {
      const output = resample(sine(hz, fromHz, fromHz), fromHz, 8000);
      const expected = sine(hz, 8000, output.length);
      let worst = 0;
      for (let n = 200; n < output.length - 200; n++)
        worst = Math.max(worst, Math.abs(output[n]! - expected[n]!));
      // 0.01 dB of an amplitude of 0.5 would be 6e-4; phase included.
      t.true(worst < 1e-4, `${hz} Hz differs by ${worst}`);
    }
  });

  test(`${fromHz} to 8000 Hz: what telephone bandwidth cannot hold is 80 dB down`, (t) => {
    for (let hz = 4300; hz < fromHz / 2; hz += 371) {
      t.true(levelDb(resample(sine(hz, fromHz, fromHz), fromHz, 8000)) < -80, `${hz} Hz`);
    }
  });
}

test('8000 to 16000 Hz: the sine and no image of it', (t) => {
  for (const hz of [50, 440, 2800, 3400, 3700]) {
    const output = resample(sine(hz, 8000, 8000), 8000, 16_000);
    const expected = sine(hz, 16_000, output.length);
    const error = output.map((v, n) => v - expected[n]!);
    t.true(levelDb(error) < -80, `${hz} Hz: ${levelDb(error)}`);
  }
});

test('8000 to 16000 Hz: every other sample is the one that came in', (t) => {
  const input = noise(2500, 0.7);
  t.deepEqual(
    resample(input, 8000, 16_000).filter((_, n) => n % 2 === 0),
    input,
  );
});

test('a constant keeps its value at every phase', (t) => {
  for (const fromHz of RATES_HZ) {
    const output = resample(new Float32Array(2000).fill(0.75), fromHz, 8000).subarray(80, -80);
    t.true(
      output.every((v) => Math.abs(v - 0.75) < 1e-7),
      `${fromHz} Hz`,
    );
  }
});

test('any cut gives the same samples to the last bit, and the length is that of the ratio', (t) => {
  const property = fc.property(
    fc.integer({ min: 8000, max: 48_000 }),
    fc.constantFrom(8000, 16_000),
    fc.nat({ max: 5000 }),
    fc.array(fc.nat({ max: 900 }), { maxLength: 30 }),
    (fromHz, toHz, length, sizes) => {
      const input = noise(length, 1);
      const resampler = new Resampler(fromHz, toHz);
      const pieces = cut(input, sizes).map((piece) => resampler.push(piece));
      const pieced = concat([...pieces, resampler.finish()]);
      t.deepEqual(pieced, resample(input, fromHz, toHz));
      t.is(pieced.length, Math.ceil((length * toHz) / fromHz));
    },
  );
  fc.assert(property, { numRuns: 60 });
});

test('after finish another signal begins, with nothing of the last in it', (t) => {
  const resampler = new Resampler(44_100, 8000);
  resampler.push(noise(3000, 1));
  resampler.finish();
  const input = noise(1000, 0.3);
  t.deepEqual(concat([resampler.push(input), resampler.finish()]), resample(input, 44_100, 8000));
});

test('equal rates change nothing', (t) => {
  const input = noise(100, 1);
  t.deepEqual(resample(input, 16_000, 16_000), input);
});

test('a rate out of range is refused', (t) => {
  for (const [fromHz, toHz] of [
    [7999, 8000],
    [8000, 48_001],
    [8000.5, 16_000],
    [Number.NaN, 8000],
  ] as const) {
    t.like(
      t.throws(() => new Resampler(fromHz, toHz)),
      { reason: 'SAMPLE_RATE_OUT_OF_RANGE' },
    );
  }
});

import { spawnSync } from 'node:child_process';
import test from 'ava';
import fc from 'fast-check';
import { RealFft } from '../../../src/audio/fft.js';
import { BandEnergies, FRAMES_AT_ONCE, plainFilters } from '../../../src/audio/index.js';
import { noise } from '../../helpers/samples.js';

interface Options {
  readonly shift: number;
  readonly length: number;
  readonly fftSize: number;
  readonly preemphasis?: number;
}

const hann = (length: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length));

/** Each bin of the spectrum by itself, and all of them together. */
const bandsOf = (fftSize: number): (readonly [number, number])[] => {
  const bins = fftSize / 2 + 1;
  return [...Array.from({ length: bins }, (_, bin) => [bin, bin + 1] as const), [0, bins]];
};

function energiesOf({ shift, length, fftSize, preemphasis }: Options): BandEnergies {
  return new BandEnergies({
    frameShiftSamples: shift,
    window: hann(length),
    fftSize,
    filters: plainFilters(bandsOf(fftSize)),
    ...(preemphasis === undefined ? {} : { preemphasis }),
  });
}

/** The same of one frame without vectors, window and pre-emphasis in double precision; and the energy that was transformed. */
function plain(samples: Float32Array, start: number, { length, fftSize, preemphasis }: Options) {
  let frame = Array.from({ length }, (_, i) => samples[start + i] ?? 0);
  if (preemphasis !== undefined) {
    const mean = frame.reduce((sum, each) => sum + each, 0) / length;
    const centred = frame.map((each) => each - mean);
    frame = centred.map((each, i) => each - preemphasis * centred[Math.max(0, i - 1)]!);
  }
  const padded = new Float32Array(fftSize);
  padded.set(hann(length).map((weight, i) => weight * frame[i]!));
  const power = new Float32Array(fftSize / 2 + 1);
  new RealFft(fftSize).powerSpectrum(padded, power);
  const sums = bandsOf(fftSize).map(([from, to]) =>
    power.subarray(from, to).reduce((sum, each) => sum + each, 0),
  );
  return { sums, energy: padded.reduce((sum, each) => sum + each * each, 0) };
}

const SIZES: readonly Options[] = [
  { shift: 1, length: 2, fftSize: 2 },
  { shift: 3, length: 4, fftSize: 4 },
  { shift: 5, length: 10, fftSize: 10 },
  { shift: 7, length: 15, fftSize: 16 },
  { shift: 64, length: 50, fftSize: 50 },
  { shift: 64, length: 128, fftSize: 128 },
  { shift: 0, length: 256, fftSize: 256 },
  { shift: 160, length: 400, fftSize: 400 },
  { shift: 160, length: 400, fftSize: 512, preemphasis: 0.97 },
];

const SIGNALS: Readonly<Record<string, Float32Array>> = {
  noise: noise(1000, 1),
  silence: new Float32Array(1000),
  'a constant': new Float32Array(1000).fill(0.75),
  'full scale, either sign in turn': Float32Array.from({ length: 1000 }, (_, n) => (-1) ** n),
  'one click': Float32Array.from({ length: 1000 }, (_, n) => (n === 401 ? 1 : 0)),
  'less than a number in single precision holds': new Float32Array(1000).fill(1e-40),
  'shorter than a frame': noise(1, 1),
  'not enough for four frames': noise(700, 1),
};

for (const options of SIZES) {
  const { shift, length, fftSize } = options;
  test(`${length} of ${fftSize} points: what the transform without vectors gives`, (t) => {
    const energies = energiesOf(options);
    const filters = bandsOf(fftSize).length;
    for (const [name, samples] of Object.entries(SIGNALS)) {
      // As in fft.test.ts, and the rounding of a sum; pre-emphasis takes off most of a frame, whose rounding stays.
      let worst = 0;
      for (const first of [0, 1, 4]) {
        const found = energies.of(samples, first);
        t.is(found.length, filters * FRAMES_AT_ONCE);
        for (let lane = 0; lane < FRAMES_AT_ONCE; lane++) {
          const { sums, energy } = plain(samples, (first + lane) * shift, options);
          const rounding = 2e-6 * fftSize * (energy + (options.preemphasis === undefined ? 0 : 1e-6)) + 1e-45;
          sums.forEach((sum, filter) => {
            const error = Math.abs(found[filter * FRAMES_AT_ONCE + lane]! - sum);
            worst = Math.max(worst, error / rounding);
          });
        }
      }
      t.true(worst <= 1, `${name}: ${worst} of what rounding may make`);
    }
  });
}

test('silence is exactly nothing, and so is a constant with its mean removed', (t) => {
  for (const [value, preemphasis] of [
    [0, 0],
    [0, 0.97],
    [0.5, 0.97],
    [-1, 0.97],
  ] as const) {
    const options = { shift: 160, length: 400, fftSize: 512, preemphasis };
    const found = energiesOf(options).of(new Float32Array(1000).fill(value), 0);
    t.true(
      found.every((energy) => energy === 0),
      `${value}`,
    );
  }
});

test('what is no number in one frame stays there, and is gone with the next call', (t) => {
  const options = { shift: 128, length: 128, fftSize: 128 };
  const energies = energiesOf(options);
  const samples = noise(4 * 128, 1);
  const clean = energies.of(samples, 0).slice();
  for (const bad of [NaN, Infinity, -Infinity, 3e38]) {
    const spoilt = samples.slice();
    spoilt[2 * 128 + 64] = bad;
    const found = energies.of(spoilt, 0);
    found.forEach((energy, i) => {
      if (i % FRAMES_AT_ONCE !== 2 && energy !== clean[i]) t.fail(`${bad} is heard in another frame`);
    });
    t.false(found.every((energy, i) => energy === clean[i]));
    t.deepEqual(energies.of(samples, 0), clean);
  }
});

test('a gain that is a power of two changes nothing but the size', (t) => {
  const options = { shift: 160, length: 400, fftSize: 512, preemphasis: 0.97 };
  const energies = energiesOf(options);
  const samples = noise(1000, 0.5);
  const found = energies.of(samples, 0).slice();
  fc.assert(
    fc.property(fc.integer({ min: -20, max: 20 }), (power) => {
      const scaled = energies.of(
        samples.map((sample) => sample * 2 ** power),
        0,
      );
      t.deepEqual(
        scaled,
        found.map((energy) => energy * 4 ** power),
      );
    }),
    { numRuns: 20 },
  );
});

test('a size without a transform is refused', (t) => {
  t.throws(() => energiesOf({ shift: 1, length: 14, fftSize: 14 }), { instanceOf: RangeError });
});

test('without WebAssembly it says so', (t) => {
  const audio = new URL('../../../src/audio/index.js', import.meta.url).href;
  const script = `import(${JSON.stringify(audio)}).then(({ Filterbank }) => new Filterbank()).catch(({ reason, message }) => console.log(reason + ' ' + message))`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--jitless', '-e', script], { encoding: 'utf8' });
  t.regex(stdout, /^WEBASSEMBLY_MISSING .*: WebAssembly is not defined$/m, stderr);
});

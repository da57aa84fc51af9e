import test from 'ava';
import fc from 'fast-check';
import { CONDITIONS, generateNoise } from '../../src/evaluation/conditions/index.js';
import { convolve } from '../../src/evaluation/conditions/convolve.js';
import { rms, telephoneBand } from '../../src/evaluation/conditions/line.js';
import { seededRandom } from '../../src/evaluation/random.js';
import { fixtureSamples } from '../helpers/speech.js';

const speech = fixtureSamples('carlo_it/call-1.wav').subarray(0, 40_000);
const bank = generateNoise();

function through(id: string, seed = 1): Promise<Float32Array> {
  const condition = CONDITIONS.find((each) => each.id === id)!;
  return Promise.resolve(
    condition.apply({
      samples: speech,
      telephone: true,
      speechRms: rms(speech),
      loadBank: () => Promise.resolve(bank),
      random: seededRandom(seed),
    }),
  );
}

for (const { id } of CONDITIONS) {
  test(`${id}: as long as before, within full scale, the same for the same seed`, async (t) => {
    const changed = await through(id);
    t.is(changed.length, speech.length);
    t.true(changed.every((sample) => Math.abs(sample) <= 1));
    t.deepEqual(changed, await through(id));
    t.true(rms(changed) > 0.001);
  });
}

test('G.711 leaves what it gave as it is', async (t) => {
  for (const id of ['mulaw', 'alaw']) {
    const levels = new Set(await through(id));
    t.true(levels.size <= 256 && levels.size > 100);
  }
});

test('noise comes at the ratio that was asked for', async (t) => {
  const clean = await through('mulaw');
  for (const snrDb of [20, 10, 5]) {
    const noisy = await through(`noise-${snrDb}`);
    const ratio = 20 * Math.log10(rms(clean) / rms(noisy.map((sample, i) => sample - clean[i]!)));
    t.true(Math.abs(ratio - snrDb) < 2.5, `${snrDb}: ${ratio}`);
  }
});

test('about three packets in a hundred are lost', async (t) => {
  const clean = await through('mulaw');
  const lossy = await through('packet-loss-3');
  const packets = Math.floor(speech.length / 160);
  const lost = Array.from({ length: packets }, (_, i) => i).filter((i) =>
    clean.subarray(160 * i, 160 * i + 160).some((sample, k) => sample !== lossy[160 * i + k]),
  ).length;
  t.true(lost > packets * 0.005 && lost < packets * 0.07, String(lost));
});

test('the telephone band keeps 1 kHz and takes 100 Hz away', (t) => {
  const tone = (hz: number) =>
    Float32Array.from({ length: 8000 }, (_, i) => Math.sin((2 * Math.PI * hz * i) / 8000));
  const gain = (hz: number) => 20 * Math.log10(rms(telephoneBand(tone(hz)).subarray(2000)) / rms(tone(hz)));
  t.true(Math.abs(gain(1000)) < 0.1);
  t.true(Math.abs(gain(300) + 3) < 0.2 && Math.abs(gain(3400) + 3) < 0.2);
  t.true(gain(100) < -50 && gain(3900) < -50);
});

test('convolution is what its sum says', (t) => {
  const numbers = (length: number) =>
    fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: length });
  fc.assert(
    fc.property(numbers(60), numbers(9), (a, b) => {
      const found = convolve(Float32Array.from(a), Float32Array.from(b));
      a.forEach((_, n) => {
        const sum = b.reduce((total, weight, k) => total + weight * (a[n - k] ?? 0), 0);
        t.true(Math.abs(found[n]! - sum) < 1e-3);
      });
    }),
  );
});

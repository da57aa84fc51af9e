import test from 'ava';
import fc from 'fast-check';
import { CONDITIONS, generateNoise } from '../../src/evaluation/conditions/index.js';
import { convolve } from '../../src/evaluation/conditions/convolve.js';
import { rms } from '../../src/evaluation/conditions/line.js';
import { seededRandom } from '../../src/evaluation/random.js';
import { sine } from '../helpers/samples.js';
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

test('noise of wideband speech is in the band that the speech is in', async (t) => {
  const silence = new Float32Array(8000);
  const heard = async (telephone: boolean) =>
    CONDITIONS.find(({ id }) => id === 'noise-5')!.apply({
      samples: silence,
      telephone,
      speechRms: 0.1,
      loadBank: () => Promise.resolve({ ...bank, noise: [sine(100, 8000, 8000)] }),
      random: seededRandom(1),
    });
  t.true(rms(await heard(true)) > 0.04);
  t.true(rms((await heard(false)).subarray(2000)) < 0.015);
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

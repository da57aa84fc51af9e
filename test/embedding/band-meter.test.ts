import test from 'ava';
import fc from 'fast-check';
import { Filterbank } from '../../src/audio/index.js';
import { BandMeter, NO_BANDS } from '../../src/embedding/band-meter.js';
import { loadModels } from '../../src/embedding/index.js';
import { normal, seededRandom } from '../../src/evaluation/random.js';
import { MODELS_DIR, speechSamples } from '../helpers/speech.js';

const filterbank = new Filterbank();
const { centresHz } = filterbank;
const meter = new BandMeter(centresHz);
const BANDS = centresHz.length;
const DB_PER_NAT = 10 / Math.log(10);
/** Of the histogram, dB. */
const STEP_DB = DB_PER_NAT / 8;

/** Features that are the same in every band. */
function inEveryBand(levels: readonly number[]): Float32Array {
  return Float32Array.from({ length: levels.length * BANDS }, (_, i) => levels[Math.floor(i / BANDS)]!);
}

function measured(samples: Float32Array) {
  return meter.measure(filterbank.compute(samples), filterbank.frameCount(samples.length));
}

test('the filters stand where Kaldi has them', (t) => {
  t.is(BANDS, 80);
  t.true(centresHz.every((centre, i) => i === 0 || centre > centresHz[i - 1]!));
  t.true(centresHz[0]! > 20 && centresHz[0]! < 70 && centresHz.at(-1)! < 8000);
});

test('levels that lie evenly over a range: 45 % of it is between the median and the 95th percentile', (t) => {
  const levels = Array.from({ length: 300 }, (_, i) => ((i * 7) % 300) / 50);
  const { bandContrastDb } = meter.measure(inEveryBand(levels), 300);
  t.true(Math.abs(bandContrastDb! - 0.45 * 6 * DB_PER_NAT) < STEP_DB);
});

test('sound that comes at once and goes slowly has a slow decay; turned round, the opposite', (t) => {
  const tail = Array.from({ length: 300 }, (_, i) => -(i % 20) / 4);
  const falls = meter.measure(inEveryBand(tail), 300).slowDecayDb!;
  const rises = meter.measure(inEveryBand(tail.toReversed()), 300).slowDecayDb!;
  t.true(falls > 5, String(falls));
  t.true(Math.abs(falls + rises) < 3 * STEP_DB);
});

test('quantiles are those of the sorted values, within a step; the mean of a band is nothing', (t) => {
  const level = fc.float({ min: -15, max: 4, noNaN: true });
  const levels = fc.array(level, { minLength: 60, maxLength: 300 });
  fc.assert(
    fc.property(levels, fc.float({ min: 0, max: 10, noNaN: true }), (frames, more) => {
      const { bandContrastDb, slowDecayDb } = meter.measure(inEveryBand(frames), frames.length);
      const changes = frames.slice(5).map((value, i) => value - frames[i]!);
      const quantile = (values: readonly number[], share: number) =>
        values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1]!;
      const contrast = DB_PER_NAT * (quantile(frames, 0.95) - quantile(frames, 0.5));
      t.true(Math.abs(bandContrastDb! - contrast) < 2 * STEP_DB);
      const inReach = changes.map((change) => Math.max(-16, Math.min(16, change)));
      const decay = DB_PER_NAT * (quantile(inReach, 0.95) + quantile(inReach, 0.05));
      t.true(Math.abs(slowDecayDb! - decay) < 2 * STEP_DB);
      const louder = meter.measure(inEveryBand(frames.map((value) => value + more)), frames.length);
      t.true(Math.abs(louder.bandContrastDb! - bandContrastDb!) < 2 * STEP_DB);
    }),
  );
});

test('noise fills up what lies between the peaks of speech, and a room lets it fade', (t) => {
  const speech = speechSamples('carlo_it/call-1.wav').subarray(0, 48_000);
  const random = seededRandom(1);
  const rms = Math.sqrt(speech.reduce((sum, sample) => sum + sample ** 2, 0) / speech.length);
  const noisy = speech.map((sample) => sample + 0.3 * rms * normal(random));
  // A room whose echo falls by 60 dB in half a second, at 16 kHz.
  const echo = Float32Array.from({ length: 4000 }, (_, i) => normal(random) * 10 ** ((-3 * i) / 8000) * 0.05);
  const inRoom = speech.map((sample, at) => {
    let sum = sample;
    for (let i = 1; i <= Math.min(at, echo.length - 1); i++) sum += echo[i]! * speech[at - i]!;
    return sum;
  });
  const [quiet, noise, room] = [speech, noisy, inRoom].map(measured);
  t.true(quiet!.bandContrastDb! > noise!.bandContrastDb! + 3);
  t.true(quiet!.bandContrastDb! > room!.bandContrastDb! + 3);
  t.true(room!.slowDecayDb! > noise!.slowDecayDb! + 1);
});

test('too little, and silence, are no measure of anything', (t) => {
  t.deepEqual(meter.measure(new Float32Array(49 * BANDS), 49), NO_BANDS);
  const { bandContrastDb, slowDecayDb } = measured(new Float32Array(48_000));
  t.true(Math.abs(bandContrastDb!) < STEP_DB && Math.abs(slowDecayDb!) <= STEP_DB);
});

test('the first model says what the bands of its windows are, the second has no such bands', async (t) => {
  const models = await loadModels(MODELS_DIR, 'auto');
  try {
    const [first, second] = models.extractors;
    const window = speechSamples('carlo_it/call-1.wav').subarray(0, first!.windowSamples);
    const { bands } = await first!.embed(window);
    const { bandContrastDb, slowDecayDb } = measured(window);
    t.true(Math.abs(bands.bandContrastDb! - bandContrastDb!) < STEP_DB, 'the mean of each bin is off');
    t.true(Math.abs(bands.slowDecayDb! - slowDecayDb!) < 1e-3);
    t.true(bandContrastDb! > 12 && bandContrastDb! < 40);
    t.deepEqual((await second!.embed(window)).bands, NO_BANDS);
  } finally {
    await models.release();
  }
});

import test from 'ava';
import {
  measureFrame,
  QualityMeter,
  SpeechSpectrum,
  telephoneSamples,
  WindowLevelMeter,
} from '../../src/speech-activity/index.js';

const FRAME = 256;

/** White noise of a level, from a fixed generator. */
function noise(rms: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: FRAME }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * Math.sqrt(12) * rms;
  });
}

test('the measure of a window is its speech over its quietest tenth', (t) => {
  const meter = new WindowLevelMeter();
  for (let i = 0; i < 80; i++) meter.add(measureFrame(noise(0.1, i + 1)), 0.99);
  for (let i = 0; i < 20; i++) meter.add(measureFrame(noise(0.001, i + 1)), 0.1);
  const { snrDb } = meter.take();
  t.true(Math.abs(snrDb! - 40) < 1, String(snrDb));
});

test('a window without pauses stands hardly above itself', (t) => {
  const meter = new WindowLevelMeter();
  for (let i = 0; i < 90; i++) meter.add(measureFrame(noise(0.1, i + 1)), 0.99);
  const { snrDb, levelSpreadDb } = meter.take();
  t.true(snrDb! < 2 && levelSpreadDb! < 2);
});

test('digital silence in the pauses gives a number, a window without speech none', (t) => {
  const meter = new WindowLevelMeter();
  for (let i = 0; i < 50; i++) meter.add(measureFrame(noise(0.1, i + 1)), 0.99);
  for (let i = 0; i < 50; i++) meter.add(measureFrame(new Float32Array(FRAME)), 0);
  t.true(Number.isFinite(meter.take().snrDb));
  t.deepEqual(meter.take(), { snrDb: null, levelSpreadDb: null });
  meter.add(measureFrame(noise(0.1)), 0.2);
  t.deepEqual(meter.take(), { snrDb: null, levelSpreadDb: null });
});

test('the spread of levels lies between their first and third quartile', (t) => {
  const meter = new WindowLevelMeter();
  for (let i = 0; i < 25; i++) meter.add(measureFrame(noise(0.1, i + 1)), 0.99);
  for (let i = 0; i < 25; i++) meter.add(measureFrame(noise(0.01, i + 1)), 0.99);
  for (let i = 0; i < 50; i++) meter.add(measureFrame(noise(0.001, i + 1)), 0.99);
  const { levelSpreadDb } = meter.take();
  t.true(levelSpreadDb! > 20 && levelSpreadDb! < 41, String(levelSpreadDb));
});

test('level is that of the frames of speech', (t) => {
  const meter = new QualityMeter();
  t.deepEqual(meter.quality, { clippedShare: 0, levelDbfs: null });
  for (let i = 0; i < 50; i++) meter.add(measureFrame(noise(0.1, i + 1)), 0.99);
  for (let i = 0; i < 50; i++) meter.add(measureFrame(noise(0.001, i + 1)), 0.1);
  t.true(Math.abs(meter.quality.levelDbfs! + 20) < 0.5);
  meter.clear();
  t.is(meter.quality.levelDbfs, null);
});

test('samples at the rails are counted, the outermost level of mu-law among them', (t) => {
  const frame = noise(0.1);
  frame.fill(32124 / 32768, 0, 64);
  const meter = new QualityMeter();
  meter.add(measureFrame(frame), 0.9);
  t.is(meter.quality.clippedShare, 0.25);
});

test('what is measured is what came over the line, not what was put between', (t) => {
  t.deepEqual(
    telephoneSamples(Float32Array.of(1, 9, 2, 9, 3), new Float32Array(4)),
    Float32Array.of(1, 2, 3),
  );
});

test('the bandwidth is that of the speech', (t) => {
  const spectrum = new SpeechSpectrum(FRAME);
  t.is(spectrum.bandwidthHz, null);
  for (let n = 0; n < 64; n++) {
    spectrum.add(
      Float32Array.from({ length: FRAME }, (_, i) => {
        const seconds = (n * FRAME + i) / 8000;
        return 0.3 * Math.sin(2 * Math.PI * 440 * seconds) + 0.1 * Math.sin(2 * Math.PI * 2060 * seconds);
      }),
    );
  }
  const bandwidthHz = spectrum.bandwidthHz!;
  t.true(bandwidthHz >= 2060 && bandwidthHz <= 2375, String(bandwidthHz));
});

import test from 'ava';
import { measureFrame, QualityMeter, SpeechSpectrum } from '../../src/speech-activity/index.js';

const FRAME = 256;

/** White noise of a level, from a fixed generator. */
function noise(rms: number, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length: FRAME }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state / 2 ** 32 - 0.5) * Math.sqrt(12) * rms;
  });
}

test('speech 20 dB above the background measures 20 dB', (t) => {
  const meter = new QualityMeter();
  for (let i = 0; i < 50; i++) {
    meter.add(measureFrame(noise(0.01, i)), false, 0.01);
    // Speech comes on top of the background.
    meter.add(measureFrame(noise(Math.hypot(0.1, 0.01), 99 + i)), true, 0.99);
  }
  const { snrDb, levelDbfs } = meter.quality(null);
  t.true(Math.abs(snrDb! - 20) < 0.5, String(snrDb));
  t.true(Math.abs(levelDbfs! + 20) < 0.5, String(levelDbfs));
});

test('beeps on the line are not the background', (t) => {
  const meter = new QualityMeter();
  for (let i = 0; i < 30; i++) {
    meter.add(measureFrame(noise(i % 4 === 0 ? 0.5 : 0.001, i + 1)), false, 0.01);
    meter.add(measureFrame(noise(0.1, 99 + i)), true, 0.99);
  }
  t.true(Math.abs(meter.quality(null).snrDb! - 40) < 0.5);
});

test('SNR is unknown until both speech and a background were heard', (t) => {
  const meter = new QualityMeter();
  t.deepEqual(meter.quality(null), { snrDb: null, clippedShare: 0, levelDbfs: null, bandwidthHz: null });
  meter.add(measureFrame(noise(0.1)), true, 0.9);
  t.is(meter.quality(null).snrDb, null);
  for (let i = 0; i < 10; i++) meter.add(measureFrame(new Float32Array(FRAME)), false, 0);
  t.is(meter.quality(null).snrDb, null, 'digital silence is no background');
});

test('samples at the rails are counted, the outermost level of mu-law among them', (t) => {
  const frame = noise(0.1);
  frame.fill(32124 / 32768, 0, 64);
  const meter = new QualityMeter();
  meter.add(measureFrame(frame), true, 0.9);
  t.is(meter.quality(null).clippedShare, 0.25);
});

test('a window forgets its speech and keeps the background', (t) => {
  const meter = new QualityMeter();
  for (let i = 0; i < 10; i++) meter.add(measureFrame(noise(0.01, i)), false, 0.01);
  meter.add(measureFrame(noise(0.5)), true, 0.9);
  meter.clearSpeech();
  t.is(meter.quality(null).levelDbfs, null);
  meter.add(measureFrame(noise(0.1)), true, 0.9);
  t.true(Math.abs(meter.quality(null).snrDb! - 20) < 0.5);
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

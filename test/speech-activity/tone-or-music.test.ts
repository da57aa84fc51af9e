import test from 'ava';
import { makeSounds } from '../../src/evaluation/sounds.js';
import { ToneOrMusicMeter } from '../../src/speech-activity/index.js';
import { fixtureSamples } from '../helpers/speech.js';

const FRAME = 256;

/** The share of the sounding frames that are tones or music. */
function share(samples: Float32Array, meter = new ToneOrMusicMeter(FRAME)): number {
  let sounding = 0;
  let toneOrMusic = 0;
  for (let at = 0; at + FRAME <= samples.length; at += FRAME) {
    const { sounds, toneOrMusicFrames } = meter.add(samples.subarray(at, at + FRAME));
    if (sounds) sounding++;
    toneOrMusic += toneOrMusicFrames;
  }
  return sounding === 0 ? 0 : toneOrMusic / sounding;
}

const shares = makeSounds(12).map(({ name, samples }) => ({ name, share: share(samples) }));
const named = (pattern: RegExp) => shares.filter(({ name }) => pattern.test(name));

test('tones, keys and music are found, loud and faint', (t) => {
  const found = named(/^(tone|dial|busy|ringing|fax|DTMF|music)/);
  t.true(found.length > 20);
  for (const each of found) t.true(each.share > 0.6, JSON.stringify(each));
});

test('noise and silence are none', (t) => {
  const found = named(/^(silence|comfort noise|white noise|noise)/);
  t.true(found.length > 5);
  for (const each of found) t.true(each.share < 0.1, JSON.stringify(each));
});

test('what does not follow on the frame before is not held against it', (t) => {
  const meter = new ToneOrMusicMeter(FRAME);
  const tone = Float32Array.from({ length: FRAME }, (_, i) => 0.3 * Math.sin((2 * Math.PI * 425 * i) / 8000));
  for (let i = 0; i < 100; i++) {
    t.is(meter.add(tone).toneOrMusicFrames, 0);
    meter.interrupt();
  }
});

test('what is too quiet to be heard and what is no whole frame is left out', (t) => {
  const meter = new ToneOrMusicMeter(FRAME);
  t.false(
    meter.add(
      fixtureSamples('carlo_it/call-1.wav')
        .subarray(0, FRAME)
        .map(() => 0.001),
    ).sounds,
  );
  t.false(meter.add(new Float32Array(FRAME / 2).fill(0.5)).sounds);
});

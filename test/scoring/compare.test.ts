import test from 'ava';
import type { SpeechWindow } from '../../src/domain/speech.js';
import { compareBest, pool } from '../../src/scoring/index.js';
import { shippedCalibration } from '../helpers/calibration.js';
import { voiceprintOf } from '../helpers/dossier.js';
import { window } from '../helpers/windows.js';

const calibration = shippedCalibration();
const [both, alone] = calibration.maps;
const VOICE = Float32Array.of(1, 0);
const OTHER = Float32Array.of(0, 1);
const voiceprints = [voiceprintOf({ campplus: VOICE, ge2e: VOICE })];
const withBoth: SpeechWindow = window([1, 0], { vectors: { campplus: VOICE, ge2e: OTHER } });
const withOne: SpeechWindow = window([1, 0], { vectors: { campplus: VOICE } });

test('both spaces count while every window has both', (t) => {
  const found = compareBest(pool([withBoth, withBoth]), voiceprints, calibration);
  t.is(found?.map, both);
  t.deepEqual([found?.score, found?.secondScore], [1, 0]);
});

test('a window without one of the spaces leaves it out, whichever window that is', (t) => {
  for (const windows of [
    [withBoth, withOne],
    [withOne, withBoth],
    [withBoth, withOne, withBoth, withBoth],
  ]) {
    const found = compareBest(pool(windows), voiceprints, calibration);
    t.is(found?.map, alone);
    t.deepEqual([found?.score, found?.secondScore], [1, null]);
  }
});

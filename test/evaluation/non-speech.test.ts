import { join } from 'node:path';
import test from 'ava';
import { loadModels } from '../../src/embedding/index.js';
import { embedAudio } from '../../src/evaluation/embedding/index.js';
import { tryNonSpeech } from '../../src/evaluation/non-speech.js';
import { Calibration, pool } from '../../src/scoring/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { fixtureSamples, MODELS_DIR } from '../helpers/speech.js';

const SPEAKERS = ['allison_en', 'armelle_fr', 'carlo_it', 'ivrvoice_ru', 'june_fr', 'paola_it', 'reader_en'];

test('silence, noise, tones, DTMF and music are never anybody', async (t) => {
  const models = await loadModels(MODELS_DIR, 'auto');
  t.teardown(() => models.release());
  const spaces = models.extractors.map(({ space }) => space);
  const calibration = await Calibration.load(join(MODELS_DIR, 'calibration', 'telephone-first.json'), spaces);
  const voiceprints = [];
  for (const speaker of SPEAKERS) {
    const samples = fixtureSamples(`${speaker}/enrol.wav`).subarray(0, 160_000);
    const [speech] = await embedAudio(models, models.extractors[0]!.windowSamples, [samples], () => []);
    const { vectors } = pool(speech!.windows);
    voiceprints.push({ voiceprintId: speaker, label: '', version: 1, vectors });
  }
  const found = await tryNonSpeech(models, voiceprints, { calibration, policy: DEFAULT_POLICY }, 8);
  t.true(found.tries >= 300);
  t.is(found.accepts, 0, JSON.stringify(found));
  // Something must have been heard for the test to mean anything.
  t.true(found.takenForSpeech.length > 0, JSON.stringify(found));
});

import test from 'ava';
import { Resampler } from '../../src/audio/index.js';
import { loadModels } from '../../src/embedding/index.js';
import { embedAudio } from '../../src/evaluation/embedding/index.js';
import { fixtureSamples, MODELS_DIR } from '../helpers/speech.js';

test('a piece with pauses is the audio from where its speech begins to where that is reached', async (t) => {
  const models = await loadModels(MODELS_DIR, 'auto', ['campplus']);
  t.teardown(() => models.release());
  const [extractor] = models.extractors;
  const { windowSamples } = extractor!;
  const spoken = fixtureSamples('carlo_it/call-1.wav');
  const pause = new Float32Array(16_000);
  const recording = Float32Array.from([...spoken.subarray(0, 20_000), ...pause, ...spoken.subarray(20_000)]);
  const half = { first: 0, samples: 1.5 * windowSamples };
  const [session] = await embedAudio(models, windowSamples, [recording], () => [
    half,
    { ...half, withPauses: true },
  ]);
  const [first, second] = session!.windows;
  t.true(second!.endMs - first!.startMs > first!.netSpeechMs + second!.netSpeechMs + 500, 'there are pauses');

  const resampler = new Resampler(8000, 16_000);
  const audio = [...resampler.push(recording), ...resampler.finish()];
  const endMs = (second!.startMs + second!.endMs) / 2;
  const stretch = Float32Array.from(audio.slice(16 * first!.startMs, Math.round(16 * endMs)));
  const { vector } = await extractor!.embed(stretch);
  const [speech, withPauses] = session!.pieces;
  t.deepEqual(withPauses!.vectors['campplus'], vector);
  t.notDeepEqual(speech!.vectors['campplus'], vector);
});

/* A process that uses a pool, closes it while it still works, and has nothing left to wait for. */
import { createExtractor } from '../../src/embedding/index.js';
import { Collector, fixtureFile, fixturePcm, MODELS_DIR, PCM_8K } from './speech.js';

const extractor = await createExtractor({
  modelsDir: MODELS_DIR,
  precision: 'auto',
  workers: 2,
});
const collectors = Array.from({ length: 4 }, () => new Collector());
const streams = collectors.map((collector) => extractor.open(PCM_8K, collector));
const pushes = streams.map(async (stream) => stream.push(fixturePcm('june_fr/call-1.wav')));
const analysis = extractor.analyseRecording({ bytes: fixtureFile('carlo_it/enrol.wav') }).then(
  () => 'analysed',
  (error: unknown) => (error as { reason: string }).reason,
);
await Promise.all(pushes);
await extractor.close();
process.stdout.write(`closed ${await analysis}`);

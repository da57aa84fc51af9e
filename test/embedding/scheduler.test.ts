import test from 'ava';
import { createExtractor } from '../../src/embedding/index.js';
import { Collector, fixtureFile, fixturePcm, MODELS_DIR, PCM_8K } from '../helpers/speech.js';

/** More than one run of speech activity takes. */
const CALLS = 34;
const CALL = fixturePcm('carlo_it/call-1.wav').subarray(0, 2000 * 16);

test('calls that are undecided come first, then the others, then recordings', async (t) => {
  t.timeout(60_000);
  const extractor = await createExtractor({ modelsDir: MODELS_DIR, precision: 'auto', workers: 0 });
  t.teardown(() => extractor.close());
  const done: string[] = [];
  const recording = extractor
    .analyseRecording({ bytes: fixtureFile('june_fr/call-1.wav') })
    .then(() => done.push('recording'));
  const calls = Array.from({ length: 2 * CALLS }, (_, n) => {
    const urgent = n >= CALLS;
    const stream = extractor.open(PCM_8K, new Collector());
    stream.setUrgency(urgent ? 'URGENT' : 'LIVE');
    void stream.push(CALL.slice());
    return stream.finish().then(() => done.push(urgent ? 'urgent' : 'live'));
  });
  await Promise.all([recording, ...calls]);
  const last = (what: string) => done.lastIndexOf(what);
  t.true(last('urgent') < done.indexOf('live') + CALLS / 2, done.join());
  t.is(last('recording'), done.length - 1);
  t.true(last('urgent') < last('live'));
  t.true(extractor.lagMs > 0, 'so many at once had to wait');
  t.is(extractor.lagMs, 0, 'and nobody since');
});

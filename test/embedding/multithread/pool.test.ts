import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import test from 'ava';
import { createExtractor, type SpeechExtractor } from '../../../src/embedding/index.js';
import { PooledExtractor, type WorkerFailure } from '../../../src/embedding/multithread/pool.js';
import {
  Collector,
  DEADLY_GAP_MS,
  fixtureFile,
  fixturePcm,
  MODELS_DIR,
  PCM_8K,
  pushCut,
  rejection,
  streamAll,
  thrown,
} from '../../helpers/speech.js';

const options = {
  modelsDir: MODELS_DIR,
  precision: 'auto',
  workers: 2,
} as const;

let pool: SpeechExtractor;
let single: SpeechExtractor;
test.before(async () => {
  [pool, single] = await Promise.all([createExtractor(options), createExtractor({ ...options, workers: 0 })]);
});
test.after.always(() => Promise.all([pool.close(), single.close()]));

const speech = fixturePcm('carlo_it/call-1.wav').subarray(0, 112_000);

test('the pool gives the windows of the single thread', async (t) => {
  t.deepEqual(pool.spaces, single.spaces);
  const alone = await streamAll(single, speech);
  const pooled = await streamAll(pool, speech, [333]);
  t.true(alone.windows.length >= 2);
  t.deepEqual(pooled.windows, alone.windows);
  t.deepEqual(pooled.progress.at(-1), alone.progress.at(-1));
});

test('50 calls at once get what each would get alone', async (t) => {
  const calls = [
    'carlo_it/call-1.wav',
    'june_fr/call-1.wav',
    'paola_it/call-1.wav',
    'edge/noise.wav',
    'reader_en/call-1.wav',
  ]
    .map(fixturePcm)
    .map((pcm) => pcm.subarray(0, 80_000));
  const alone = await Promise.all(calls.map((pcm) => streamAll(single, pcm)));
  const together = await Promise.all(
    Array.from({ length: 50 }, (_, i) => streamAll(pool, calls[i % calls.length]!, [160 + 37 * i, 4000])),
  );
  together.forEach(({ windows, failures }, i) => {
    t.deepEqual(windows, alone[i % calls.length]!.windows);
    t.deepEqual(failures, []);
  });
});

test('bytes that a slow sender left behind are worked through without more of them', async (t) => {
  const collector = new Collector();
  const stream = pool.open(PCM_8K, collector);
  await stream.push(speech.slice(0, 7800));
  await sleep(150);
  await stream.push(speech.slice(7800, 8000));
  for (let i = 0; i < 100 && collector.progress.length === 0; i++) await sleep(20);
  t.is(collector.progress[0]?.audioMs, 500);
  stream.close();
});

test('no window from before a discard is delivered once it returned', async (t) => {
  for (const waitMs of [0, 30, 60, 90]) {
    const collector = new Collector();
    const stream = pool.open(PCM_8K, collector);
    const pushing = pushCut(stream, speech, [3200]);
    await sleep(waitMs);
    await pushing;
    stream.discard();
    const before = collector.windows.length;
    await pushCut(stream, speech, [3200]);
    await stream.finish();
    const alone = await streamAll(single, speech);
    t.deepEqual(
      collector.windows.slice(before).map(({ index, vectors }) => ({ index, vectors })),
      alone.windows.map(({ vectors }, i) => ({ index: before + i, vectors })),
    );
    const offsetMs = speech.length / 16;
    t.deepEqual(
      collector.windows.slice(before).map(({ startMs }) => startMs),
      alone.windows.map(({ startMs }) => startMs + offsetMs),
    );
    const delivered = collector.windows.reduce((sum, { netSpeechMs }) => sum + netSpeechMs, 0);
    t.is(Math.floor((collector.progress.at(-1)!.netSpeechMs - delivered) / 1497.5), 0);
  }
});

test('gaps and skips are the same in the pool', async (t) => {
  const run = async (extractor: SpeechExtractor): Promise<Collector> => {
    const collector = new Collector();
    const stream = extractor.open(PCM_8K, collector, { startMs: 100 });
    stream.skip(321);
    await pushCut(stream, speech.subarray(1, 50_001), [999]);
    stream.skip(160);
    stream.skip(160);
    await pushCut(stream, speech.subarray(50_001, 80_001), [999]);
    stream.gap(250);
    await pushCut(stream, speech.subarray(80_000), [999]);
    await stream.finish();
    return collector;
  };
  const [pooled, alone] = await Promise.all([run(pool), run(single)]);
  t.true(alone.windows.length >= 2);
  t.deepEqual(pooled.windows, alone.windows);
});

test('a recording is analysed beside live calls, with the same result', async (t) => {
  const live = streamAll(pool, speech);
  const recording = await pool.analyseRecording({ bytes: fixtureFile('june_fr/call-1.wav') });
  t.deepEqual(recording, await single.analyseRecording({ bytes: fixtureFile('june_fr/call-1.wav') }));
  t.deepEqual((await live).windows, (await streamAll(single, speech)).windows);
});

test('what is wrong with a recording comes through the threads', async (t) => {
  const analysis = pool.analyseRecording({ bytes: fixtureFile('edge/not-audio.wav') });
  t.is(await rejection(analysis), 'RECORDING_UNREADABLE');
});

test('an aborted analysis rejects with the reason of its signal', async (t) => {
  const abort = new AbortController();
  const analysis = pool.analyseRecording({ bytes: fixtureFile('june_fr/call-1.wav') }, abort.signal);
  const reason = new Error('not needed any more');
  abort.abort(reason);
  t.is(await t.throwsAsync(analysis), reason);
});

test('incomplete audio is said so by the pool too', async (t) => {
  const stream = pool.open(PCM_8K, new Collector());
  await stream.push(speech.slice(0, 16_001));
  t.is(await rejection(stream.finish()), 'AUDIO_INCOMPLETE');
});

test('who pushes faster than a worker works is held back', async (t) => {
  const stream = pool.open(PCM_8K, new Collector());
  let held = true;
  const push = Promise.resolve(stream.push(speech.slice())).then(() => (held = false));
  await Promise.resolve();
  t.true(held);
  await push;
  stream.close();
});

test('a worker that dies fails its streams, and is replaced', async (t) => {
  const workerUrl = new URL('../../helpers/dying-worker.js', import.meta.url);
  const failures: WorkerFailure[] = [];
  let replaced = 0;
  const dying = await PooledExtractor.create({
    ...options,
    workers: 1,
    workerUrl,
    onWorkerFailure: (failure) => failures.push(failure),
    onWorkerReplaced: () => replaced++,
  });
  try {
    const collectors = [new Collector(), new Collector()];
    const streams = collectors.map((collector) => dying.open(PCM_8K, collector));
    const finishing = streams[0]!.finish();
    const analysis = dying.analyseRecording({ bytes: fixtureFile('carlo_it/enrol.wav') });
    dying.open(PCM_8K, new Collector()).gap(DEADLY_GAP_MS);
    const second = dying.open(PCM_8K, new Collector());
    t.is(await rejection(analysis), 'WORKER_FAILED');
    await Promise.allSettled([finishing]);
    t.deepEqual(
      collectors[1]!.failures.map(({ reason }) => reason),
      ['WORKER_FAILED'],
    );
    t.is(await rejection(Promise.resolve(second.push(Uint8Array.of(1)))), 'WORKER_FAILED');
    t.is(await thrown(() => dying.open(PCM_8K, new Collector())), 'WORKER_FAILED');
    await sleep(600);
    t.deepEqual((await streamAll(dying, speech)).windows, (await streamAll(single, speech)).windows);
    t.is(replaced, 1);
    t.like(failures, [{ living: 0, replacedInMs: 250 }]);
    t.true(failures[0]?.error instanceof Error);
  } finally {
    await dying.close();
  }
});

test('after closing nothing is opened, and what was open delivers nothing', async (t) => {
  const closing = await createExtractor({ ...options, workers: 1 });
  const collector = new Collector();
  const stream = closing.open(PCM_8K, collector);
  const finish = Promise.resolve(stream.push(speech.slice())).then(() => stream.finish());
  const analysis = closing.analyseRecording({ bytes: fixtureFile('carlo_it/enrol.wav') });
  const refused = rejection(analysis);
  await Promise.all([closing.close(), closing.close(), finish]);
  t.is(await refused, 'SHUTTING_DOWN');
  t.deepEqual(collector.failures, []);
  t.is(await thrown(() => closing.open(PCM_8K, collector)), 'SHUTTING_DOWN');
});

test('a wrong model folder is refused at the start', async (t) => {
  t.is(
    await rejection(createExtractor({ ...options, modelsDir: fileURLToPath(import.meta.url) })),
    'MODEL_INVALID',
  );
});

test('a process that closes its pool, even at work, ends by itself and without a crash', async (t) => {
  const script = fileURLToPath(new URL('../../helpers/extractor-process.js', import.meta.url));
  for (let i = 0; i < 3; i++) {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { timeout: 30_000 });
    t.is(stdout, 'closed SHUTTING_DOWN');
    t.is(stderr, '');
  }
});

import test from 'ava';
import fc from 'fast-check';
import type { AudioFormat } from '../../src/domain/audio.js';
import { createExtractor, type SpeechExtractor } from '../../src/embedding/index.js';
import {
  Collector,
  dot,
  fixtureFile,
  fixturePcm,
  MODELS_DIR,
  PCM_8K,
  pushCut,
  rejection,
  streamAll,
  thrown,
} from '../helpers/speech.js';

let extractor: SpeechExtractor;
test.before(async () => {
  extractor = await createExtractor({
    modelsDir: MODELS_DIR,
    precision: 'auto',
    workers: 0,
  });
});
test.after.always(() => extractor.close());

/** 10.06 s: three windows, and a rest. */
const speech = fixturePcm('carlo_it/call-1.wav').subarray(0, 161_000);

test('a call gives windows of about 3 s of its speech, in order', async (t) => {
  const { windows, progress, failures } = await streamAll(extractor, speech);
  t.deepEqual(failures, []);
  t.deepEqual(
    windows.map(({ index }) => index),
    windows.map((_, i) => i),
  );
  t.true(windows.length >= 3);
  let before = 0;
  for (const { netSpeechMs, startMs, endMs, vectors } of windows) {
    t.true(netSpeechMs === 2995 || (netSpeechMs >= 1497.5 && windows.length > 3), String(netSpeechMs));
    t.true(startMs >= before && endMs - startMs >= netSpeechMs);
    t.is(vectors['campplus']!.length, 192);
    before = endMs;
  }
  const last = progress.at(-1)!;
  t.is(last.audioMs, speech.length / 16);
  t.true(last.netSpeechMs >= 2995 * 3 && last.netSpeechMs <= last.audioMs);
  t.true(last.quality.snrDb! > 20 && last.quality.levelDbfs! < -10 && last.quality.bandwidthHz! > 3000);
});

test('windows of one person are nearer to each other than to those of another', async (t) => {
  const [carlo, again, paola] = await Promise.all(
    ['carlo_it/call-1.wav', 'carlo_it/call-2.wav', 'paola_it/call-1.wav'].map(
      async (path) => (await streamAll(extractor, fixturePcm(path))).windows[1]!.vectors['campplus']!,
    ),
  );
  t.true(dot(carlo!, again!) > 0.6);
  t.true(dot(carlo!, paola!) < 0.5);
});

for (const path of ['silence', 'noise', 'tone']) {
  test(`there is no net speech in ${path}`, async (t) => {
    const { windows, progress } = await streamAll(extractor, fixturePcm(`edge/${path}.wav`));
    t.is(windows.length, 0);
    t.is(progress.at(-1)!.netSpeechMs, 0);
    t.is(progress.at(-1)!.audioMs, 10_000);
  });
}

test('clipping shows in the quality', async (t) => {
  const { windows } = await streamAll(extractor, fixturePcm('edge/clipped.wav'));
  t.true(windows[0]!.quality.clippedShare > 0.15);
});

test('windows are the same to the last bit however the bytes are cut', async (t) => {
  const bytes = speech.subarray(0, 120_001);
  const formats: [AudioFormat, Uint8Array][] = [
    [PCM_8K, bytes],
    // Resampled, and cut between the channels too.
    [{ encoding: 'PCM_S16LE', sampleRateHz: 16_000, channels: 2, callerChannel: 1 }, stereo(bytes)],
  ];
  for (const [format, whole] of formats) {
    const usable = whole.subarray(0, whole.length - (whole.length % 4));
    const { windows, progress } = await streamAll(extractor, usable, [usable.length], format);
    t.true(windows.length >= 2);
    const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 700 }), fc.nat({ max: 50_000 })), {
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(cuts, async (lengths) => {
        // One long piece at least, or a run of single bytes would take for ever.
        const each = [...lengths.map((length) => length + 1), 4000];
        const cut = await streamAll(extractor, usable, each, format);
        t.deepEqual(cut.windows, windows);
        t.deepEqual(cut.progress.at(-1), progress.at(-1));
      }),
      { numRuns: 6 },
    );
  }
});

/** PCM at 8 kHz as the right channel at 16 kHz, each sample twice; the left channel is silent. */
function stereo(pcm: Uint8Array): Uint8Array {
  const samples = pcm.length >> 1;
  const out = new Uint8Array(samples * 8);
  for (let i = 0; i < samples; i++) {
    for (const at of [i * 8 + 2, i * 8 + 6]) out.set(pcm.subarray(2 * i, 2 * i + 2), at);
  }
  return out;
}

test('a recording gives the windows that a stream of its bytes gives', async (t) => {
  const { windows, progress } = await streamAll(extractor, fixturePcm('june_fr/call-1.wav'));
  const recording = await extractor.analyseRecording({ bytes: fixtureFile('june_fr/call-1.wav') });
  t.deepEqual(recording.windows, windows);
  t.deepEqual(recording.progress, progress.at(-1));
  t.is(recording.container, 'WAV');
  t.is(recording.sourceRateHz, 8000);
});

test('an aborted analysis rejects with the reason of its signal', async (t) => {
  const abort = new AbortController();
  const analysis = extractor.analyseRecording({ bytes: fixtureFile('june_fr/call-1.wav') }, abort.signal);
  const reason = new Error('not needed any more');
  abort.abort(reason);
  t.is(await t.throwsAsync(analysis), reason);
});

test('nothing from before a discard is embedded, and the clock goes on', async (t) => {
  const collector = new Collector();
  const stream = extractor.open(PCM_8K, collector);
  const other = fixturePcm('paola_it/call-1.wav').subarray(0, 80_001);
  await pushCut(stream, other.subarray(0, 40_001), [777]);
  stream.discard();
  const kept = collector.windows.length;
  // The second half of the sample that was cut comes first.
  await pushCut(stream, Uint8Array.of(0xff, ...speech), [777]);
  await stream.finish();
  const alone = await streamAll(extractor, speech);
  const offsetMs = 40_002 / 16;
  t.deepEqual(
    collector.windows.slice(kept),
    alone.windows.map((window, i) => ({
      ...window,
      index: kept + i,
      startMs: window.startMs + offsetMs,
      endMs: window.endMs + offsetMs,
      fingerprint: {
        ...window.fingerprint!,
        ticks: window.fingerprint!.ticks.map((tick) => tick + Math.floor(offsetMs / 16)),
      },
      // The line's background is remembered.
      quality: collector.windows[kept + i]!.quality,
    })),
  );
});

test('a discard counts the windows that it throws away nowhere', async (t) => {
  const collector = new Collector();
  const stream = extractor.open(PCM_8K, collector);
  void stream.push(speech.slice());
  stream.discard();
  await stream.finish();
  t.deepEqual(collector.windows, []);
  t.is(collector.progress.at(-1)!.netSpeechMs, 0);
});

test('a gap and a skip of the same length move the clock alike and end what was being said', async (t) => {
  const half = 80_000;
  const streams = await Promise.all(
    ['gap', 'skip'].map(async (kind) => {
      const collector = new Collector();
      const stream = extractor.open(PCM_8K, collector, { startMs: 500 });
      await pushCut(stream, speech.subarray(0, half), [320]);
      if (kind === 'gap') stream.gap(1000);
      else stream.skip(16_000);
      await pushCut(stream, speech.subarray(half), [320]);
      await stream.finish();
      return collector;
    }),
  );
  t.deepEqual(streams[0]!.windows, streams[1]!.windows);
  const { windows } = await streamAll(extractor, speech);
  t.is(streams[0]!.windows[0]!.startMs, windows[0]!.startMs + 500);
  t.deepEqual(streams[0]!.windows[0]!.vectors, windows[0]!.vectors);
  const spanning = streams[0]!.windows.find(({ startMs, endMs }) => startMs < 5500 && endMs > 6500)!;
  t.true(spanning.endMs - spanning.startMs >= 3995);
  t.is(streams[0]!.progress.at(-1)!.audioMs, speech.length / 16);
});

test('bytes that were skipped within a sample take the rest of it with them', async (t) => {
  const collector = new Collector();
  const stream = extractor.open(PCM_8K, collector);
  stream.skip(3);
  stream.skip(6);
  await stream.push(Uint8Array.of(99));
  await stream.push(speech.slice());
  await stream.finish();
  const alone = await streamAll(extractor, speech);
  t.deepEqual(
    collector.windows.map(({ vectors }) => vectors),
    alone.windows.map(({ vectors }) => vectors),
  );
  t.is(collector.windows[0]!.startMs, alone.windows[0]!.startMs + 10 / 16);
});

test('audio that ends within a sample is worked through, and then said to be incomplete', async (t) => {
  const collector = new Collector();
  const stream = extractor.open(PCM_8K, collector);
  await stream.push(speech.slice(0, 100_001));
  t.is(await rejection(stream.finish()), 'AUDIO_INCOMPLETE');
  t.true(collector.windows.length >= 1);
  t.deepEqual(collector.failures, []);
});

test('a stream holds back who pushes faster than it can work', async (t) => {
  const stream = extractor.open(PCM_8K, new Collector());
  let held = true;
  const push = Promise.resolve(stream.push(speech.slice())).then(() => (held = false));
  await Promise.resolve();
  t.true(held);
  await push;
  stream.close();
});

test('a closed stream delivers nothing more and holds nobody back', async (t) => {
  const collector = new Collector();
  const stream = extractor.open(PCM_8K, collector);
  const pending = [Promise.resolve(stream.push(speech.slice())), stream.finish()];
  stream.close();
  stream.close();
  await Promise.all(pending);
  await streamAll(extractor, speech.subarray(0, 16_000));
  t.deepEqual([collector.windows, collector.progress, collector.failures], [[], [], []]);
  await stream.push(Uint8Array.of(1));
  await stream.finish();
});

test('a format that is none is refused when the stream is opened', async (t) => {
  const reason = await thrown(() => extractor.open({ ...PCM_8K, sampleRateHz: 7999 }, new Collector()));
  t.is(reason, 'SAMPLE_RATE_OUT_OF_RANGE');
});

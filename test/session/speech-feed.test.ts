import test from 'ava';
import type { SpeechProgress, SpeechWindow } from '../../src/domain/speech.js';
import { createExtractor, type SpeechExtractor } from '../../src/embedding/index.js';
import { VouchError } from '../../src/errors.js';
import { SpeechFeed } from '../../src/session/speech-feed.js';
import { fixturePcm, MODELS_DIR, PCM_8K } from '../helpers/speech.js';

test('when a worker is lost the next one goes on: clock, spaces and net speech', async (t) => {
  const extractor = await createExtractor({ modelsDir: MODELS_DIR, precision: 'auto', workers: 0 });
  t.teardown(() => extractor.close());
  /** Lose the stream as a worker that dies does. */
  const losses: (() => void)[] = [];
  const losing: SpeechExtractor = {
    spaces: extractor.spaces,
    lagMs: 0,
    analyseRecording: extractor.analyseRecording.bind(extractor),
    close: () => extractor.close(),
    open: (format, listener, options) => {
      const stream = extractor.open(format, listener, options);
      losses.push(() => {
        stream.close();
        listener.onFailure(new VouchError('WORKER_FAILED'), []);
      });
      return stream;
    },
  };
  const windows: SpeechWindow[] = [];
  const progress: SpeechProgress[] = [];
  const lost: [number, number][] = [];
  const feed = new SpeechFeed(losing, PCM_8K, {
    onWindow: (window) => windows.push(window),
    onProgress: (each) => progress.push(each),
    onLost: (sinceMs, untilMs) => lost.push([sinceMs, untilMs]),
  });
  const speech = fixturePcm('carlo_it/call-1.wav');
  const half = 8000 * 16;
  feed.compute(['campplus']);
  const say = async (from: number, to: number) => {
    for (let at = from; at < to; at += 3200) {
      const piece = speech.slice(at, Math.min(at + 3200, to));
      feed.count(piece);
      await feed.read(piece);
    }
  };
  await say(0, half);
  const before = progress.at(-1)!.netSpeechMs;
  t.true(before > 4000);
  const first = windows.length;
  losses[0]!();
  await say(half, speech.length);
  await feed.finish();
  t.is(losses.length, 2);
  t.true(progress.at(-1)!.netSpeechMs > before + 4000);
  t.true(windows.length > first);
  t.deepEqual(lost, [[windows[first - 1]!.endMs, 8000]]);
  t.true(windows.slice(first).every(({ startMs }) => startMs >= 7900));
  t.true(windows.every(({ vectors }) => Object.keys(vectors).join() === 'campplus'));
});

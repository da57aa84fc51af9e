import test from 'ava';
import fc from 'fast-check';
import { NetSpeech, WindowMemory } from '../../src/speech-activity/index.js';

test('a window knows where its speech began and ended', (t) => {
  const speech = new NetSpeech(800);
  t.deepEqual(speech.push(new Float32Array(600).fill(0.1), 1000), []);
  t.is(speech.waitingMs, 37.5);
  const [window] = speech.push(new Float32Array(400).fill(0.2), 5000);
  t.is(window!.samples.length, 800);
  t.is(window!.startMs, 1000);
  t.is(window!.endMs, 5012.5);
  t.is(speech.waitingMs, 12.5);
});

test('a rest of half a window is kept at the end, a shorter one dropped', (t) => {
  const half = new NetSpeech(800);
  half.push(new Float32Array(400), 0);
  t.is(half.finish()?.samples.length, 400);
  const less = new NetSpeech(800);
  less.push(new Float32Array(399), 0);
  t.is(less.finish(), undefined);
  t.is(less.waitingMs, 0);
});

test('nothing from before a discard is in a window', (t) => {
  const speech = new NetSpeech(4);
  speech.push(Float32Array.of(1, 1, 1), 0);
  speech.discard();
  const [window] = speech.push(Float32Array.of(2, 3, 4, 5), 500);
  t.deepEqual(window!.samples, Float32Array.of(2, 3, 4, 5));
  t.is(window!.startMs, 500);
});

test('every sample is in one window, in order', (t) => {
  fc.assert(
    fc.property(
      fc.array(fc.nat({ max: 50 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 40 }),
      (cuts, size) => {
        const speech = new NetSpeech(size);
        const out: number[] = [];
        let next = 0;
        for (const cut of cuts) {
          const piece = Float32Array.from({ length: cut }, () => next++);
          for (const window of speech.push(piece, 0)) {
            t.is(window.samples.length, size);
            out.push(...window.samples);
          }
        }
        t.deepEqual(
          out,
          Array.from({ length: next - (next % size) }, (_, i) => i),
        );
        t.is(speech.waitingMs, (next % size) / 16);
      },
    ),
  );
});

test('what is thrown away is wiped before its memory is used again', (t) => {
  const memory = new WindowMemory(4);
  const one = new NetSpeech(4, memory);
  const [window] = one.push(Float32Array.from([1, 2, 3, 4, 5]), 0);
  memory.giveBack(window!.samples);
  one.discard();
  t.deepEqual(memory.take(), new Float32Array(4));
  const again = memory.take();
  t.is(again.buffer, window!.samples.buffer);
  t.deepEqual(again, new Float32Array(4));
});

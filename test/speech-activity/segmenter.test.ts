import test from 'ava';
import fc from 'fast-check';
import { DEFAULT_SEGMENTER_OPTIONS, SpeechSegmenter } from '../../src/speech-activity/index.js';

const { openAt, stayAt, hangOverFrames, minimumSpeechFrames, paddingFrames } = DEFAULT_SEGMENTER_OPTIONS;

/** Labels of a whole stream as a string, `#` for speech. */
function labels(probabilities: readonly number[]): string {
  const segmenter = new SpeechSegmenter();
  const all = probabilities.flatMap((probability) => segmenter.push(probability));
  return [...all, ...segmenter.finish()].map((speech) => (speech ? '#' : '.')).join('');
}

/** The same, said as a whole: what the state machine must come to, frame by frame. */
function wholeLabels(probabilities: readonly number[]): string {
  const speech = probabilities.map(() => false);
  let start = -1;
  let last = -1;
  const close = (): void => {
    if (start >= 0 && last - start + 1 >= minimumSpeechFrames)
      speech.fill(true, Math.max(0, start - paddingFrames), last + 1 + paddingFrames);
    start = -1;
  };
  probabilities.forEach((probability, frame) => {
    if (start < 0 ? probability >= openAt : probability >= stayAt) {
      if (start < 0) start = frame;
      last = frame;
    } else if (start >= 0 && frame - last >= hangOverFrames) close();
  });
  close();
  return speech.map((each) => (each ? '#' : '.')).join('');
}

test('speech is taken with 64 ms on either side', (t) => {
  t.is(labels([0, 0, 0, 0, 0.9, 0.9, 0.9, 0.9, 0, 0, 0, 0, 0]), '..########...');
});

test('a stretch below 96 ms is not speech', (t) => {
  t.is(labels([0, 0, 0, 0.9, 0.9, 0, 0, 0, 0, 0]), '..........');
});

test('a stretch opens at the upper threshold and stays open down to the lower one', (t) => {
  t.is(labels([0.4, 0.4, 0.4, 0.4, 0.4]), '.....');
  t.is(labels([0, 0, 0, 0.6, 0.4, 0.4, 0.4, 0, 0, 0, 0]), '.########..');
});

test('a dip shorter than the hang-over does not end a stretch', (t) => {
  t.is(labels([0, 0, 0.9, 0, 0, 0.9, 0, 0, 0, 0]), '########..');
  t.is(labels([0, 0, 0.9, 0, 0, 0, 0.9, 0, 0, 0]), '..........');
});

test('padding never reaches beyond the stream', (t) => {
  t.is(labels([0.9, 0.9, 0.9]), '###');
});

test('frame by frame it comes to the same labels as all at once, none later than it says', (t) => {
  const frame = fc.oneof(fc.constantFrom(0, 0.35, 0.4, 0.5, 0.9), fc.double({ min: 0, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 60 }), (probabilities) => {
      t.is(labels(probabilities), wholeLabels(probabilities));
      const segmenter = new SpeechSegmenter();
      let waiting = 0;
      for (const probability of probabilities) {
        waiting += 1 - segmenter.push(probability).length;
        t.true(waiting >= 0 && waiting <= segmenter.maximumDelayFrames);
      }
      t.is(segmenter.finish().length, waiting);
    }),
  );
});

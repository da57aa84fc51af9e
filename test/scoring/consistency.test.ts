import test from 'ava';
import fc from 'fast-check';
import { consistency } from '../../src/scoring/index.js';
import { window } from '../helpers/windows.js';

const [ONE, OTHER] = [
  [1, 0.2, 0],
  [0.2, 1, 0],
];
const COSINE = (2 * 0.2) / (1 + 0.2 ** 2);

/** Windows of two voices, one letter each. */
const voices = (letters: string) => Array.from(letters, (letter) => window(letter === 'a' ? ONE : OTHER));

test('one voice agrees with itself, however long; a single window says nothing', (t) => {
  t.is(consistency([]), 1);
  t.is(consistency(voices('b')), 1);
  for (const count of [2, 7, 100, 301]) t.true(consistency(voices('a'.repeat(count))) > 1 - 1e-6, `${count}`);
});

for (const mixed of ['ab', 'aab', 'aaaaaab', 'baaaaaaaaaaa', 'aaabbb', 'aabbaaa', 'aaabbbbbbbba']) {
  test(`another voice is found, whatever its share: ${mixed}`, (t) => {
    t.true(Math.abs(consistency(voices(mixed)) - COSINE) < 1e-6, String(consistency(voices(mixed))));
  });
}

test('in a long recording, another voice is found where it is long enough', (t) => {
  const whole = 'a'.repeat(200) + 'b'.repeat(40) + 'a'.repeat(100);
  t.true(consistency(voices(whole)) < COSINE + 0.02);
});

test('one odd moment is no other voice', (t) => {
  t.true(consistency(voices('aaaabaaaa')) > 0.8);
  const short = window(OTHER, { netSpeechMs: 1600 });
  t.is(consistency([...voices('a'), short]), 1);
});

test('the spaces that all windows have count, by their mean', (t) => {
  const both = (campplus: number[], ge2e: number[]) =>
    window([], { vectors: { campplus: Float32Array.from(campplus), ge2e: Float32Array.from(ge2e) } });
  t.true(Math.abs(consistency([both([1, 0], [1, 0]), both([1, 0], [0, 1])]) - 0.5) < 1e-6);
  t.is(consistency([both([1, 0], [1, 0]), window([1, 0])]), 1, 'ge2e is left out');
});

test('it is a cosine, and the same backwards', (t) => {
  const vectors = fc.array(
    fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
    {
      maxLength: 12,
    },
  );
  fc.assert(
    fc.property(vectors, (all) => {
      const windows = all.map((vector) => window([...vector, 0.1]));
      const agreement = consistency(windows);
      t.true(agreement >= -1 && agreement <= 1);
      t.true(Math.abs(agreement - consistency(windows.toReversed())) < 1e-3);
    }),
  );
});

import test from 'ava';
import fc from 'fast-check';
import { Doubling } from '../../../src/audio/simd/doubling.js';

/** Read the same from both ends. */
const WEIGHTS = Float64Array.from([0.01, -0.07, 0.56, 0.56, -0.07, 0.01]);
const MOST = 40;

/** Neighbours that share a weight are added up first, the outermost pair first. */
function plain(input: Float64Array, start: number, count: number): Float32Array {
  const taps = WEIGHTS.length;
  const output = new Float32Array(2 * count);
  for (let n = 0; n < count; n++) {
    let sum = 0;
    for (let tap = 0; tap < taps / 2; tap++) {
      sum += WEIGHTS[tap]! * (input[start + n + tap]! + input[start + n + taps - 1 - tap]!);
    }
    output[2 * n] = input[start + n + taps / 2 - 1]!;
    output[2 * n + 1] = sum;
  }
  return output;
}

test('any number of samples from anywhere: the weighted sums, to the last bit, and nothing else is written', (t) => {
  const doubling = new Doubling(WEIGHTS, MOST);
  const value = fc.oneof(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.constantFrom(-1, 0, 1, 1e-310, 1e-40),
  );
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 80, maxLength: 80 }),
      fc.nat({ max: 30 }),
      fc.nat({ max: MOST }),
      (values, start, count) => {
        const input = Float64Array.from(values);
        const output = new Float32Array(2 * count + 10).fill(7);
        doubling.double(input, start, count, output, 5);
        t.deepEqual(output.subarray(5, 5 + 2 * count), plain(input, start, count));
        t.true([...output.subarray(0, 5), ...output.subarray(5 + 2 * count)].every((each) => each === 7));
      },
    ),
    { numRuns: 200 },
  );
});

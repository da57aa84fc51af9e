import test from 'ava';
import fc from 'fast-check';
import { decodeVector, encodeVector } from '../../src/crypto/index.js';

test('a vector comes back to the last bit', (t) => {
  fc.assert(
    fc.property(fc.float32Array({ maxLength: 64 }), (vector) => {
      t.deepEqual(decodeVector(encodeVector(vector), vector.length), vector);
    }),
    { numRuns: 200 },
  );
});

test('numbers are written little-endian', (t) => {
  t.is(encodeVector(Float32Array.of(1, -2)).toString('hex'), '0000803f000000c0');
});

test('another number of dimensions is refused', (t) => {
  t.throws(() => decodeVector(Buffer.alloc(12), 4), { message: /belong/ });
});

import test from 'ava';
import fc from 'fast-check';
import { VouchError } from '../../src/errors.js';
import { canonicalJson, type JsonValue } from '../../src/crypto/index.js';

test('the order of members makes no difference, and nothing is lost', (t) => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const shuffled = Object.fromEntries(Object.entries(value).reverse());
      t.is(canonicalJson(shuffled as JsonValue), canonicalJson(value as JsonValue));
      t.deepEqual(JSON.parse(canonicalJson(value as JsonValue)), JSON.parse(JSON.stringify(value)));
    }),
    { numRuns: 200 },
  );
});

test('the example of RFC 8785 comes out as printed there', (t) => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27],
    literals: [null, true, false],
  };
  t.is(
    canonicalJson(value),
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}',
  );
});

test('members without a value are left out, numbers that JSON cannot say are refused', (t) => {
  t.is(canonicalJson({ b: 1, a: undefined }), '{"b":1}');
  t.throws(() => canonicalJson({ a: Number.NaN }), { instanceOf: VouchError });
});

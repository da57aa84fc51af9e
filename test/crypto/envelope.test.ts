import { createSecretKey, randomBytes } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { encodeFields } from '../../src/crypto/canonical.js';
import { open, seal } from '../../src/crypto/envelope.js';
import { VouchError } from '../../src/errors.js';

const newKey = () => createSecretKey(randomBytes(32));
const refused = { instanceOf: VouchError, message: 'Encrypted data does not belong where it stands.' };

test('what was sealed opens with the same key and context', (t) => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 1000 }),
      fc.dictionary(fc.string(), fc.string()),
      (plaintext, context) => {
        const key = newKey();
        t.deepEqual(open(key, seal(key, plaintext, context), context), Buffer.from(plaintext));
      },
    ),
    { numRuns: 100 },
  );
});

test('a ciphertext with any one bit changed is refused', (t) => {
  const key = newKey();
  const sealed = seal(key, Buffer.from('a voiceprint'), { speaker: 'a' });
  for (let bit = 0; bit < sealed.length * 8; bit++) {
    const changed = Buffer.from(sealed);
    changed[bit >> 3]! ^= 1 << (bit & 7);
    t.throws(() => open(key, changed, { speaker: 'a' }), refused, `bit ${bit}`);
  }
});

test('a ciphertext cut short anywhere is refused', (t) => {
  const key = newKey();
  const sealed = seal(key, Buffer.from('a voiceprint'), {});
  for (let length = 0; length < sealed.length; length++) {
    t.throws(() => open(key, sealed.subarray(0, length), {}), refused);
  }
});

test('another context or another key does not open it', (t) => {
  const key = newKey();
  const sealed = seal(key, Buffer.from('x'), { tenant: 'a', speaker: '1' });
  t.throws(() => open(key, sealed, { tenant: 'b', speaker: '1' }), refused);
  t.throws(() => open(key, sealed, { tenant: 'a' }), refused);
  t.throws(() => open(newKey(), sealed, { tenant: 'a', speaker: '1' }), refused);
});

test('sealing the same twice gives different nonces and ciphertexts', (t) => {
  const key = newKey();
  const [a, b] = [seal(key, Buffer.alloc(64), {}), seal(key, Buffer.alloc(64), {})];
  t.notDeepEqual(a.subarray(1, 13), b.subarray(1, 13));
  t.notDeepEqual(a.subarray(13), b.subarray(13));
});

test('different fields never encode to the same bytes', (t) => {
  const fields = fc.dictionary(fc.string({ maxLength: 3 }), fc.string({ maxLength: 3 }), { maxKeys: 3 });
  fc.assert(
    fc.property(fields, fields, (a, b) => {
      const same = JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());
      t.is(encodeFields(a).equals(encodeFields(b)), same);
    }),
    { numRuns: 500 },
  );
});

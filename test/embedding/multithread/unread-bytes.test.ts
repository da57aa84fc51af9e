import test from 'ava';
import fc from 'fast-check';
import { UnreadBytes } from '../../../src/embedding/multithread/unread-bytes.js';

test('what was not taken is what is left of all that was posted, whatever the pieces', (t) => {
  const posts = fc.array(fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 4 }), { maxLength: 6 });
  const property = fc.property(posts, fc.nat(200), fc.nat(200), (all, a, b) => {
    const whole = Buffer.concat(all.flat());
    const [first, second] = [Math.min(a, b, whole.length), Math.min(Math.max(a, b), whole.length)];
    const unread = new UnreadBytes();
    let at = 0;
    for (const pieces of all) {
      unread.add(pieces, at);
      for (const piece of pieces) at += piece.length;
    }
    unread.drop(first);
    t.deepEqual(Buffer.concat(unread.take(second)), whole.subarray(second));
    unread.clear();
    t.deepEqual(unread.take(0), []);
  });
  fc.assert(property);
});

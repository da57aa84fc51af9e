import test from 'ava';
import type { Grant } from '../../src/consent/index.js';

/** Whether the compiler takes one type for another. */
type Passes<From, To> = From extends To ? true : false;

test('what only looks like a grant is none, to the compiler', (t) => {
  // This file does not compile where one passes.
  const passes: Passes<{ [Key in keyof Grant]: Grant[Key] }, Grant> = false;
  t.false(passes);
});

import test from 'ava';
import { flood } from '../helpers/flood.js';

test('a minute of a flood leaves no more behind than seconds of it', async (t) => {
  t.timeout(600_000);
  await flood(t, 60_000);
});

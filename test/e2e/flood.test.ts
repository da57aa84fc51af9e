import test from 'ava';
import { flood } from '../helpers/flood.js';

test('a flood, a client that never reads, one that stalls and recordings: calls beside them notice little, memory returns', async (t) => {
  t.timeout(150_000);
  await flood(t, 2000);
});

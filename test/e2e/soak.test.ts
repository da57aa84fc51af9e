import test from 'ava';
import { soak } from '../helpers/soak.js';

test('calls come and go for half a minute, and nothing is left of them', async (t) => {
  t.timeout(115_000);
  await soak(t, 0.5);
});

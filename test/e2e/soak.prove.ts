import test from 'ava';
import { soak } from '../helpers/soak.js';

/** How long, minutes; `make soak` says an hour unless it is told otherwise. */
const MINUTES = Number(process.env['SOAK_MINUTES'] ?? 10);

test('calls come and go for long, and nothing is left of them', async (t) => {
  t.timeout((MINUTES + 3) * 60_000);
  await soak(t, MINUTES);
});

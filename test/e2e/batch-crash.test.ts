import test from 'ava';
import { crashBatch } from '../helpers/batch-crash.js';

test('a job whose process is killed in the middle ends with one result a row and one voiceprint a speaker', async (t) => {
  t.timeout(300_000);
  const { killedAt, back } = await crashBatch(t, { rows: 24, kills: 1, withinMs: 240_000 });
  t.is(killedAt.length, 1);
  t.is(back.length, 1);
});

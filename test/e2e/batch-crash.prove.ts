import test from 'ava';
import { crashBatch } from '../helpers/batch-crash.js';

const ROWS = Number(process.env['VOUCH_PROVE_ROWS'] ?? 1000);
/** What the resident memory of a process that works may grow by after its first rows, MiB. */
const GROWTH_MIB = 64;

test('a batch of 1,000 recordings, its process killed three times: one result a row, memory flat', async (t) => {
  t.timeout(7_200_000);
  const report = await crashBatch(t, { rows: ROWS, kills: 3, withinMs: 7_000_000 });
  const round = (values: readonly number[]) => values.map((value) => Math.round(value)).join(', ');
  t.log(
    `${ROWS} rows in ${Math.round(report.seconds)} s; killed at ${report.killedAt.join(', ')} rows;`,
    `next result after ${round(report.back)} s; begun more than once: ${report.begunAgain} rows;`,
    `resident MiB after the first rows ${round(report.memory.map((each) => each.warmMib))},`,
    `at most ${round(report.memory.map((each) => each.mostMib))}`,
  );
  t.is(report.killedAt.length, 3);
  for (const { warmMib, mostMib } of report.memory) t.true(mostMib - warmMib < GROWTH_MIB);
});

import test from 'ava';
import { Fuzz } from '../helpers/fuzz/fuzz.js';
import { parseOne, PARSERS, SLOW_PARSERS } from '../helpers/fuzz/parsers.js';
import { fuzzService } from '../helpers/fuzz/service.js';

/** All of them together; `make fuzz` says 100,000 unless it is told otherwise. */
const INPUTS = Number(process.env['FUZZ_INPUTS'] ?? 10_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 2 ** 31);
/** Of the inputs, requests. */
const REQUESTS = 0.4;

const each = Math.ceil((INPUTS * (1 - REQUESTS)) / Object.keys(PARSERS).length);
const eachSlow = Math.ceil(each / 50);

for (const [name, parser] of Object.entries({ ...PARSERS, ...SLOW_PARSERS })) {
  test.serial(`${name} give a value or an error of ours`, async (t) => {
    const count = name in SLOW_PARSERS ? eachSlow : each;
    const fuzz = new Fuzz(SEED);
    t.log(`${count} inputs, seed ${SEED}`);
    for (let n = 0; n < count; n++) {
      try {
        await parseOne(parser, fuzz);
      } catch (error) {
        t.fail(`input ${n}: ${String(error)}`);
        return;
      }
    }
    t.pass();
  });
}

test.serial('requests, whatever their bytes, are answered and leave nothing', async (t) => {
  t.timeout(3_600_000);
  await fuzzService(t, Math.ceil(INPUTS * REQUESTS), SEED);
});

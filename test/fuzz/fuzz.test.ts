import test from 'ava';
import { Fuzz } from '../helpers/fuzz/fuzz.js';
import { parseOne, PARSERS, SLOW_PARSERS } from '../helpers/fuzz/parsers.js';
import { fuzzService } from '../helpers/fuzz/service.js';

/* A little of `make fuzz`, the same each time. */
const SEED = 20_261_122;

for (const [name, parser] of Object.entries(PARSERS)) {
  test(`${name}: 300 inputs give a value or an error of ours`, async (t) => {
    const fuzz = new Fuzz(SEED);
    for (let n = 0; n < 300; n++) await t.notThrowsAsync(parseOne(parser, fuzz));
  });
}

for (const [name, parser] of Object.entries(SLOW_PARSERS)) {
  test(`${name}: 10 inputs give a value or an error of ours`, async (t) => {
    const fuzz = new Fuzz(SEED);
    for (let n = 0; n < 10; n++) await t.notThrowsAsync(parseOne(parser, fuzz));
  });
}

test('requests: 800 of every RPC, whatever their bytes, are answered and leave nothing', async (t) => {
  await fuzzService(t, 800, SEED);
});

import test from 'ava';
import fc from 'fast-check';
import { RulesRun } from '../helpers/rules-run.js';
import { sequences } from '../helpers/rules-steps.js';
import { rulesWorld } from '../helpers/rules-world.js';

test('in 500 other sequences, new ones each time, the service and a model of the rules agree', async (t) => {
  t.timeout(3_600_000);
  const world = await rulesWorld(t);
  const property = fc.asyncProperty(sequences, (steps) => RulesRun.of(world, steps));
  await t.notThrowsAsync(fc.assert(property, { numRuns: 500, includeErrorInReport: true }));
});

import test from 'ava';
import fc from 'fast-check';
import { RulesRun } from '../helpers/rules-run.js';
import { SELDOM, sequences } from '../helpers/rules-steps.js';
import { rulesWorld } from '../helpers/rules-world.js';

test('whatever people, agents and time do, the service and a model of the rules agree', async (t) => {
  t.timeout(300_000);
  const world = await rulesWorld(t);
  const property = fc.asyncProperty(sequences, (steps) => RulesRun.of(world, steps));
  await t.notThrowsAsync(
    fc.assert(property, {
      numRuns: 25,
      examples: SELDOM,
      seed: 25,
      endOnFailure: true,
      includeErrorInReport: true,
    }),
  );
  // Each of them came about.
  t.deepEqual([...world.seen].sort(), [
    'COMPARED',
    'CONSENT_MISSING',
    'IDEMPOTENCY_KEYS',
    'NOT_ENOUGH_SPEECH',
    'SPEAKER',
    'SPEAKER_EXPIRED',
    'SPEAKER_NOT_ENROLLED',
    'SPEAKER_OPTED_OUT',
    'VOICEPRINTS',
  ]);
});

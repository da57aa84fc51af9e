import test from 'ava';
import { Ground } from '../helpers/ground.js';
import { removeOldKeys, rotateUnderCalls } from '../helpers/live-rotation.js';

/** The same with more: `VOUCH_PROVE_KEYS`, `VOUCH_PROVE_CALLS`. */
const KEYS = Number(process.env['VOUCH_PROVE_KEYS'] ?? 10_000);
const CALLS = Number(process.env['VOUCH_PROVE_CALLS'] ?? 60);

test(`${KEYS} keys are rotated under live calls: none fails, and the old keys are not needed afterwards`, async (t) => {
  t.timeout(1_200_000);
  const ground = await Ground.make();
  t.teardown(() => ground.close());
  const service = await ground.serve();
  t.teardown(() => service.stop());
  const tenant = await service.tenant();
  const figures = await rotateUnderCalls(ground, tenant, { keys: KEYS, lines: 4, calls: CALLS });
  const seconds = figures.rotationsMs.map((ms) => (ms / 1000).toFixed(1));
  t.log(
    `${figures.calls} calls, ${figures.failures.length} failed; ${seconds.length} rotations of ${KEYS + 1} keys,`,
    `${seconds.join(', ')} s each`,
  );
  t.deepEqual(figures.failures, []);
  const { epochs, outcomes } = await removeOldKeys(ground, tenant);
  t.deepEqual(epochs, [figures.rotationsMs.length + 1]);
  t.deepEqual(outcomes, ['ACCEPT', 'ACCEPT']);
});

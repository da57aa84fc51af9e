import test from 'ava';
import { Ground } from '../helpers/ground.js';
import { removeOldKeys, rotateUnderCalls } from '../helpers/live-rotation.js';

test('keys are rotated under live calls: none fails, and the old keys are not needed afterwards', async (t) => {
  t.timeout(120_000);
  const ground = await Ground.make();
  t.teardown(() => ground.close());
  const service = await ground.serve();
  t.teardown(() => service.stop());
  const tenant = await service.tenant();
  const figures = await rotateUnderCalls(ground, tenant, { keys: 300, lines: 2, calls: 3 });
  t.deepEqual(figures.failures, []);
  t.true(figures.calls >= 3);
  const { epochs, outcomes } = await removeOldKeys(ground, tenant);
  t.deepEqual(epochs, [figures.rotationsMs.length + 1]);
  t.deepEqual(outcomes, ['ACCEPT', 'ACCEPT']);
});

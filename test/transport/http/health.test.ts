import test from 'ava';
import fastify from 'fastify';
import { addHealth } from '../../../src/transport/http/health.js';

test('however many ask whether it is ready, it is looked once a second', async (t) => {
  let looked = 0;
  const app = fastify();
  t.teardown(() => app.close());
  addHealth(app, { started: () => true, ready: () => Promise.resolve(++looked === 1) });
  const ask = async () => (await app.inject('/health/ready')).statusCode;
  const answers = await Promise.all(Array.from({ length: 50 }, ask));
  t.deepEqual(
    [...answers, await ask()],
    Array.from({ length: 51 }, () => 200),
  );
  t.is(looked, 1);
  await new Promise((later) => setTimeout(later, 1050));
  t.is(await ask(), 503);
  t.is(looked, 2);
});

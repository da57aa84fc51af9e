import test from 'ava';
import { VouchError } from '../../src/errors.js';
import { loggedFailure } from '../../src/observability/index.js';

test('a failure is logged with its reason, metadata and the stacks of its causes, and no word of others', (t) => {
  const cause = Object.assign(new TypeError('of kim@example.org'), { code: '23505' });
  const error = new VouchError('INTERNAL', { cause, metadata: { sqlState: '23505' } });
  const logged = loggedFailure(error);
  t.is(logged.reason, 'INTERNAL');
  t.deepEqual(logged.metadata, { sqlState: '23505' });
  t.is(logged.stacks.length, 2);
  t.regex(logged.stacks[1] ?? '', /^TypeError 23505\n {4}at .*failure\.test/);
  t.notRegex(JSON.stringify(logged), /kim@/);
});

test('what is no error is logged as unforeseen', (t) => {
  t.deepEqual(loggedFailure('of kim'), { reason: 'INTERNAL', metadata: {}, message: undefined, stacks: [] });
});

import test from 'ava';
import { errorFromMessage, errorToMessage } from '../../../src/embedding/multithread/messages.js';
import { loggedFailure } from '../../../src/observability/index.js';

test('where a worker failed is in the log, and no word of the message', (t) => {
  const error = Object.assign(new TypeError('of kim@example.org'), { code: 'ENOSPC' });
  const there = errorFromMessage(structuredClone(errorToMessage(error)));
  const { reason, stacks } = loggedFailure(there);
  t.is(reason, 'INTERNAL');
  t.regex(stacks[1] ?? '', /^TypeError ENOSPC\n {4}at .*messages\.test/);
  t.notRegex(JSON.stringify(stacks) + (there.cause as Error).message, /kim@/);
});

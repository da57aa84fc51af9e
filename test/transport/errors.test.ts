import test from 'ava';
import { VouchError } from '../../src/errors.js';
import { tell } from '../../src/transport/errors.js';

/** What a client and the log are told of an error. */
function told(error: Error) {
  const ids: string[] = [];
  const { reason, message, metadata } = tell(error, (errorId) => ids.push(errorId));
  return { reason, message, metadata, ids };
}

test('of what is our own fault clients get an id, and nothing else', (t) => {
  const { metadata, ids } = told(new VouchError('INTERNAL', { metadata: { sqlState: '23505' }, field: 'x' }));
  t.is(ids.length, 1);
  t.deepEqual(metadata, { errorId: ids[0] });
});

test('what nobody foresaw says nothing of the inside', (t) => {
  const { reason, message, metadata, ids } = told(new TypeError('x of Kim is undefined'));
  t.is(reason, 'INTERNAL');
  t.notRegex(message, /Kim/);
  t.deepEqual(metadata, { errorId: ids[0] });
});

test('of what they can mend they get field and limits, and the log hears nothing', (t) => {
  const { metadata, ids } = told(
    new VouchError('CHUNK_TOO_LARGE', { field: 'data', metadata: { limitBytes: '1' } }),
  );
  t.deepEqual(metadata, { limitBytes: '1', field: 'data' });
  t.deepEqual(ids, []);
});

import test from 'ava';
import { VouchError } from '../../src/errors.js';
import { BadCredentials } from '../../src/transport/index.js';

const UNKNOWN = new VouchError('UNAUTHENTICATED');

function limited(mostNetworks = 100) {
  const state = { nowMs: 0, told: [] as string[] };
  const bad = new BadCredentials({
    perMinute: 3,
    mostNetworks,
    told: (_transport, reason) => state.told.push(reason),
    nowMs: () => state.nowMs,
  });
  const reason = (peer: string | undefined, error: unknown = UNKNOWN) =>
    (bad.answer({ transport: 'grpc', peer }, error) as VouchError).reason;
  return { bad, state, reason };
}

test('beyond the limit the answer is to come later, until the minute is over', (t) => {
  const { bad, state, reason } = limited();
  for (let i = 0; i < 3; i++) t.is(reason('10.0.0.1'), 'UNAUTHENTICATED');
  state.nowMs = 20_000;
  const error = bad.answer({ transport: 'http', peer: '::ffff:10.0.0.1' }, UNKNOWN) as VouchError;
  t.like(error, { reason: 'TOO_MANY_BAD_CREDENTIALS', kind: 'RESOURCE_EXHAUSTED', retryAfterMs: 40_000 });
  t.is(reason('10.0.0.2'), 'UNAUTHENTICATED', 'others are not concerned');
  t.is(state.told.length, 5);
  state.nowMs = 60_000;
  t.is(reason('10.0.0.1'), 'UNAUTHENTICATED');
});

test('a network of IPv6 counts as one address', (t) => {
  const { reason } = limited();
  for (const peer of ['2001:db8:0:1::1', '2001:db8::1:0:0:0:2', '2001:0db8:0000:0001:a:b:c:d'])
    t.is(reason(peer), 'UNAUTHENTICATED');
  t.is(reason('2001:db8:0:1:ffff::'), 'TOO_MANY_BAD_CREDENTIALS');
  t.is(reason('2001:db8:0:2::1'), 'UNAUTHENTICATED');
});

test('what is no fault of the credentials is told as it is, and not counted', (t) => {
  const { state, reason } = limited();
  const down = new VouchError('DATABASE_UNAVAILABLE');
  for (let i = 0; i < 10; i++) t.is(reason('10.0.0.1', down), 'DATABASE_UNAVAILABLE');
  t.deepEqual(state.told, []);
});

test('no more networks are remembered than may be', (t) => {
  const { reason } = limited(2);
  for (let i = 0; i < 4; i++) reason('10.0.0.1');
  t.is(reason('10.0.0.1'), 'TOO_MANY_BAD_CREDENTIALS');
  reason('10.0.0.2');
  reason('10.0.0.3');
  t.is(reason('10.0.0.1'), 'UNAUTHENTICATED', 'it was forgotten');
});

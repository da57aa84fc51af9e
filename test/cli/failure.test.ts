import test from 'ava';
import { ClientError, Status } from 'nice-grpc';
import { ErrorInfo, RetryInfo, RichClientError } from 'nice-grpc-error-details';
import { describeFailure, formatFailure } from '../../src/cli/failure.js';
import { VouchError } from '../../src/errors.js';

const PATH = '/vouch.v1.VerificationService/GetCall';

test('an error of the service is told by its reason, field and retry hint', (t) => {
  const error = new RichClientError(
    PATH,
    Status.RESOURCE_EXHAUSTED,
    'The process serves as many calls as it may.',
    [
      ErrorInfo.fromPartial({
        reason: 'TOO_MANY_CALLS',
        domain: 'vouch.v1',
        metadata: { field: 'start', limit: '400' },
      }),
      RetryInfo.fromPartial({ retryDelay: { seconds: 1, nanos: 500_000_000 } }),
    ],
  );
  t.deepEqual(describeFailure(error), {
    status: 'RESOURCE_EXHAUSTED',
    reason: 'TOO_MANY_CALLS',
    message: 'The process serves as many calls as it may.',
    field: 'start',
    metadata: { limit: '400' },
    retryAfterMs: 1500,
  });
  t.is(
    formatFailure(describeFailure(error)),
    [
      'error: The process serves as many calls as it may.',
      '  reason: TOO_MANY_CALLS (RESOURCE_EXHAUSTED)',
      '  field:  start',
      '  limit: 400',
      '  try again in 1.5 s',
    ].join('\n'),
  );
});

test('a service that cannot be reached is told in one sentence', (t) => {
  const { status, message } = describeFailure(
    new ClientError(PATH, Status.UNAVAILABLE, 'No connection established. ...'),
  );
  t.is(status, 'UNAVAILABLE');
  t.regex(message, /cannot be reached/);
});

test('an error of this process is told alike', (t) => {
  const failure = describeFailure(new VouchError('CONFIGURATION_INVALID', { field: 'VOUCH_WORKERS' }));
  t.is(failure.reason, 'CONFIGURATION_INVALID');
  t.is(failure.field, 'VOUCH_WORKERS');
});

test('what nobody foresaw is told without its stack', (t) => {
  const told = formatFailure(describeFailure(new TypeError('x is not a function')));
  t.is(told, 'error: x is not a function');
});

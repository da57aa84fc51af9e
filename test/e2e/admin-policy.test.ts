import test from 'ava';
import { Status } from 'nice-grpc';
import type { Role } from '../../src/domain/principal.js';
import { serviceOfFile } from '../helpers/ground.js';
import { isRefused } from '../helpers/refusal.js';
import { failure } from '../helpers/test-stream.js';

const service = serviceOfFile();

test('a policy is read, changed as a whole, and its versions tell who and why', async (t) => {
  const tenant = await service().tenant();
  const { version } = await tenant.admin.getPolicy({});
  t.like(version, { reference: { id: 'default', version: 1 }, createdBy: 'test' });
  const policy = { ...version!.policy!, shadow: true, targetFalseMatchRate: 0.05 };
  const put = { policy, reason: 'trial run', idempotencyKey: 'k' };
  const { reference } = await tenant.admin.putPolicy(put);
  t.like(reference, { id: 'default', version: 2 });
  t.deepEqual((await tenant.admin.putPolicy(put)).reference, reference);
  const auditor = tenant.as('AUDITOR').admin;
  const { versions, nextPageToken } = await auditor.listPolicies({});
  t.deepEqual(
    versions.map((each) => [each.reference?.version, each.policy?.shadow, each.reason]),
    [
      [2, true, 'trial run'],
      [1, false, 'the first'],
    ],
  );
  t.is(nextPageToken, '');
  t.deepEqual((await auditor.getPolicy({ version: 2 })).version, versions[0]);
});

test('a live call keeps the version that it began with, the next one gets the new', async (t) => {
  const tenant = await service().tenant();
  const first = tenant.open([]);
  await first.event('decision');
  const { version } = await tenant.admin.getPolicy({});
  await tenant.admin.putPolicy({
    policy: { ...version!.policy!, shadow: true },
    idempotencyKey: 'k',
  });
  await first.end();
  t.like(first.decision, { shadow: false, policy: { version: 1 } });
  const second = tenant.open([]);
  await second.event('decision');
  await second.end();
  t.like(second.decision, { shadow: true, policy: { version: 2 } });
});

test('only administrators change policies, and only those who answer for them read them', async (t) => {
  const tenant = await service().tenant();
  const { version } = await tenant.admin.getPolicy({});
  const policy = version!.policy!;
  const refusal = { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED } as const;
  for (const role of ['TELEPHONY', 'AGENT', 'SUPERVISOR', 'PRIVACY_OFFICER', 'AUDITOR'] satisfies Role[]) {
    const put = tenant.as(role).admin.putPolicy({ policy, idempotencyKey: role });
    isRefused(t, await failure(put), refusal);
  }
  for (const role of ['TELEPHONY', 'AGENT', 'SUPERVISOR'] satisfies Role[]) {
    isRefused(t, await failure(tenant.as(role).admin.getPolicy({})), refusal);
    isRefused(t, await failure(tenant.as(role).admin.listPolicies({})), refusal);
  }
});

test('a policy that is out of range, incomplete or unknown is refused with its field', async (t) => {
  const tenant = await service().tenant();
  const { version } = await tenant.admin.getPolicy({});
  const policy = version!.policy!;
  const code = Status.INVALID_ARGUMENT;
  const put = (changes: object) =>
    failure(tenant.admin.putPolicy({ policy: { ...policy, ...changes }, idempotencyKey: 'k' }));
  const field = 'policy.target_false_match_rate';
  isRefused(t, await put({ targetFalseMatchRate: 0.5 }), { reason: 'FIELD_INVALID', code, field });
  isRefused(t, await put({ enrolment: undefined }), {
    reason: 'FIELD_REQUIRED',
    code,
    field: 'policy.enrolment',
  });
  isRefused(t, await put({ nextActions: {} }), {
    reason: 'FIELD_REQUIRED',
    code,
    field: 'policy.next_actions.accept',
  });
  isRefused(t, await failure(tenant.admin.getPolicy({ version: 9 })), {
    reason: 'POLICY_NOT_FOUND',
    code: Status.NOT_FOUND,
  });
});

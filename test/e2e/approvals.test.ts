import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Status } from 'nice-grpc';
import {
  NotificationType,
  ReviewReason,
  ReviewResolution,
  VoiceprintStatus,
} from '../../src/gen/vouch/v1/enrolment.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { serviceOfFile } from '../helpers/ground.js';
import { isRefused } from '../helpers/refusal.js';
import { failure } from '../helpers/test-stream.js';

const service = serviceOfFile();

test('a voiceprint that needs an approval gets it from somebody else, and is told', async (t) => {
  const enrolment = { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0, approval: 'REQUIRED' as const };
  const tenant = await service().tenant({ enrolment });
  const { voiceprintId } = await tenant.enrol('allison_en');
  const request = { voiceprintId, idempotencyKey: 'k' };
  const own = await failure(tenant.enrolment.approveVoiceprint(request));
  isRefused(t, own, { reason: 'OWN_ENROLMENT', code: Status.PERMISSION_DENIED });
  const agent = service().clients(tenant.tenantId, 'AGENT', undefined, 'agent').enrolment;
  const refusal = { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED } as const;
  isRefused(t, await failure(agent.approveVoiceprint(request)), refusal);
  isRefused(t, await failure(agent.listNotifications({})), refusal);
  const supervisor = service().clients(tenant.tenantId, 'SUPERVISOR', undefined, 'supervisor').enrolment;
  const { voiceprint } = await supervisor.approveVoiceprint(request);
  t.is(voiceprint?.status, VoiceprintStatus.ACTIVE);
  const { notifications } = await tenant.enrolment.listNotifications({});
  t.deepEqual(
    notifications.map(({ type, speakerId, status }) => [type, speakerId, status]),
    [
      [NotificationType.VOICEPRINT_CREATED, 'allison_en', VoiceprintStatus.PENDING],
      [NotificationType.VOICEPRINT_APPROVED, 'allison_en', VoiceprintStatus.ACTIVE],
    ],
  );
});

test('an auditor looks, and changes nothing', async (t) => {
  const tenant = await service().tenant();
  const { voiceprintId } = await tenant.enrol('allison_en');
  const { enrolment } = tenant.as('AUDITOR');
  const asked = { speakerId: 'allison_en', callId: 'call', idempotencyKey: 'k' };
  const changes = [
    enrolment.enrolFromCall(asked),
    enrolment.adaptFromCall(asked),
    enrolment.setTrustPhrase({ ...asked, phrase: 'blue heron' }),
    enrolment.deleteVoiceprint({ voiceprintId, idempotencyKey: 'k' }),
  ];
  for (const change of changes)
    isRefused(t, await failure(change), { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED });
  const { voiceprints } = await enrolment.listVoiceprints({ speakerId: 'allison_en' });
  t.is(voiceprints.length, 1);
});

test('one voice under two ids of an account is set aside, another voice is not', async (t) => {
  const tenant = await service().tenant();
  const { enrolment } = tenant;
  for (const speakerId of ['allison_en', 'twin', 'carlo_it']) {
    await tenant.grant(speakerId);
    await enrolment.setSpeakerAccount({ speakerId, accountId: 'household', idempotencyKey: randomUUID() });
  }
  const recordedAt = new Date();
  const first = await tenant.enrolFrom('allison_en/enrol.wav', { speakerId: 'allison_en', recordedAt });
  const other = await tenant.enrolFrom('carlo_it/enrol.wav', { speakerId: 'carlo_it', recordedAt });
  const twin = await tenant.enrolFrom('allison_en/enrol.wav', { speakerId: 'twin', recordedAt });
  t.deepEqual(
    [first.status, other.status, twin.status],
    [VoiceprintStatus.ACTIVE, VoiceprintStatus.ACTIVE, VoiceprintStatus.QUARANTINED],
  );
  const { reviews } = await enrolment.listReviews({});
  t.is(reviews.length, 1);
  t.like(reviews[0], {
    speakerId: 'twin',
    otherSpeakerId: 'allison_en',
    reason: ReviewReason.SOUNDS_LIKE_ANOTHER,
  });
  const supervisor = service().clients(tenant.tenantId, 'SUPERVISOR', undefined, 'supervisor').enrolment;
  const { reviewId } = reviews[0]!;
  const resolution = ReviewResolution.REJECT;
  await supervisor.resolveReview({ reviewId, resolution, idempotencyKey: 'k' });
  t.deepEqual((await enrolment.listVoiceprints({ speakerId: 'twin' })).voiceprints, []);
});

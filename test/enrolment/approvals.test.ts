import { randomUUID } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import type { Principal } from '../../src/domain/principal.js';
import { Approvals, Notifications } from '../../src/enrolment/index.js';
import { actorRef } from '../../src/storage/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { asOwner } from '../helpers/database.js';
import { reasonOf } from '../helpers/tenant.js';
import { enrolmentRequest, voiceprintGround } from '../helpers/voiceprints.js';

const DAY = 86_400_000;
const POLICY = { ...DEFAULT_POLICY.enrolment, approval: 'REQUIRED' as const };
const AT_ONCE = { ...POLICY, waitingPeriodMs: 0 };

async function approvalGround(t: ExecutionContext) {
  const ground = await voiceprintGround(t);
  const { database, keyring, clock, officer, speakers, grant, enrol } = ground;
  const approvals = new Approvals(database, keyring, clock);
  const supervisor: Principal = { ...officer, role: 'SUPERVISOR', actorId: 'supervisor' };
  await grant('lee');
  const inAccount = (speakerId: string, accountId: string) =>
    speakers.setAccount(officer, speakerId, accountId, randomUUID());
  return {
    ...ground,
    approvals,
    supervisor,
    notifications: new Notifications(database, clock),
    inAccount,
    approve: (voiceprintId: string, by = supervisor, policy = AT_ONCE) =>
      approvals.approve(by, voiceprintId, policy, randomUUID()),
    resolve: (reviewId: string, resolution: 'RELEASE' | 'REJECT', by = supervisor) =>
      approvals.resolve(by, { reviewId, resolution }, DEFAULT_POLICY.enrolment, randomUUID()),
    /** Kim and Lee share an account, Kim is enrolled, and Lee's speech sounds like Kim. */
    enrolTwin: async () => {
      await inAccount('kim', 'account-7');
      await inAccount('lee', 'account-7');
      const first = await enrol('kim', { policy: { waitingPeriodMs: 0 } });
      const second = await enrol('lee', { speech: { findAlike: (others) => others[0] } });
      return { first, second };
    },
  };
}

test('where an approval is required, nothing is used before somebody else gave it', async (t) => {
  const { enrol, approve, openIds, clock, officer } = await approvalGround(t);
  const made = await enrol('kim', { policy: POLICY, request: { onBehalfOf: 'agent-smith' } });
  t.like(made, { status: 'PENDING', usableFrom: null });
  clock.advance(10 * DAY);
  t.deepEqual(await openIds('kim'), []);
  t.is(await reasonOf(approve(made.voiceprintId, officer)), 'OWN_ENROLMENT');
  t.is(await reasonOf(approve(made.voiceprintId, { ...officer, actorId: 'agent-smith' })), 'OWN_ENROLMENT');
  t.like(await approve(made.voiceprintId), { status: 'ACTIVE', usableFrom: clock.now() });
  t.deepEqual(await openIds('kim'), [made.voiceprintId]);
  t.is(await reasonOf(approve(made.voiceprintId)), 'APPROVAL_NOT_AWAITED');
});

test('nor is it approved by whoever brought speech of an earlier call, and it is proved as weakly as the weakest', async (t) => {
  const { enrol, approve, database, officer } = await approvalGround(t);
  const refOf = (actorId: string) => database.tenant(officer.tenantId, (tx) => actorRef(tx, actorId));
  const { proofing } = enrolmentRequest('kim');
  const earlier = [
    {
      callId: 'first',
      proofing: { ...proofing!, strength: 'LOW' as const },
      actorRef: await refOf('supervisor'),
      onBehalfOfRef: await refOf('agent-smith'),
    },
  ];
  const made = await enrol('kim', { policy: POLICY, speech: { earlier } });
  t.is(made.proofing.strength, 'LOW');
  t.is(await reasonOf(approve(made.voiceprintId)), 'OWN_ENROLMENT');
  t.is(await reasonOf(approve(made.voiceprintId, { ...officer, actorId: 'agent-smith' })), 'OWN_ENROLMENT');
  t.like(await approve(made.voiceprintId, { ...officer, actorId: 'somebody else' }), { status: 'ACTIVE' });
});

test('an approval does not shorten the waiting period', async (t) => {
  const { enrol, approve, openIds, clock, supervisor } = await approvalGround(t);
  const made = await enrol('kim', { policy: POLICY });
  const usableFrom = clock.in(DAY);
  clock.advance(DAY / 2);
  t.like(await approve(made.voiceprintId, supervisor, POLICY), { status: 'PENDING', usableFrom });
  clock.advance(DAY / 2);
  t.deepEqual(await openIds('kim'), [made.voiceprintId]);
});

test('the version in use stays until the approved one follows it, and an older one never does', async (t) => {
  const { enrol, approve, openIds, approvals, supervisor } = await approvalGround(t);
  const first = await enrol('kim', { policy: { waitingPeriodMs: 0 } });
  const second = await enrol('kim', { policy: POLICY });
  t.deepEqual(await openIds('kim'), [first.voiceprintId]);
  const third = await enrol('kim', { policy: POLICY });
  t.is(await reasonOf(approve(second.voiceprintId)), 'APPROVAL_NOT_AWAITED');
  await approve(third.voiceprintId);
  t.deepEqual(await openIds('kim'), [third.voiceprintId]);
  t.is(await reasonOf(approvals.reject(supervisor, first.voiceprintId, 'k')), 'APPROVAL_NOT_AWAITED');
});

test('what is rejected is destroyed', async (t) => {
  const { url, enrol, approvals, supervisor } = await approvalGround(t);
  const made = await enrol('kim', { policy: POLICY });
  await approvals.reject(supervisor, made.voiceprintId, 'k');
  await approvals.reject(supervisor, made.voiceprintId, 'k');
  t.deepEqual(await asOwner(url, 'SELECT FROM vouch.voiceprint_vectors'), []);
  t.is(await reasonOf(approvals.reject(supervisor, made.voiceprintId, 'l')), 'VOICEPRINT_NOT_FOUND');
});

test('what was done with voiceprints can be told, each once', async (t) => {
  const { enrol, approve, notifications, officer, withdraw } = await approvalGround(t);
  const made = await enrol('kim', { policy: POLICY });
  const first = await notifications.list(officer, 0, 10);
  t.like(first.notifications, [
    {
      type: 'VOICEPRINT_CREATED',
      speakerId: 'kim',
      voiceprintId: made.voiceprintId,
      status: 'PENDING',
      version: 1,
    },
  ]);
  t.deepEqual((await notifications.list(officer, first.lastPosition, 10)).notifications, []);
  await approve(made.voiceprintId);
  await withdraw('lee');
  await enrol('kim', { policy: AT_ONCE });
  const page = await notifications.list(officer, first.lastPosition, 1);
  t.like(page.notifications, [{ type: 'VOICEPRINT_APPROVED', status: 'ACTIVE' }]);
  const rest = await notifications.list(officer, page.lastPosition, 10);
  t.is(rest.notifications.length, 1);
  t.like(rest.notifications[0], { type: 'VOICEPRINT_CREATED', version: 2 });
});

test('a voiceprint that sounds like another speaker of the account is set aside until a review', async (t) => {
  const { enrolTwin, approvals, openIds, resolve, officer, supervisor, clock } = await approvalGround(t);
  const { second } = await enrolTwin();
  t.like(second, { status: 'QUARANTINED', usableFrom: null });
  clock.advance(10 * DAY);
  t.deepEqual(await openIds('lee'), []);
  const { reviews } = await approvals.reviews(supervisor, 10, '');
  t.is(reviews.length, 1);
  const [review] = reviews;
  t.like(review, {
    speakerId: 'lee',
    voiceprintId: second.voiceprintId,
    reason: 'SOUNDS_LIKE_ANOTHER',
    otherSpeakerId: 'kim',
  });
  t.is(await reasonOf(resolve(review!.reviewId, 'RELEASE', officer)), 'OWN_ENROLMENT');
  t.like(await resolve(review!.reviewId, 'RELEASE'), { status: 'ACTIVE' });
  t.deepEqual(await openIds('lee'), [second.voiceprintId]);
  t.is(await reasonOf(resolve(review!.reviewId, 'RELEASE')), 'REVIEW_NOT_FOUND');
  t.deepEqual((await approvals.reviews(supervisor, 10, '')).reviews, []);
});

test('a review may end with the voiceprint destroyed, and erasing it ends the review', async (t) => {
  const { url, enrolTwin, approvals, resolve, supervisor, enrol, withdraw, clock } = await approvalGround(t);
  await enrolTwin();
  clock.advance(1);
  await enrol('lee', { speech: { findAlike: (others) => others[0] } });
  const first = await approvals.reviews(supervisor, 1, '');
  const rest = await approvals.reviews(supervisor, 1, first.nextPageToken);
  t.deepEqual([first.reviews[0]!.version, rest.reviews[0]!.version], [1, 2]);
  t.not(first.reviews[0]!.reviewId, rest.reviews[0]!.reviewId);
  t.is(rest.nextPageToken, '');
  t.is(await resolve(first.reviews[0]!.reviewId, 'REJECT'), null);
  await withdraw('lee');
  t.is(await reasonOf(resolve(rest.reviews[0]!.reviewId, 'REJECT')), 'REVIEW_NOT_FOUND');
  t.deepEqual(await asOwner(url, 'SELECT FROM vouch.voiceprint_reviews'), []);
});

test('a new voiceprint is compared with the others of the account alone, under their own consent', async (t) => {
  const { enrol, inAccount, grant, withdraw } = await approvalGround(t);
  await grant('max');
  await enrol('kim', { policy: { waitingPeriodMs: 0 } });
  await enrol('max', { policy: { waitingPeriodMs: 0 } });
  const compared: number[] = [];
  const enrolLee = async () =>
    enrol('lee', {
      speech: {
        findAlike: (others) => {
          compared.push(others.length);
          return undefined;
        },
      },
    });
  await enrolLee(); // Lee has no account.
  await inAccount('kim', 'account-7');
  await inAccount('max', 'account-8');
  await inAccount('lee', 'account-7');
  await enrolLee(); // Kim, and not Max.
  await enrol('kim', { request: { label: 'mobile' } });
  await enrolLee(); // One that waits, too.
  await inAccount('lee', '');
  await enrolLee();
  await inAccount('lee', 'account-7');
  await withdraw('kim');
  await grant('kim');
  await enrolLee();
  t.deepEqual(compared, [0, 1, 2, 0, 0]);
});

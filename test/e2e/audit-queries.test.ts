import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Status } from 'nice-grpc';
import type { Role } from '../../src/domain/principal.js';
import { AuditKind, AuditProblem } from '../../src/gen/vouch/v1/audit.js';
import { DecisionKind } from '../../src/gen/vouch/v1/decision.js';
import { OverrideAction, OverrideReason } from '../../src/gen/vouch/v1/verification.js';
import { serviceOfFile } from '../helpers/ground.js';
import { isRefused } from '../helpers/refusal.js';
import { fixtureFile } from '../helpers/speech.js';
import { failure } from '../helpers/test-stream.js';

const service = serviceOfFile();

test.serial('who overrode rejections, and who looked at a speaker', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const verified = await tenant.verifyRecording(fixtureFile('june_fr/call-1.wav'), {
    claims: [{ speakerId: 'allison_en' }],
    callerChannel: 0,
  });
  t.is(verified.decision?.kind, DecisionKind.REJECT);
  const auditor = tenant.as('AUDITOR').admin;
  const { entries } = await auditor.listAuditEntries({ filter: { kinds: [AuditKind.DECISION] } });
  const { callId } = entries[0]!;
  const { decisionId } = verified.decision!;
  for (const onBehalfOf of ['bob', 'bob', 'ann']) {
    const action = onBehalfOf === 'ann' ? OverrideAction.ESCALATED : OverrideAction.PROCEEDED;
    const reason = OverrideReason.SUPERVISOR_APPROVED;
    const override = { callId, decisionId, onBehalfOf, action, reason, idempotencyKey: randomUUID() };
    await tenant.verification.overrideDecision(override);
  }
  const { overriders } = await auditor.listOverriders({});
  t.deepEqual(
    overriders.map((each) => [each.actorId, each.overrides, each.ofRejections, each.proceededAfterRejection]),
    [
      ['bob', 2, 2, 2],
      ['ann', 1, 1, 0],
    ],
  );
  await tenant.as('AGENT').enrolment.getSpeaker({ speakerId: 'allison_en' });
  const { readers } = await auditor.listSpeakerReaders({ speakerId: 'allison_en' });
  t.deepEqual(
    readers.map(({ actorId, role, reads, claims }) => [actorId, role, reads, claims]),
    [
      ['test', 'ROLE_AGENT', 1, 0],
      ['test', 'ROLE_ADMINISTRATOR', 0, 1],
    ],
  );
});

test.serial('entries are filtered and paged, and reading them is an entry', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('alice');
  await tenant.grant('berta');
  for (let i = 0; i < 5; i++) await tenant.as('AGENT').enrolment.getSpeaker({ speakerId: 'alice' });
  const auditor = tenant.as('AUDITOR').admin;
  const filter = { speakerId: 'alice', kinds: [AuditKind.READ] };
  const first = await auditor.listAuditEntries({ filter, pageSize: 3 });
  t.is(first.entries.length, 3);
  const second = await auditor.listAuditEntries({ filter, pageSize: 3, pageToken: first.nextPageToken });
  t.is(second.entries.length, 2);
  t.is(second.nextPageToken, '');
  const positions = [...first.entries, ...second.entries].map(({ position }) => position);
  t.deepEqual(positions, [10, 9, 8, 7, 6]);
  const none = await auditor.listAuditEntries({ filter: { actorId: 'stranger' } });
  t.is(none.entries.length, 0);
  const reads = await auditor.listAuditEntries({ filter: { kinds: [AuditKind.AUDIT] } });
  t.deepEqual(
    reads.entries.map(({ type, speakerId }) => [type, speakerId]),
    [
      ['AUDIT_READ', ''],
      ['AUDIT_READ', 'alice'],
      ['AUDIT_READ', 'alice'],
    ],
  );
  const bySubject = await auditor.listAuditEntries({
    filter: { subjectRef: first.entries[0]!.subjectRef, to: new Date(0) },
  });
  t.is(bySubject.entries.length, 0);
  isRefused(t, await failure(auditor.listAuditEntries({ filter: { speakerId: 'nobody' } })), {
    reason: 'SPEAKER_NOT_FOUND',
    code: Status.NOT_FOUND,
  });
});

test.serial('somebody who reads far more people than their colleagues is named', async (t) => {
  const tenant = await service().tenant();
  for (let i = 0; i < 6; i++) await tenant.grant(`speaker-${i}`);
  const read = (actor: string, count: number) =>
    Promise.all(
      Array.from({ length: count }, (_, i) =>
        service()
          .clients(tenant.tenantId, 'AGENT', undefined, actor)
          .enrolment.getSpeaker({ speakerId: `speaker-${i}` }),
      ),
    );
  for (const actor of ['ann', 'bob', 'cem']) await read(actor, 1);
  await read('eve', 6);
  const { access } = await tenant.as('AUDITOR').admin.listUnusualAccess({ minimumSpeakers: 5 });
  t.is(access.length, 1);
  t.like(access[0], {
    actorId: 'eve',
    speakers: 6,
    reasons: ['UNUSUAL_REASON_COLLEAGUES'],
    colleaguesMedian: 1,
    colleaguesRatio: 6,
    ownScore: undefined,
  });
});

test.serial('the trail is verified, and passes its anchors', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('alice');
  const { anchor } = await tenant.admin.getAnchor({});
  await tenant.withdraw('alice');
  const verified = await tenant.as('AUDITOR').admin.verifyAudit({ anchor: anchor! });
  t.like(verified, {
    problem: AuditProblem.UNSPECIFIED,
    position: anchor!.position + 1,
    anchoredPosition: anchor!.position,
  });
  const refusal = { reason: 'ANCHOR_INVALID', code: Status.INVALID_ARGUMENT } as const;
  for (const forged of [
    { ...anchor!, position: anchor!.position - 1 },
    { ...anchor!, hash: Buffer.alloc(32) },
    { ...anchor!, tenantId: 'other' },
    { ...anchor!, signature: Buffer.alloc(64) },
  ]) {
    isRefused(t, await failure(tenant.admin.verifyAudit({ anchor: forged })), refusal);
  }
});

test.serial('the trail is for privacy officers and auditors', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('alice');
  const refusal = { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED } as const;
  for (const role of ['TELEPHONY', 'AGENT', 'SUPERVISOR', 'ADMINISTRATOR'] satisfies Role[]) {
    const { admin } = tenant.as(role);
    isRefused(t, await failure(admin.listAuditEntries({})), refusal);
    isRefused(t, await failure(admin.listSpeakerReaders({ speakerId: 'alice' })), refusal);
    isRefused(t, await failure(admin.listOverriders({})), refusal);
    isRefused(t, await failure(admin.listUnusualAccess({})), refusal);
    if (role === 'ADMINISTRATOR') continue;
    isRefused(t, await failure(admin.verifyAudit({})), refusal);
    isRefused(t, await failure(admin.getAnchor({})), refusal);
  }
});

import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Status } from 'nice-grpc';
import type { Role } from '../../src/domain/principal.js';
import { AuditKind, AuditProblem, type AuditEntry } from '../../src/gen/vouch/v1/audit.js';
import { DecisionKind } from '../../src/gen/vouch/v1/decision.js';
import {
  Outcome,
  OverrideAction,
  OverrideReason,
  type DeepPartial,
  type OverrideDecisionRequest,
} from '../../src/gen/vouch/v1/verification.js';
import type { TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { isRefused } from '../helpers/refusal.js';
import { fixtureFile } from '../helpers/speech.js';
import { failure } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const service = serviceOfFile();

/** The whole trail of a tenant, oldest first. */
async function trail(tenant: TestTenant): Promise<AuditEntry[]> {
  const { entries } = await tenant.as('AUDITOR').admin.listAuditEntries({ pageSize: 1000 });
  return entries.reverse();
}

function details(entry: AuditEntry | undefined): Record<string, unknown> {
  return JSON.parse(entry?.detailsJson ?? '{}') as Record<string, unknown>;
}

function override(changes: DeepPartial<OverrideDecisionRequest>): DeepPartial<OverrideDecisionRequest> {
  return {
    action: OverrideAction.PROCEEDED,
    reason: OverrideReason.OTHERWISE_IDENTIFIED,
    idempotencyKey: randomUUID(),
    ...changes,
  };
}

test.serial('of a call, its claims, decisions, reads and what came of it are in the trail', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('alice');
  const call = tenant.open(['alice', 'nobody'], { agentId: 'ann' });
  const decision = await call.event('decision');
  await call.event('claimReceived');
  const watcher = new Watcher(tenant.as('SUPERVISOR'), call.callId);
  await watcher.event(({ event }) => event?.$case === 'decision');
  await call.end();
  const { callId } = call;
  await tenant.as('AGENT').getCall(callId);
  const { decisionId } = call.decision!;
  await tenant.verification.reportOutcome({
    decisionId,
    outcome: Outcome.QUESTIONS_PASSED,
    idempotencyKey: 'k',
  });
  const entries = await trail(tenant);
  const ofCall = entries.filter((entry) => entry.callId === callId);
  const told = ofCall.map(({ type, speakerId, role, onBehalfOf }) => [type, speakerId, role, onBehalfOf]);
  t.deepEqual(
    told.filter(([type]) => type !== 'DECISION_MADE' && type !== 'CALL_WATCHED'),
    [
      ['SPEAKER_CLAIMED', 'alice', 'ROLE_ADMINISTRATOR', 'ann'],
      ['SPEAKER_CLAIMED', '', 'ROLE_ADMINISTRATOR', 'ann'],
      ['CALL_READ', 'alice', 'ROLE_AGENT', ''],
      ['OUTCOME_REPORTED', 'alice', 'ROLE_ADMINISTRATOR', ''],
    ],
  );
  t.true(ofCall.some(({ type, speakerId }) => type === 'CALL_WATCHED' && speakerId === 'alice'));
  const decisions = ofCall.filter(({ type }) => type === 'DECISION_MADE');
  const ids = new Set(call.all('decision').map((each) => each.decisionId));
  t.deepEqual(new Set(decisions.map((entry) => details(entry)['decisionId'])), ids, 'every decision');
  t.true(ids.has(decision.decisionId));
  t.true(decisions.every((entry) => entry.speakerId === 'alice' && entry.onBehalfOf === 'ann'));
  for (const entry of entries) t.notRegex(entry.detailsJson, /alice|nobody|"ann"|score|llr|confidence/);
  for (const entry of entries) t.false(entry.detailsJson.includes(callId), 'pseudonyms only');
});

test.serial('what is done with a recording, a speaker and a policy is in the trail', async (t) => {
  const tenant = await service().tenant();
  const officer = tenant.as('PRIVACY_OFFICER');
  const { voiceprintId } = await tenant.enrol('allison_en');
  await tenant.verifyRecording(fixtureFile('allison_en/call-1.wav'), {
    claims: [{ speakerId: 'allison_en' }],
    callerChannel: 0,
  });
  await officer.enrolment.getSpeaker({ speakerId: 'allison_en' });
  await officer.enrolment.listVoiceprints({ speakerId: 'allison_en' });
  await officer.enrolment.listSpeakers({});
  await officer.consent.getConsent({ speakerId: 'allison_en' });
  await officer.enrolment.deleteVoiceprint({ voiceprintId, idempotencyKey: 'd' });
  await tenant.withdraw('allison_en');
  await tenant.optOut('allison_en');
  const { version } = await tenant.admin.getPolicy({});
  await tenant.admin.putPolicy({ policy: version!.policy!, idempotencyKey: 'p' });
  const types = (await trail(tenant)).map(({ type }) => type);
  t.deepEqual(types, [
    'POLICY_CHANGED',
    'TENANT_CREATED',
    'NOTICE_PUBLISHED',
    'CONSENT_RECORDED',
    'VOICEPRINT_CREATED',
    'SPEAKER_CLAIMED',
    'DECISION_MADE',
    'SPEAKER_READ',
    'SPEAKER_READ',
    'SPEAKERS_LISTED',
    'SPEAKER_READ',
    'VOICEPRINT_DELETED',
    'CONSENT_WITHDRAWN',
    'OPTED_OUT',
    'POLICY_CHANGED',
  ]);
});

test.serial('a refused role, and what the consent gate refuses, are in the trail, repeats as a number', async (t) => {
  const tenant = await service().tenant();
  const agent = tenant.as('AGENT');
  const refusal = { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED } as const;
  for (let i = 0; i < 3; i++) isRefused(t, await failure(agent.admin.listAuditEntries({})), refusal);
  await failure(tenant.enrolFrom('allison_en/enrol.wav', { speakerId: 'never asked' }));
  const denied = (await trail(tenant)).filter(({ kind }) => kind === AuditKind.DENIED);
  t.deepEqual(
    denied.map((entry) => [entry.actorId, entry.role, details(entry)]),
    [
      [
        'test',
        'ROLE_AGENT',
        { rpc: 'AdminService/ListAuditEntries', reason: 'ROLE_NOT_ALLOWED', count: 1 },
      ],
      [
        'test',
        'ROLE_ADMINISTRATOR',
        { rpc: 'EnrolmentService/EnrolFromRecording', reason: 'CONSENT_MISSING', count: 1 },
      ],
    ],
  );
});

test.serial('an override is told in the call, kept once for its key, and found by who did it', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('alice');
  const call = tenant.open(['alice'], { agentId: 'ann' });
  const { decisionId } = await call.event('decision');
  const { callId } = call;
  const request = override({
    callId,
    decisionId,
    onBehalfOf: 'ann',
    note: 'Alice has a cold',
    idempotencyKey: 'k',
  });
  // It is written a moment after it was told.
  while ((await tenant.getCall(callId)).decision?.decisionId !== decisionId);
  const recorded = await tenant.as('TELEPHONY').verification.overrideDecision(request);
  t.deepEqual(await tenant.as('TELEPHONY').verification.overrideDecision(request), recorded);
  const told = await call.event('overridden');
  t.deepEqual(told, {
    overrideId: recorded.overrideId,
    decisionId,
    action: OverrideAction.PROCEEDED,
    reason: OverrideReason.OTHERWISE_IDENTIFIED,
  });
  await call.end();
  t.is(call.all('overridden').length, 1);
  const afterwards = override({ callId, decisionId });
  const late = await tenant.as('AGENT').verification.overrideDecision(afterwards);
  const entries = (await trail(tenant)).filter(({ kind }) => kind === AuditKind.OVERRIDE);
  t.deepEqual(
    entries.map(({ position, speakerId, onBehalfOf, note }) => [position, speakerId, onBehalfOf, note]),
    [
      [recorded.chainPosition, 'alice', 'ann', 'Alice has a cold'],
      [late.chainPosition, 'alice', '', ''],
    ],
  );
  t.like(details(entries[0]), { decisionId, action: 'PROCEEDED', reason: 'OTHERWISE_IDENTIFIED' });
  t.notRegex(entries[0]!.detailsJson, /cold/);
});

test.serial('an override names a decision of the call, a reason, and somebody under whose key its note is kept', async (t) => {
  const tenant = await service().tenant();
  const call = tenant.open(['nobody']);
  await call.event('decision');
  await call.end();
  const { callId } = call;
  const { decisionId } = call.decision!;
  const attempt = (changes: DeepPartial<OverrideDecisionRequest>, role: Role = 'AGENT') =>
    failure(
      tenant.as(role).verification.overrideDecision(override({ callId, decisionId, ...changes })),
    );
  const invalid = Status.INVALID_ARGUMENT;
  isRefused(t, await attempt({ decisionId: randomUUID() }), {
    reason: 'DECISION_NOT_FOUND',
    code: Status.NOT_FOUND,
  });
  isRefused(t, await attempt({ callId: 'another' }), {
    reason: 'DECISION_NOT_FOUND',
    code: Status.NOT_FOUND,
  });
  isRefused(t, await attempt({ reason: OverrideReason.UNSPECIFIED }), {
    reason: 'FIELD_REQUIRED',
    code: invalid,
    field: 'reason',
  });
  isRefused(t, await attempt({ note: 'x'.repeat(257) }), {
    reason: 'FIELD_INVALID',
    code: invalid,
    field: 'note',
  });
  isRefused(t, await attempt({ note: 'a word' }), { reason: 'FIELD_INVALID', code: invalid, field: 'note' });
  isRefused(t, await attempt({}, 'AUDITOR'), { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED });
});

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
    await tenant.verification.overrideDecision(override({ callId, decisionId, onBehalfOf, action }));
  }
  const { overriders } = await auditor.listOverriders({});
  t.deepEqual(
    overriders.map((each) => [
      each.actorId,
      each.overrides,
      each.ofRejections,
      each.proceededAfterRejection,
    ]),
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

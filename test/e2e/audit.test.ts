import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Status } from 'nice-grpc';
import type { Role } from '../../src/domain/principal.js';
import { AuditKind, type AuditEntry } from '../../src/gen/vouch/v1/audit.js';
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
  await service().clients(tenant.tenantId, 'AGENT', undefined, 'ann').verification.getCall({ callId });
  const { decisionId } = call.decision;
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

test.serial(
  'a refused role, and what the consent gate refuses, are in the trail, repeats as a number',
  async (t) => {
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
  },
);

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
  const agent = service().clients(tenant.tenantId, 'AGENT', undefined, 'ann').verification;
  const late = await agent.overrideDecision(afterwards);
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

test.serial(
  'an override names a decision of the call, a reason, and somebody under whose key its note is kept',
  async (t) => {
    const tenant = await service().tenant();
    const call = tenant.open(['nobody']);
    await call.event('decision');
    await call.end();
    const { callId } = call;
    const { decisionId } = call.decision;
    const attempt = (changes: DeepPartial<OverrideDecisionRequest>, role: Role = 'AGENT') =>
      failure(tenant.as(role).verification.overrideDecision(override({ callId, decisionId, ...changes })));
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
    isRefused(t, await attempt({ note: 'a word' }), {
      reason: 'FIELD_INVALID',
      code: invalid,
      field: 'note',
    });
    isRefused(t, await attempt({}, 'AUDITOR'), {
      reason: 'ROLE_NOT_ALLOWED',
      code: Status.PERMISSION_DENIED,
    });
  },
);

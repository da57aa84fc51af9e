import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Status } from 'nice-grpc';
import { SourceProfile } from '../../src/gen/vouch/v1/common.js';
import { DecisionKind, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { ReplicaHealth } from '../../src/gen/vouch/v1/operations.js';
import { CallState } from '../../src/gen/vouch/v1/verification.js';
import type { TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { callBecomes, isRefused } from '../helpers/refusal.js';
import { failure } from '../helpers/test-stream.js';

const service = serviceOfFile();
const REFUSED = { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED } as const;
const { MOBILE, LANDLINE } = SourceProfile;

/** A call that claims somebody unknown: it ends without a comparison. */
async function shortCall(tenant: TestTenant, callId: string, source = MOBILE, claims = ['nobody']) {
  const call = tenant.open(claims, { callId, source, agentId: 'anna' });
  await call.speech('allison_en/call-1.wav', 0, 1000);
  await call.end();
}

test('calls are listed, the last begun first, a page at a time, by state, source, decision and time', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  await shortCall(tenant, 'first', LANDLINE);
  const accepted = tenant.open(['allison_en'], { callId: 'second', source: MOBILE, upstreamCodec: 'AMR' });
  await accepted.speech('allison_en/call-1.wav');
  await accepted.end();
  const live = tenant.open(['allison_en'], { callId: 'third', source: MOBILE });
  await callBecomes(t, tenant, 'third', CallState.LIVE);

  const { admin } = tenant;
  const ids = async (request: Parameters<typeof admin.listCalls>[0]) =>
    (await admin.listCalls(request)).calls.map(({ callId }) => callId);
  t.deepEqual(await ids({}), ['third', 'second', 'first']);
  t.deepEqual(await ids({ liveOnly: true }), ['third']);
  t.deepEqual(await ids({ source: LANDLINE }), ['first']);
  t.deepEqual(await ids({ decisionKinds: [DecisionKind.ACCEPT] }), ['second']);
  t.deepEqual(await ids({ decisionKinds: [DecisionKind.SPEAKER_NOT_ENROLLED] }), ['first']);
  const { calls, nextPageToken } = await admin.listCalls({ pageSize: 2 });
  t.deepEqual(
    [calls.map(({ callId }) => callId), await ids({ pageSize: 2, pageToken: nextPageToken })],
    [['third', 'second'], ['first']],
  );
  const second = calls[1]!;
  t.deepEqual(await ids({ to: second.createdAt! }), ['first']);
  t.deepEqual(await ids({ from: second.createdAt!, to: calls[0]!.createdAt! }), ['second']);
  t.like(second, { state: CallState.ENDED, source: MOBILE, upstreamCodec: 'AMR', claims: 1, replicaId: '' });
  t.is(second.decision?.decisionId, accepted.decision.decisionId);
  t.is(second.decision?.confidence, accepted.decision.confidence);
  t.true(second.decision!.confidence! > 90);
  t.regex(calls[0]!.replicaId, /^[0-9a-f-]{36}$/);
  t.false(JSON.stringify(calls).includes('allison'), 'names nobody');
  isRefused(t, await failure(admin.listCalls({ pageToken: 'MTIz' })), {
    reason: 'FIELD_INVALID',
    code: Status.INVALID_ARGUMENT,
    field: 'page_token',
  });
  await live.end();
});

test('the calls of a speaker are found by privacy roles alone, whether the speaker is known or not, and that is recorded', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('known');
  await shortCall(tenant, 'of-known', MOBILE, ['known']);
  await shortCall(tenant, 'of-stranger', MOBILE, ['stranger']);
  const officer = tenant.as('PRIVACY_OFFICER').admin;
  for (const speakerId of ['known', 'stranger']) {
    const { calls } = await officer.listCalls({ speakerId });
    t.deepEqual(
      calls.map(({ callId }) => callId),
      [`of-${speakerId}`],
    );
  }
  t.deepEqual((await officer.listCalls({ speakerId: 'never-claimed' })).calls, []);
  const { entries } = await officer.listAuditEntries({ filter: { speakerId: 'known' } });
  t.true(entries.some(({ type, detailsJson }) => type === 'SPEAKER_READ' && detailsJson.includes('CALLS')));
  for (const role of ['AGENT', 'SUPERVISOR', 'TELEPHONY'] as const)
    isRefused(t, await failure(tenant.as(role).admin.listCalls({ speakerId: 'known' })), REFUSED);
});

test('an agent sees the calls that they handle and those without an agent, a platform its own; no scores, and nothing of shadow mode', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const others = tenant.open([], { callId: 'of-another', agentId: 'bert' });
  const nobodys = tenant.open([], { callId: 'of-nobody' });
  for (const shadow of [false, true]) {
    const call = tenant.open(['allison_en'], { callId: `shadow-${shadow}`, agentId: 'test', shadow });
    await call.speech('allison_en/call-1.wav');
    await call.end();
  }
  for (const callId of ['of-another', 'of-nobody']) await callBecomes(t, tenant, callId, CallState.LIVE);
  const agent = tenant.as('AGENT').admin;
  const { calls } = await agent.listCalls({});
  const byId = new Map(calls.map((call) => [call.callId, call]));
  t.deepEqual([...byId.keys()].sort(), ['of-nobody', 'shadow-false', 'shadow-true']);
  t.is(byId.get('shadow-true')?.decision, undefined);
  t.is(byId.get('shadow-false')?.decision?.kind, DecisionKind.ACCEPT);
  t.is(byId.get('shadow-false')?.decision?.confidence, undefined);
  isRefused(t, await failure(agent.listCalls({ decisionKinds: [DecisionKind.ACCEPT] })), REFUSED);
  t.is((await tenant.as('TELEPHONY').admin.listCalls({})).calls.length, 4);
  const another = service().clients(tenant.tenantId, 'TELEPHONY', undefined, 'another').admin;
  t.deepEqual((await another.listCalls({})).calls, []);
  await Promise.all([others.end(), nobodys.end()]);
});

test('activity counts each call once by its newest decision, why calls came to nothing, problems by source, and live calls', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  await shortCall(tenant, 'a', LANDLINE);
  await shortCall(tenant, 'b', LANDLINE);
  const accepted = tenant.open(['allison_en'], { callId: 'c', source: MOBILE });
  await accepted.speech('allison_en/call-1.wav');
  await accepted.end();
  const clipped = tenant.open(['allison_en'], { callId: 'd', source: MOBILE });
  await clipped.speech('edge/clipped.wav');
  await clipped.end();
  const live = tenant.open([], { callId: 'e' });
  await callBecomes(t, tenant, 'e', CallState.LIVE);

  const activity = await tenant.as('SUPERVISOR').admin.getActivity({});
  t.is(activity.hours.length, 24);
  const counts = new Map<string, number>();
  for (const { kind, calls } of activity.hours.flatMap(({ decisions }) => decisions))
    counts.set(kind, (counts.get(kind) ?? 0) + calls);
  t.is(counts.get(DecisionKind.SPEAKER_NOT_ENROLLED), 2);
  t.true(counts.get(DecisionKind.ACCEPT)! >= 1);
  t.is(
    activity.decidedCalls,
    [...counts.values()].reduce((sum, calls) => sum + calls, 0),
  );
  t.true(
    activity.abstentions.some(({ kind, calls }) => kind === DecisionKind.SPEAKER_NOT_ENROLLED && calls === 2),
  );
  const problems = (source: SourceProfile, problem: ReasonCode) =>
    activity.qualityProblems.find((row) => row.source === source && row.problem === problem)?.calls;
  t.is(problems(LANDLINE, ReasonCode.UNSPECIFIED), 2);
  t.is(problems(MOBILE, ReasonCode.UNSPECIFIED), 2);
  t.is(problems(MOBILE, ReasonCode.CLIPPED), 1);
  t.is(
    activity.live.reduce((sum, { calls }) => sum + calls, 0),
    1,
  );
  await live.end();
  t.is((await tenant.admin.getActivity({ hours: 168 })).hours.length, 168);
  isRefused(t, await failure(tenant.admin.getActivity({ hours: 169 })), {
    reason: 'FIELD_INVALID',
    code: Status.INVALID_ARGUMENT,
    field: 'hours',
  });
  for (const role of ['AGENT', 'TELEPHONY'] as const)
    isRefused(t, await failure(tenant.as(role).admin.getActivity({})), REFUSED);
});

test('one tenant sees nothing of the calls and counts of another', async (t) => {
  const [one, other] = [await service().tenant(), await service().tenant()];
  await shortCall(one, `call-${randomUUID()}`);
  t.deepEqual((await other.admin.listCalls({})).calls, []);
  t.is((await other.admin.getActivity({})).decidedCalls, 0);
});

test('the installation tells its processes with their calls, its database and its queue', async (t) => {
  const tenant = await service().tenant();
  const live = tenant.open([], { callId: 'live' });
  await callBecomes(t, tenant, 'live', CallState.LIVE);
  const system = await tenant.as('AUDITOR').admin.getSystem({});
  const [replica] = system.replicas;
  t.like(replica, {
    replicaId: system.replicaId,
    health: ReplicaHealth.HEALTHY,
    draining: false,
    liveCalls: 1,
    release: system.release,
  });
  t.true(replica!.startedAt! <= replica!.seenAt!);
  t.regex(system.database!.serverVersion, /^\d+\.\d+/);
  t.regex(system.database!.newestMigration, /^\d{4}_/);
  t.deepEqual(system.jobs, { waiting: 0, running: 0, failing: 0, oldestWaitsSince: undefined });
  await live.end();
  for (const role of ['AGENT', 'SUPERVISOR', 'TELEPHONY'] as const)
    isRefused(t, await failure(tenant.as(role).admin.getSystem({})), REFUSED);
});

test('the shipped calibration comes with what its thresholds mean; rates fall and rise with the threshold', async (t) => {
  const { admin } = await service().tenant();
  const { calibration, curves, measuredOn, caveat } = await admin.getOperatingCurve({});
  const { calibrations } = await admin.listCalibrations({});
  t.deepEqual(calibration, calibrations.find(({ configured }) => configured)?.reference);
  t.regex(measuredOn, /\d+ speakers/);
  t.regex(caveat, /^Same-call data/);
  t.deepEqual([...new Set(curves.map(({ netSpeechMs }) => netSpeechMs))], [3000, 6000, 10_000]);
  for (const { points, impostorTrials } of curves) {
    t.true(impostorTrials > 1000);
    points.slice(1).forEach(({ llr, falseMatch, falseNonMatch }, index) => {
      const before = points[index]!;
      t.true(llr > before.llr);
      t.true(falseMatch!.rate <= before.falseMatch!.rate);
      t.true(falseNonMatch!.rate >= before.falseNonMatch!.rate);
      t.true(falseMatch!.low <= falseMatch!.rate && falseMatch!.rate <= falseMatch!.high);
    });
  }
  isRefused(t, await failure(admin.getOperatingCurve({ calibrationId: 'none' })), {
    reason: 'CALIBRATION_NOT_FOUND',
    code: Status.NOT_FOUND,
  });
});

import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentEventType, ErasureCause, GrantLapse, SpeakerState } from '../../src/gen/vouch/v1/consent.js';
import { ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { PROOFING } from '../helpers/caller.js';
import { servicesOfFile } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const ALLISON = 'allison_en';
const CALL = `${ALLISON}/call-1.wav`;
/** Generous, for a busy machine; what is to be reached is measured by withdrawal.prove.ts. */
const WITHIN_MS = 5000;

const service = servicesOfFile(2);

test('a withdrawal recorded on one service stops a call on the other, and erases', async (t) => {
  const tenant = await service(0).tenant();
  await tenant.enrol(ALLISON);
  const call = service(1).tenantOf(tenant.tenantId).open([ALLISON]);
  await call.speech(CALL, 0, 8000);
  await call.event('decision', (each) => wordOf(each) === 'ACCEPT');
  t.is((await tenant.withdraw(ALLISON)).voiceprintsErased, 1);
  const recordedAt = performance.now();
  t.like(await call.event('consentChanged'), { granted: false, consentEventId: '' });
  const delayMs = performance.now() - recordedAt;
  t.log(`${Math.round(delayMs)} ms`);
  t.true(delayMs <= WITHIN_MS, `${delayMs} ms`);
  await call.speech(CALL, 8000);
  t.is(await call.end(), null);
  t.is(wordOf(call.decision), 'CONSENT_MISSING');
  t.deepEqual(call.decision.claims[0]!.reasons, [ReasonCode.CONSENT_WITHDRAWN]);
  t.is(call.all('ended')[0]!.droppedMs, 7550);
  t.deepEqual((await tenant.enrolment.listVoiceprints({ speakerId: ALLISON })).voiceprints, []);
});

test('a restriction stops a call on the other service and keeps the voiceprint; lifted, the call goes on', async (t) => {
  const tenant = await service(0).tenant();
  const { voiceprintId } = await tenant.enrol(ALLISON);
  const call = service(1).tenantOf(tenant.tenantId).open([ALLISON]);
  await call.speech(CALL, 0, 2000);
  await call.heardUpTo(2000);
  const set = (inForce: boolean) =>
    tenant.as('PRIVACY_OFFICER').consent.setSpeakerState({
      speakerId: ALLISON,
      state: SpeakerState.RESTRICTED,
      inForce,
      reference: 'file 12/26',
      idempotencyKey: randomUUID(),
    });
  await set(true);
  await call.event('consentChanged', ({ granted }) => !granted);
  const stopped = await call.event('decision', (each) => wordOf(each) === 'CONSENT_MISSING');
  t.deepEqual(stopped.reasons, [ReasonCode.PROCESSING_RESTRICTED]);
  const enrolment = {
    callId: call.callId,
    speakerId: ALLISON,
    proofing: PROOFING,
    idempotencyKey: randomUUID(),
  };
  const there = service(1).tenantOf(tenant.tenantId);
  t.is((await failure(there.enrolment.enrolFromCall(enrolment))).reason, 'PROCESSING_RESTRICTED');
  t.is((await failure(tenant.enrolFrom(CALL, { speakerId: ALLISON }))).reason, 'PROCESSING_RESTRICTED');
  const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId: ALLISON });
  t.deepEqual(
    voiceprints.map((each) => each.voiceprintId),
    [voiceprintId],
  );
  const { state, states } = await tenant.consent.getConsent({ speakerId: ALLISON });
  t.like(state!.purposes[0], { granted: false, lapse: GrantLapse.RESTRICTED });
  t.is(states[0]!.state, SpeakerState.RESTRICTED);
  await set(false);
  await call.event('consentChanged', ({ granted }) => granted);
  await call.speech(CALL, 2000);
  await call.end();
  t.is(wordOf(call.decision), 'ACCEPT');
  t.is(call.decision.claims[0]!.voiceprintId, voiceprintId);
});

test('consent events are listed to those who may see them', async (t) => {
  const tenant = await service(0).tenant();
  await tenant.grant(ALLISON, {
    evidence: { type: 'recording', reference: 'archive 7' },
    onBehalfOf: 'agent 9',
  });
  await tenant.withdraw(ALLISON);
  const list = (role: Parameters<typeof tenant.as>[0], page = {}) =>
    tenant.as(role).consent.listConsentEvents({ speakerId: ALLISON, ...page });
  for (const role of ['TELEPHONY', 'AGENT', 'SUPERVISOR'] as const) {
    t.is((await failure(list(role))).reason, 'ROLE_NOT_ALLOWED');
  }
  const first = await list('AUDITOR', { pageSize: 1 });
  t.like(first.events, [
    {
      type: ConsentEventType.CONSENT_RECORDED,
      actorId: 'test',
      onBehalfOf: 'agent 9',
      evidence: { type: 'recording', reference: 'archive 7' },
      notice: { noticeId: 'voice', version: 1 },
    },
  ]);
  const second = await list('PRIVACY_OFFICER', { pageToken: first.nextPageToken });
  t.like(second.events, [{ type: ConsentEventType.CONSENT_WITHDRAWN }]);
  t.is(second.nextPageToken, '');
});

test('erasure ends the comparison in calls of every replica', async (t) => {
  const tenant = await service(0).tenant();
  await tenant.enrol(ALLISON);
  const here = tenant.open([ALLISON]);
  const there = service(1).tenantOf(tenant.tenantId).open([ALLISON]);
  for (const call of [here, there]) {
    await call.speech(CALL, 0, 8000);
    await call.event('decision', (each) => wordOf(each) === 'ACCEPT');
  }
  const request = { speakerId: ALLISON, onBehalfOf: '', idempotencyKey: randomUUID() };
  const { receipt } = await tenant.as('PRIVACY_OFFICER').consent.eraseSpeaker(request);
  const answeredAt = Date.now();
  t.like(receipt, { cause: ErasureCause.REQUEST, destroyed: { names: 1, voiceprints: 1, claims: 2 } });
  t.like(await here.event('consentChanged'), { claimNumber: 1, granted: false });
  await there.event('consentChanged');
  t.true(Date.now() - answeredAt <= WITHIN_MS, `${Date.now() - answeredAt} ms`);
  for (const call of [here, there]) {
    await call.speech(CALL, 8000);
    t.is(await call.end(), null);
    t.is(wordOf(call.decision), 'SPEAKER_NOT_ENROLLED');
    t.true(call.decision.reasons.includes(ReasonCode.CONSENT_WITHDRAWN));
    t.is(call.decision.netSpeechMs, 0, 'what was heard before counts no more');
    t.is((await tenant.getCall(call.callId)).decision!.claims[0]!.speakerId, '');
  }
  t.deepEqual((await tenant.as('PRIVACY_OFFICER').consent.eraseSpeaker(request)).receipt, receipt);
  const { records } = await tenant.consent.getErasureEvidence({ speakerId: ALLISON });
  t.deepEqual(records[0]!.receipt, receipt);
  t.is(records[0]!.consentEvents[0]!.type, 'CONSENT_RECORDED');
});

test('only privacy officers and administrators erase, hold and read evidence', async (t) => {
  const tenant = await service(0).tenant();
  await tenant.grant(ALLISON);
  for (const role of ['TELEPHONY', 'AGENT', 'SUPERVISOR', 'AUDITOR'] as const) {
    const { consent } = tenant.as(role);
    const key = { speakerId: ALLISON, idempotencyKey: randomUUID() };
    const hold = { ...key, state: SpeakerState.LEGAL_HOLD, inForce: true, reference: 'file' };
    t.is((await failure(consent.eraseSpeaker(key))).reason, 'ROLE_NOT_ALLOWED');
    t.is((await failure(consent.setSpeakerState(hold))).reason, 'ROLE_NOT_ALLOWED');
    t.is((await failure(consent.getErasureEvidence({ speakerId: ALLISON }))).reason, 'ROLE_NOT_ALLOWED');
  }
  t.is((await tenant.enrolment.getSpeaker({ speakerId: ALLISON })).speaker!.speakerId, ALLISON);
});

test('nobody acts on behalf of the speaker by their id, which would outlive the erasure', async (t) => {
  const { consent, enrolment } = await service(0).tenant();
  const request = { speakerId: ALLISON, onBehalfOf: ALLISON, idempotencyKey: randomUUID() };
  const told = { ...request, occurredAt: new Date() };
  for (const refused of [
    consent.eraseSpeaker(request),
    consent.optOut(told),
    consent.withdrawConsent({ ...told, purposes: [Purpose.VERIFY] }),
    enrolment.enrolFromCall({ ...request, callId: 'call' }),
  ])
    t.like(await failure(refused), { reason: 'FIELD_INVALID', field: 'on_behalf_of' });
});

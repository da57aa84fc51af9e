import { randomUUID } from 'node:crypto';
import test from 'ava';
import { ErasureCause, SpeakerState } from '../../src/gen/vouch/v1/consent.js';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { servicesOfFile } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const ALLISON = 'allison_en';
const CALL = `${ALLISON}/call-1.wav`;
/** Generous, for a busy machine; how fast another process learns of a change is measured by withdrawal.prove.ts. */
const WITHIN_MS = 5000;

const service = servicesOfFile(2);

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

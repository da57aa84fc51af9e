import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Status } from 'nice-grpc';
import { CallDirection } from '../../src/gen/vouch/v1/verification.js';
import { serviceOfFile } from '../helpers/ground.js';
import { isRefused } from '../helpers/refusal.js';
import { failure } from '../helpers/test-stream.js';

const service = serviceOfFile();

async function phraseGround() {
  const tenant = await service().tenant();
  await tenant.grant('allison_en');
  const agent = service().clients(tenant.tenantId, 'AGENT', undefined, 'agent-7').enrolment;
  return {
    tenant,
    set: (phrase: string) =>
      tenant.enrolment.setTrustPhrase({ speakerId: 'allison_en', phrase, idempotencyKey: randomUUID() }),
    call: (direction = CallDirection.OUTBOUND) =>
      tenant.open(['allison_en'], { direction, agentId: 'agent-7' }),
    phraseIn: async (callId: string, by = agent) => (await by.getTrustPhrase({ callId })).phrase,
  };
}

test('the agent of an outbound call is shown the phrase once a person has spoken', async (t) => {
  const { tenant, set, call, phraseIn } = await phraseGround();
  await set('blue heron');
  const stream = call();
  await stream.event('decision');
  const early = await failure(phraseIn(stream.callId));
  isRefused(t, early, { reason: 'NOBODY_ANSWERED', code: Status.FAILED_PRECONDITION });
  await stream.speech('allison_en/call-1.wav', 0, 6000);
  await stream.heardUpTo(5000);
  const refusal = { reason: 'NOT_THE_AGENT', code: Status.PERMISSION_DENIED } as const;
  const other = service().clients(tenant.tenantId, 'AGENT', undefined, 'agent-8').enrolment;
  isRefused(t, await failure(phraseIn(stream.callId, other)), refusal);
  isRefused(t, await failure(phraseIn(stream.callId, tenant.enrolment)), refusal);
  t.is(await phraseIn(stream.callId), 'blue heron');
  t.is(await phraseIn(stream.callId), 'blue heron', 'again in the same call');
  await stream.end();
  t.is((await failure(phraseIn(stream.callId))).reason, 'CALL_NOT_FOUND');
  const officer = service().clients(tenant.tenantId, 'PRIVACY_OFFICER').admin;
  const { entries } = await officer.listAuditEntries({ filter: { speakerId: 'allison_en' } });
  t.is(entries.filter(({ type }) => type === 'TRUST_PHRASE_SHOWN').length, 2);
});

test('a phrase is good for one call, and the next one must be another', async (t) => {
  const { tenant, set, call, phraseIn } = await phraseGround();
  const answered = async () => {
    const stream = call();
    await stream.speech('allison_en/call-1.wav', 0, 6000);
    await stream.heardUpTo(5000);
    return stream;
  };
  const first = await answered();
  t.is((await failure(phraseIn(first.callId))).reason, 'TRUST_PHRASE_NOT_FOUND');
  await set('blue heron');
  t.is(await phraseIn(first.callId), 'blue heron');
  await first.end();
  const second = await answered();
  t.is((await failure(phraseIn(second.callId))).reason, 'TRUST_PHRASE_USED');
  t.is((await failure(set('blue heron'))).reason, 'TRUST_PHRASE_REPEATED');
  await set('red kite');
  t.is(await phraseIn(second.callId), 'red kite');
  await tenant.withdraw('allison_en');
  t.is((await failure(phraseIn(second.callId))).reason, 'CONSENT_MISSING');
  t.is((await failure(set('grey owl'))).reason, 'CONSENT_MISSING');
  await second.end();
});

test('on an inbound call no phrase is shown', async (t) => {
  const { set, call, phraseIn } = await phraseGround();
  await set('blue heron');
  const stream = call(CallDirection.INBOUND);
  await stream.event('decision');
  const refused = await failure(phraseIn(stream.callId));
  isRefused(t, refused, { reason: 'NOT_OUTBOUND', code: Status.FAILED_PRECONDITION });
  await stream.end();
});

test('ringing and music are nobody who answered', async (t) => {
  const { set, call, phraseIn } = await phraseGround();
  await set('blue heron');
  const stream = call();
  // 425 Hz, 16 bits at 8 kHz.
  const tone = Buffer.alloc(6 * 16_000);
  for (let i = 0; i < tone.length / 2; i++) {
    tone.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 425 * i) / 8000)), 2 * i);
  }
  await stream.audio(tone);
  await stream.heardUpTo(5000);
  t.is((await failure(phraseIn(stream.callId))).reason, 'NOBODY_ANSWERED');
  await stream.end();
});

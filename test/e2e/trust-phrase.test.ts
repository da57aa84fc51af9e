import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Status } from 'nice-grpc';
import { CallDirection } from '../../src/gen/vouch/v1/verification.js';
import { serviceOfFile } from '../helpers/ground.js';
import { isRefused } from '../helpers/refusal.js';
import { failure, failureOf, type TestStream } from '../helpers/test-stream.js';

const service = serviceOfFile();

/** 16 bits at 8 kHz. */
const silence = (ms: number) => Buffer.alloc(16 * ms);

/** A person answers, and waits: for longer than it takes to know it, and to be told every half second how far a call is. */
async function hello(stream: TestStream) {
  await stream.event('decision');
  await stream.audio(silence(600));
  await stream.speech('allison_en/call-1.wav', 0, 1200);
  await stream.audio(silence(2500));
}

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
    /** Waits for a person to be heard, where one may be yet. */
    phraseIn: async (callId: string, by = agent): Promise<string> => {
      for (const deadline = Date.now() + 5000; ;) {
        const asked = by.getTrustPhrase({ callId });
        const refused = await asked.then(() => null, failureOf);
        if (refused?.reason !== 'NOBODY_ANSWERED' || Date.now() > deadline) return (await asked).phrase;
        await sleep(100);
      }
    },
    /** As things are now. */
    phraseNow: async (callId: string) => (await agent.getTrustPhrase({ callId })).phrase,
  };
}

test('the agent of an outbound call is shown the phrase once a person has spoken', async (t) => {
  const { tenant, set, call, phraseIn, phraseNow } = await phraseGround();
  await set('blue heron');
  const stream = call();
  await stream.event('decision');
  const early = await failure(phraseNow(stream.callId));
  isRefused(t, early, { reason: 'NOBODY_ANSWERED', code: Status.FAILED_PRECONDITION });
  await hello(stream);
  t.is(await phraseIn(stream.callId), 'blue heron');
  t.is(await phraseNow(stream.callId), 'blue heron', 'again in the same call');
  await stream.end();
  t.is((await failure(phraseNow(stream.callId))).reason, 'CALL_NOT_FOUND');
  const officer = service().clients(tenant.tenantId, 'PRIVACY_OFFICER').admin;
  const { entries } = await officer.listAuditEntries({ filter: { speakerId: 'allison_en' } });
  t.is(entries.filter(({ type }) => type === 'TRUST_PHRASE_SHOWN').length, 2);
});

test('nobody else is shown it, nor becomes its agent by saying so', async (t) => {
  const { tenant, set, call, phraseIn } = await phraseGround();
  await set('blue heron');
  const stream = call();
  await hello(stream);
  await phraseIn(stream.callId);
  const refusal = { reason: 'NOT_THE_AGENT', code: Status.PERMISSION_DENIED } as const;
  const { enrolment, verification } = service().clients(tenant.tenantId, 'AGENT', undefined, 'agent-8');
  isRefused(t, await failure(phraseIn(stream.callId, enrolment)), refusal);
  isRefused(t, await failure(phraseIn(stream.callId, tenant.enrolment)), {
    reason: 'ROLE_NOT_ALLOWED',
    code: Status.PERMISSION_DENIED,
  });
  const update = { callId: stream.callId, agentId: 'agent-8' };
  const named = await failure(verification.updateCall({ ...update, idempotencyKey: 'own' }));
  isRefused(t, named, { reason: 'CALL_OF_ANOTHER', code: Status.PERMISSION_DENIED });
  const own = tenant.as('AGENT').open(['allison_en'], { agentId: 'test' });
  t.is((await own.over)?.reason, 'ROLE_NOT_ALLOWED');
  isRefused(t, await failure(phraseIn(stream.callId, enrolment)), refusal);
  await tenant.verification.updateCall({ ...update, idempotencyKey: 'transfer' });
  t.is(await phraseIn(stream.callId, enrolment), 'blue heron', 'whom the call was handed to');
  await stream.end();
});

test('a machine that goes on is no person; who answers it after a pause is', async (t) => {
  const { set, call, phraseIn, phraseNow } = await phraseGround();
  await set('blue heron');
  const stream = call();
  await stream.speech('allison_en/call-1.wav', 0, 6000);
  await stream.audio(silence(2500));
  await stream.event('progress', ({ netSpeechMs }) => netSpeechMs > 4500);
  t.is((await failure(phraseNow(stream.callId))).reason, 'NOBODY_ANSWERED');
  await hello(stream);
  t.is(await phraseIn(stream.callId), 'blue heron');
  await stream.end();
});

test('a phrase is good for one call, and the next one must be another', async (t) => {
  const { tenant, set, call, phraseIn } = await phraseGround();
  const answered = async () => {
    const stream = call();
    await hello(stream);
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
  const { set, call, phraseNow } = await phraseGround();
  await set('blue heron');
  const stream = call();
  // 425 Hz, 16 bits at 8 kHz.
  const tone = Buffer.alloc(6 * 16_000);
  for (let i = 0; i < tone.length / 2; i++) {
    tone.writeInt16LE(Math.round(8000 * Math.sin((2 * Math.PI * 425 * i) / 8000)), 2 * i);
  }
  await stream.audio(tone);
  await stream.heardUpTo(5000);
  t.is((await failure(phraseNow(stream.callId))).reason, 'NOBODY_ANSWERED');
  await stream.end();
});

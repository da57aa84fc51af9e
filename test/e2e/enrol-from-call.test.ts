import { randomUUID } from 'node:crypto';
import test from 'ava';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { PROOFING } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();

test('a caller who was accepted is enrolled anew from what is said after the first request', async (t) => {
  const enrolment = {
    ...DEFAULT_POLICY.enrolment,
    waitingPeriodMs: 0,
    minimumNetSpeechFromCallMs: 12_000,
  };
  const tenant = await service().tenant({ enrolment });
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  const enrol = () =>
    tenant.enrolment.enrolFromCall({
      callId: call.callId,
      speakerId: 'allison_en',
      label: 'mobile',
      proofing: PROOFING,
      idempotencyKey: randomUUID(),
    });
  await call.speech('allison_en/call-1.wav');
  await call.heardUpTo(15_000);
  t.is(wordOf(call.decision), 'ACCEPT');
  const { reason, metadata } = await failure(enrol());
  t.is(reason, 'NOT_ENOUGH_SPEECH');
  t.true(Number(metadata['netSpeechMs']) < 9000, metadata['netSpeechMs']);
  await call.speech('allison_en/call-2.wav');
  await call.heardUpTo(31_000);
  const { voiceprint } = await enrol();
  const models = voiceprint!.models.map(({ id }) => id);
  t.is(models.length, 2);
  t.true(models.includes('ge2e'));
  t.true(voiceprint!.netSpeechMs >= 12_000);
  await call.end();
});

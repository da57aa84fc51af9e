import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import test from 'ava';
import type { Policy } from '../../src/domain/policy.js';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentValue } from '../../src/gen/vouch/v1/consent.js';
import { NextAction, ReasonCode, RiskResult } from '../../src/gen/vouch/v1/decision.js';
import { noticeReference, type TestTenant } from '../helpers/caller.js';
import { Ground, type TestService } from '../helpers/ground.js';
import { withCountermeasure } from '../helpers/models-folder.js';
import { TENANT_POLICY } from '../helpers/policy.js';
import { fixtureSamples } from '../helpers/speech.js';
import { failure, failureOf, wordOf } from '../helpers/test-stream.js';
import { pcm16 } from '../helpers/wave.js';

const CALLER = 'allison_en';
const CALL = `${CALLER}/call-1.wav`;

let ground: Ground;
/** With a countermeasure that takes quiet speech for synthetic. */
let service: TestService;
let models: string;

test.serial.before('a service', async (t) => {
  t.timeout(60_000);
  ground = await Ground.make();
  models = await withCountermeasure();
  service = await ground.serve({ VOUCH_MODELS_DIR: models });
});
test.after.always('stop', async () => {
  await service.stop();
  await rm(models, { recursive: true });
  await ground.close();
});

async function enrolledUnder(policy: Partial<Policy>): Promise<TestTenant> {
  const tenant = await service.tenant(policy);
  await tenant.enrol(CALLER);
  return tenant;
}

const quiet = (path: string): Float32Array => fixtureSamples(path).map((sample) => sample / 5);

test('synthetic speech is told and accepted, unless the policy refuses it', async (t) => {
  t.timeout(120_000);
  const [told, refused, off] = await Promise.all([
    enrolledUnder({}),
    enrolledUnder({ syntheticSpeech: 'REFUSE' }),
    enrolledUnder({ syntheticSpeech: 'OFF' }),
  ]);
  const person = fixtureSamples(CALL);
  const synthetic = quiet(CALL);
  const { graphs } = await told.admin.getModels({});
  const model = graphs.find(({ task }) => task === 'countermeasure');
  t.true(model?.inUse);

  const { decision } = await told.call(CALLER, synthetic);
  t.is(wordOf(decision), 'ACCEPT', 'advisory unless it is said otherwise');
  t.is(decision.risks?.spoof, RiskResult.SUSPECTED);
  t.true(decision.reasons.includes(ReasonCode.SPOOF_SUSPECTED));
  t.is(decision.nextAction, NextAction.SKIP_QUESTIONS);
  t.deepEqual(decision.countermeasure, model?.model);

  const not = await refused.call(CALLER, synthetic);
  t.is(wordOf(not.decision), 'INCONCLUSIVE');
  t.is(not.decision.nextAction, NextAction.STEP_UP);
  t.false(not.kinds().includes('ACCEPT'), 'nor was it for a moment');
  const stored = await refused.verification.getCall({ callId: not.callId });
  t.is(stored.decision?.risks?.spoof, RiskResult.SUSPECTED, 'it is kept');
  t.deepEqual(stored.decision?.countermeasure, model?.model);

  const accepted = (await refused.call(CALLER, person)).decision;
  t.is(wordOf(accepted), 'ACCEPT');
  t.is(accepted.risks?.spoof, RiskResult.NOT_SUSPECTED);

  const unheard = (await off.call(CALLER, synthetic)).decision;
  t.is(wordOf(unheard), 'ACCEPT');
  t.is(unheard.risks?.spoof, RiskResult.NOT_PERFORMED);
  t.is(unheard.countermeasure, undefined);
});

test('nothing is learnt from synthetic speech, accepted or not', async (t) => {
  t.timeout(120_000);
  const enrolment = {
    ...TENANT_POLICY.enrolment,
    waitingPeriodMs: 0,
    adaptation: true,
    adaptationMarginLlr: 0,
  };
  const learns = async (syntheticSpeech: Policy['syntheticSpeech']) => {
    const tenant = await enrolledUnder({ syntheticSpeech, enrolment });
    const purposes = [Purpose.VERIFY, Purpose.ADAPT];
    await tenant.publishNotice({ noticeId: 'learning', purposes });
    await tenant.grant(CALLER, {
      purposes: purposes.map((purpose) => ({ purpose, value: ConsentValue.GRANTED })),
      notice: noticeReference('learning'),
    });
    const call = tenant.open([CALLER]);
    const asked = { callId: call.callId, speakerId: CALLER };
    const learn = () => tenant.enrolment.adaptFromCall({ ...asked, idempotencyKey: randomUUID() });
    await call.audio(pcm16(quiet(CALL)));
    await call.heardUpTo(14_000);
    // Too little yet; from now on all is embedded in all spaces.
    await failure(learn());
    await call.audio(pcm16(quiet(`${CALLER}/call-2.wav`)));
    await call.heardUpTo(28_000);
    const answer = await learn().catch((error: unknown) => failureOf(error).reason);
    await call.end();
    return typeof answer === 'string' ? answer : answer.voiceprint?.version;
  };
  t.is(await learns('OFF'), 2);
  t.is(await learns('ADVISORY'), 'ACCEPTANCE_NOT_STRONG');
});

test('a service does not start with a countermeasure that computes something else', async (t) => {
  const broken = await withCountermeasure({ reference: [0.5] });
  t.teardown(() => rm(broken, { recursive: true }));
  const error = await t.throwsAsync(ground.serve({ VOUCH_MODELS_DIR: broken }));
  t.like(error, { reason: 'MODEL_INVALID', metadata: { model: 'loudness' } });
});

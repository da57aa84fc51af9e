import test from 'ava';
import { DecisionKind, NextAction, RiskResult } from '../../src/gen/vouch/v1/decision.js';
import type { TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { fixtureFile } from '../helpers/speech.js';

const service = serviceOfFile({ VOUCH_MAXIMUM_ATTEMPTS: '3' });
const ALLISON = 'allison_en';
const CARLO = 'carlo_it';

/** A call of one, who says to be another. */
async function call(tenant: TestTenant, speaker: string, claimed: string) {
  const bytes = fixtureFile(`${speaker}/call-1.wav`);
  const { decision } = await tenant.verifyRecording(bytes, { claims: [{ speakerId: claimed }] });
  return decision!;
}

test('a speaker who is tried again and again is still accepted, at a higher risk and without exact scores', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  await tenant.enrol(CARLO);
  for (let n = 0; n < 4; n++) {
    const impostor = await call(tenant, CARLO, ALLISON);
    t.not(impostor.kind, DecisionKind.ACCEPT);
    t.is(impostor.risks?.attempts, RiskResult.NOT_SUSPECTED);
    t.is(typeof impostor.score, 'number');
  }
  const genuine = await call(tenant, ALLISON, ALLISON);
  t.is(genuine.kind, DecisionKind.ACCEPT);
  t.is(genuine.risks?.attempts, RiskResult.SUSPECTED);
  t.is(genuine.nextAction, NextAction.STEP_UP);
  t.is(genuine.score, undefined);
  t.is(genuine.llr, undefined);
  t.is(genuine.claims[0]?.score, undefined);
  t.is(genuine.confidence! % 10, 0);
  // Nobody else is concerned.
  t.is((await call(tenant, CARLO, CARLO)).risks?.attempts, RiskResult.NOT_SUSPECTED);
});

test('whoever is accepted as themselves tries another beside it: that counts against the other, and not against them', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  await tenant.enrol(CARLO);
  const bytes = fixtureFile(`${CARLO}/call-1.wav`);
  for (let n = 0; n < 4; n++) {
    const claims = [{ speakerId: CARLO }, { speakerId: ALLISON }];
    const { decision } = await tenant.verifyRecording(bytes, { claims });
    t.is(decision?.kind, DecisionKind.ACCEPT);
  }
  t.is((await call(tenant, ALLISON, ALLISON)).risks?.attempts, RiskResult.SUSPECTED);
  t.is((await call(tenant, CARLO, CARLO)).risks?.attempts, RiskResult.NOT_SUSPECTED);
});

test('ids that are nobody’s are counted in the same way', async (t) => {
  const tenant = await service().tenant();
  for (let n = 0; n < 4; n++)
    t.is((await call(tenant, CARLO, 'nobody')).risks?.attempts, RiskResult.NOT_SUSPECTED);
  t.is((await call(tenant, CARLO, 'nobody')).risks?.attempts, RiskResult.SUSPECTED);
});

test('calls that were accepted are no attempts', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  for (let n = 0; n < 6; n++)
    t.is((await call(tenant, ALLISON, ALLISON)).risks?.attempts, RiskResult.NOT_SUSPECTED);
});

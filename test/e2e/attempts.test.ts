import { randomUUID } from 'node:crypto';
import test from 'ava';
import { DecisionKind, NextAction, RiskResult } from '../../src/gen/vouch/v1/decision.js';
import type { TestTenant } from '../helpers/caller.js';
import { asOwner } from '../helpers/database.js';
import { Ground, type TestService } from '../helpers/ground.js';
import { fixtureFile } from '../helpers/speech.js';

let ground: Ground;
let running: TestService;
const service = () => running;
test.serial.before('a service', async (t) => {
  t.timeout(60_000);
  ground = await Ground.make();
  running = await ground.serve({ VOUCH_MAXIMUM_ATTEMPTS: '3', VOUCH_MAXIMUM_SOURCE_ATTEMPTS: '3' });
});
test.after.always('stop', async () => {
  await running.stop();
  await ground.close();
});
const ALLISON = 'allison_en';
const CARLO = 'carlo_it';

/** A call of one, who says to be another. */
async function call(tenant: TestTenant, speaker: string, claimed: string, sourceId = '') {
  const bytes = fixtureFile(`${speaker}/call-1.wav`);
  const { decision } = await tenant.verifyRecording(bytes, { claims: [{ speakerId: claimed }], sourceId });
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

const LINE = '+353 1 000 0000';

test('one telephone from which many are tried raises the risk of calls from there alone, and locks nobody out', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  for (let n = 0; n < 4; n++) {
    const tried = await call(tenant, CARLO, `nobody-${n}`, LINE);
    t.is(tried.risks?.attempts, RiskResult.NOT_SUSPECTED, `attempt ${n}`);
  }
  const genuine = await call(tenant, ALLISON, ALLISON, LINE);
  t.is(genuine.kind, DecisionKind.ACCEPT);
  t.is(genuine.risks?.attempts, RiskResult.SUSPECTED);
  t.is(genuine.nextAction, NextAction.STEP_UP);
  t.is(genuine.score, undefined);
  for (const elsewhere of ['', '+353 1 000 0001'])
    t.is((await call(tenant, ALLISON, ALLISON, elsewhere)).risks?.attempts, RiskResult.NOT_SUSPECTED);
  const live = tenant.open([ALLISON], { sourceId: LINE });
  await live.speech(`${ALLISON}/call-1.wav`);
  const { resumeToken } = await live.event('started');
  live.vanish();
  const again = tenant.open([], { callId: live.callId, resumeToken });
  await again.speech(`${ALLISON}/call-2.wav`);
  await again.end();
  t.is(again.decision.risks?.attempts, RiskResult.SUSPECTED, 'what the first stream said holds');
  const confidences = [...live.events, ...again.events].flatMap(({ event }) =>
    event?.$case === 'progress' ? (event.value.confidence ?? []) : [],
  );
  t.true(confidences.length > 0);
  t.deepEqual(
    confidences.filter((confidence) => confidence % 10 !== 0),
    [],
    'progress tells no more than decisions',
  );
});

test('where a call came from is kept as a hash alone, and the erasure of who was claimed takes it out', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol(ALLISON);
  await call(tenant, ALLISON, ALLISON, LINE);
  await call(tenant, CARLO, 'nobody', LINE);
  const kept = () =>
    asOwner<{ hash: string; whole: string }>(
      ground.postgres.url,
      `SELECT encode(source_hash, 'hex') AS hash, to_jsonb(calls)::text AS whole FROM vouch.calls
       WHERE tenant_id = '${tenant.tenantId}' AND source_hash IS NOT NULL`,
    );
  const [one, other] = await kept();
  t.is(one?.hash, other?.hash);
  t.notRegex(`${one?.whole}${other?.whole}`, /\+353|2b333533/);
  await tenant.consent.eraseSpeaker({ speakerId: ALLISON, idempotencyKey: randomUUID() });
  t.is((await kept()).length, 1);
});

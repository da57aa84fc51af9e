import test from 'ava';
import {
  CalibrationFit,
  ConfidenceBand,
  Finality,
  NextAction,
  ReasonCode,
  RiskResult,
} from '../../src/gen/vouch/v1/decision.js';
import { CallState, EndReason, TransactionRisk } from '../../src/gen/vouch/v1/verification.js';
import { serviceOfFile } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile();
const CALL = 'allison_en/call-1.wav';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

test('an enrolled speaker is accepted, in events that are numbered without gaps', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(CALL);
  t.is(await call.end(), null);
  t.deepEqual(call.kinds(), ['started', 'claimReceived', 'NOT_ENOUGH_SPEECH', 'ACCEPT', 'ended']);
  const numbered = call.events.filter(({ sequence }) => sequence > 0);
  t.deepEqual(
    numbered.map(({ sequence }) => sequence),
    [1, 2, 3, 4, 5].slice(0, numbered.length),
  );
  t.true(call.events.every(({ callId, replayed }) => callId === call.callId && !replayed));
  const [ended] = call.all('ended');
  t.like(ended, { reason: EndReason.ENDED, note: 'hang-up', audioMs: 15_550, droppedMs: 0 });
  t.is(ended?.decisionId, call.decision.decisionId);
});

test('a wrong claim is not accepted', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('carlo_it');
  const call = tenant.open(['carlo_it']);
  await call.speech(CALL);
  await call.end();
  t.is(wordOf(call.decision), 'REJECT');
  t.is(call.decision.nextAction, NextAction.REFER);
  t.true((call.decision.llr ?? 0) < -3);
});

test('progress comes about once a second of audio, and carries no number', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(CALL);
  await call.end();
  const progress = call.events.filter(({ event }) => event?.$case === 'progress');
  t.true(progress.length >= 5 && progress.length <= 15);
  t.true(progress.every(({ sequence }) => sequence === 0));
  const audioMs = call.all('progress').map((each) => each.audioMs);
  t.deepEqual(
    audioMs,
    [...audioMs].sort((a, b) => a - b),
  );
});

test('a decision says what it rests on, and what was not done', async (t) => {
  const tenant = await service().tenant();
  const voiceprint = await tenant.enrol('allison_en');
  const { state } = await tenant.consent.getConsent({ speakerId: 'allison_en' });
  const call = tenant.open(['allison_en']);
  await call.speech(CALL);
  await call.end();
  const [first, decision] = call.all('decision');
  t.regex(decision!.decisionId, UUID);
  t.is(decision!.supersedesDecisionId, first!.decisionId);
  t.is(first!.supersedesDecisionId, '');
  t.is(decision!.finality, Finality.FINAL);
  t.is(decision!.confidenceBand, ConfidenceBand.VERY_HIGH);
  t.true(Math.abs(decision!.confidence! - 100 / (1 + Math.exp(-decision!.llr!))) < 1e-9);
  t.true(decision!.score! > 0.6 && decision!.score! <= 1);
  t.true(decision!.llrClipped);
  t.deepEqual(decision!.reasons, [ReasonCode.LLR_CLIPPED, ReasonCode.CALIBRATION_NOT_FITTED]);
  t.is(decision!.media!.startMs, 0);
  t.true(decision!.media!.endMs >= decision!.netSpeechMs && decision!.media!.endMs < 15_550);
  t.is(decision!.holdsUntil!.getTime() - decision!.decidedAt!.getTime(), 600_000);
  t.like(decision, { looks: 2, claimsSoFar: 1, shadow: false, nextAction: NextAction.SKIP_QUESTIONS });
  t.is(decision!.calibrationFit, CalibrationFit.SHIPPED);
  for (const reference of [decision!.policy!, decision!.calibration!, ...decision!.models]) {
    t.regex(reference.sha256, /^[0-9a-f]{64}$/);
    t.not(reference.id, '');
  }
  t.deepEqual(decision!.policy, call.all('started')[0]!.policy);
  const { rate, low, high, impostorTrials, speakers } = decision!.statedFalseMatchRate!;
  t.true(low <= rate && rate <= high && rate <= 0.01 && impostorTrials > 1000 && speakers > 10);
  t.deepEqual(decision!.risks, {
    spoof: RiskResult.NOT_PERFORMED,
    replay: RiskResult.NOT_PERFORMED,
    watchlist: RiskResult.NOT_PERFORMED,
    attempts: RiskResult.NOT_SUSPECTED,
  });
  t.like(decision!.claims[0], {
    claimNumber: 1,
    speakerId: 'allison_en',
    consentEventId: state!.purposes[0]!.eventId,
    voiceprintId: voiceprint.voiceprintId,
    voiceprintVersion: 1,
    voiceprintLabel: 'default',
    score: decision!.score,
    llr: decision!.llr,
  });
});

test('before anything was compared a decision states no rate and no score', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  const decision = await call.event('decision');
  t.is(decision.statedFalseMatchRate, undefined);
  t.is(decision.score, undefined);
  t.is(decision.confidence, undefined);
  t.is(decision.confidenceBand, ConfidenceBand.UNSPECIFIED);
  await call.end();
});

test('a risky request is accepted with another factor', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en'], { context: { transactionRisk: TransactionRisk.HIGH } });
  await call.speech(CALL);
  await call.end();
  t.is(wordOf(call.decision), 'ACCEPT');
  t.is(call.decision.nextAction, NextAction.STEP_UP);
});

test('GetCall after the end gives the last decision, and where the call stands', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en'], { conversationId: 'conversation', legId: 'leg' });
  await call.speech(CALL);
  await call.end();
  const found = await tenant.getCall(call.callId);
  t.deepEqual(found.decision, call.decision);
  t.like(found, { state: CallState.ENDED, paused: false, conversationId: 'conversation', legId: 'leg' });
  t.is(found.lastSequence, Math.max(...call.events.map(({ sequence }) => sequence)));
  t.true(found.endedAt! >= found.startedAt!);
});

test('a call of another tenant is not found', async (t) => {
  const [mine, other] = [await service().tenant(), await service().tenant()];
  const call = mine.open([]);
  await call.event('decision');
  t.is((await failure(other.getCall(call.callId))).reason, 'CALL_NOT_FOUND');
  await call.end();
});

test('EvaluateCall gives the decision as of now, tells it, and changes nothing', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(CALL);
  const accepted = await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  const evaluate = (sinceMediaMs?: number) =>
    tenant.verification.evaluateCall({
      callId: call.callId,
      sinceMediaMs,
      idempotencyKey: `since-${sinceMediaMs ?? 0}`,
    });
  const { decision } = await evaluate();
  t.is(wordOf(decision), 'ACCEPT');
  t.is(decision!.supersedesDecisionId, '');
  t.not(decision!.decisionId, accepted.decisionId);
  t.deepEqual((await evaluate()).decision, decision);
  t.is(wordOf((await evaluate(15_000)).decision), 'NOT_ENOUGH_SPEECH');
  t.is(await call.end(), null);
  t.deepEqual(call.all('evaluation')[0], decision);
  t.is((await tenant.getCall(call.callId)).decision?.decisionId, accepted.decisionId);
});

test('half-closing counts as an end', async (t) => {
  const tenant = await service().tenant();
  const call = tenant.open([]);
  await call.speech(CALL, 0, 1000);
  t.is(await call.halfClose(), null);
  t.deepEqual(call.kinds(), ['started', 'SPEAKER_ID_NOT_PROVIDED', 'SPEAKER_ID_NOT_PROVIDED', 'ended']);
  t.is(call.decision.finality, Finality.FINAL);
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { Status } from 'nice-grpc';
import { SourceProfile } from '../../src/gen/vouch/v1/common.js';
import { CalibrationFit, ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { putCalibration } from '../helpers/calibration.js';
import { serviceOfFile } from '../helpers/ground.js';
import { isRefused } from '../helpers/refusal.js';
import { failure } from '../helpers/test-stream.js';
import { fixtureFile } from '../helpers/speech.js';

const folder = await mkdtemp(join(tmpdir(), 'vouch-calibrations-'));
await putCalibration(folder, { sources: ['MOBILE'] });
const service = serviceOfFile({ VOUCH_CALIBRATIONS_DIR: folder });
test.after.always('remove the calibrations', () => rm(folder, { recursive: true }));

const CALL = 'allison_en/call-1.wav';

test('a call uses the calibration that its source was assigned, and says so', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const { assignment } = await tenant.admin.assignCalibration({
    source: SourceProfile.MOBILE,
    calibrationId: 'ours',
    reason: 'fitted to our calls',
    idempotencyKey: 'k',
  });
  const decide = async (source: SourceProfile) => {
    const call = tenant.open(['allison_en'], { source });
    await call.speech(CALL);
    await call.end();
    return call.decision;
  };
  const mobile = await decide(SourceProfile.MOBILE);
  t.deepEqual(mobile.calibration, assignment!.calibration);
  t.is(mobile.calibrationFit, CalibrationFit.FITTED);
  t.false(mobile.reasons.includes(ReasonCode.CALIBRATION_NOT_FITTED));
  const landline = await decide(SourceProfile.LANDLINE);
  t.like(landline, { calibration: { id: 'telephone-first' }, calibrationFit: CalibrationFit.SHIPPED });
  t.true(landline.reasons.includes(ReasonCode.CALIBRATION_NOT_FITTED));
});

test('so does a recording; of another source than it was fitted to is told', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  await tenant.admin.assignCalibration({ calibrationId: 'ours', idempotencyKey: 'k' });
  const { decision } = await tenant.verifyRecording(fixtureFile(CALL), {
    claims: [{ speakerId: 'allison_en' }],
    source: SourceProfile.VOIP,
  });
  t.like(decision, { calibration: { id: 'ours' }, calibrationFit: CalibrationFit.OTHER_SOURCE });
});

test('calibrations, what is in force and the models are told to those who may know', async (t) => {
  const tenant = await service().tenant();
  const { calibrations } = await tenant.admin.listCalibrations({});
  const shipped = calibrations.find(({ configured }) => configured)!;
  const own = calibrations.find(({ reference }) => reference?.id === 'ours')!;
  t.like(shipped, { shipped: true, reference: { id: 'telephone-first' }, sources: [] });
  t.like(own, { shipped: false, sources: [SourceProfile.MOBILE] });
  const [threshold] = own.maps[0]!.thresholds;
  t.true(threshold!.measured[0]!.rate!.rate <= threshold!.targetFalseMatchRate);
  const { inForce, history } = await tenant.as('AUDITOR').admin.getCalibrationAssignments({});
  t.true(inForce.every(({ calibration }) => calibration?.id === 'telephone-first'));
  t.deepEqual([inForce.length, history], [4, []]);
  const { spaces, graphs } = await tenant.admin.getModels({});
  t.is(spaces[0]?.id, 'campplus');
  t.deepEqual(
    spaces.map(({ model }) => graphs.find((graph) => graph.model?.sha256 === model?.sha256)?.inUse),
    spaces.map(() => true),
  );
  t.true(graphs.some(({ inUse }) => !inUse));
  const refusal = { reason: 'ROLE_NOT_ALLOWED', code: Status.PERMISSION_DENIED } as const;
  const agent = tenant.as('AGENT').admin;
  isRefused(t, await failure(agent.listCalibrations({})), refusal);
  isRefused(t, await failure(agent.getCalibrationAssignments({})), refusal);
  isRefused(t, await failure(agent.getModels({})), refusal);
  const assign = tenant.as('PRIVACY_OFFICER').admin.assignCalibration({ idempotencyKey: 'k' });
  isRefused(t, await failure(assign), refusal);
});

test('what is not loaded cannot be assigned', async (t) => {
  const tenant = await service().tenant();
  const assign = tenant.admin.assignCalibration({ calibrationId: 'none', idempotencyKey: 'k' });
  isRefused(t, await failure(assign), { reason: 'CALIBRATION_NOT_FOUND', code: Status.NOT_FOUND });
});

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import type { AssignedSource } from '../../src/domain/calibration.js';
import type { SourceProfile } from '../../src/domain/call.js';
import { CalibrationFolders } from '../../src/scoring/index.js';
import { CallCalibrations } from '../../src/session/index.js';
import { CalibrationAssignments } from '../../src/tenant/index.js';
import { ownCalibration, putCalibration, SHIPPED } from '../helpers/calibration.js';
import { asOwner } from '../helpers/database.js';
import { freshGround, newTenant, reasonOf } from '../helpers/tenant.js';

/** A tenant, and calibrations `ours` (for any source), `mobile` and `other` (fitted to mobile and to unnamed calls). */
async function calibrationGround(t: ExecutionContext) {
  const folder = await mkdtemp(join(tmpdir(), 'vouch-calibrations-'));
  t.teardown(() => rm(folder, { recursive: true }));
  await putCalibration(folder);
  await putCalibration(folder, { id: 'mobile', sources: ['MOBILE'] });
  await putCalibration(folder, { id: 'other', sources: ['UNKNOWN'] });
  const { models } = await ownCalibration();
  const [modelSha256 = ''] = models['campplus'] ?? [];
  const spaces = [{ id: 'campplus', dimension: 192, modelId: 'campplus', modelSha256 }];
  const ground = await freshGround(t);
  const assignments = new CalibrationAssignments(ground.database, ground.keyring, ground.clock);
  const open = async () =>
    new CallCalibrations(
      (await CalibrationFolders.read([SHIPPED, folder])).library('telephone-first', spaces),
      assignments,
    );
  const calibrations = await open();
  const { officer } = ground;
  let key = 0;
  const assign = (source: AssignedSource, calibrationId: string) =>
    calibrations.assign(
      officer,
      { source, calibrationId, calibrationVersion: 0, reason: 'test' },
      `${key++}`,
    );
  const chosen = async (source: SourceProfile | null) => {
    const { calibration, fit } = await calibrations.forCall(officer.tenantId, source);
    return [calibration.reference.id, fit];
  };
  return { ...ground, folder, models, open, calibrations, assign, chosen };
}

test("a call gets its source's calibration, else the tenant's, else the configured one", async (t) => {
  const { assign, chosen, tenants, calibrations } = await calibrationGround(t);
  t.deepEqual(await chosen('MOBILE'), ['telephone-first', 'SHIPPED']);
  await assign('ANY', 'ours');
  await assign('MOBILE', 'mobile');
  t.deepEqual(await chosen('MOBILE'), ['mobile', 'FITTED']);
  t.deepEqual(await chosen('VOIP'), ['ours', 'FITTED']);
  t.deepEqual(await chosen(null), ['ours', 'FITTED']);
  await assign('MOBILE', '');
  t.deepEqual(await chosen('MOBILE'), ['ours', 'FITTED']);
  await assign('MOBILE', 'telephone-first');
  t.deepEqual(await chosen('MOBILE'), ['telephone-first', 'SHIPPED']);
  const stranger = await newTenant(tenants);
  const { calibration } = await calibrations.forCall(stranger.tenantId, 'VOIP');
  t.is(calibration.reference.id, 'telephone-first');
});

test('a calibration of other sources than the call is from is said to be that', async (t) => {
  const { assign, chosen } = await calibrationGround(t);
  await assign('ANY', 'mobile');
  t.deepEqual(await chosen('MOBILE'), ['mobile', 'FITTED']);
  t.deepEqual(await chosen('LANDLINE'), ['mobile', 'OTHER_SOURCE']);
  t.deepEqual(await chosen(null), ['mobile', 'OTHER_SOURCE']);
  await assign('ANY', 'other');
  t.deepEqual(await chosen(null), ['other', 'FITTED']);
  t.deepEqual(await chosen('MOBILE'), ['other', 'OTHER_SOURCE']);
  await assign('LANDLINE', 'mobile');
  t.deepEqual(await chosen('LANDLINE'), ['mobile', 'OTHER_SOURCE']);
});

test('assignments are versions with who, when and why, in the chain as well', async (t) => {
  const { url, assign, calibrations, officer, clock } = await calibrationGround(t);
  t.like(await assign('VOIP', 'ours'), { version: 1, createdBy: officer.actorId, reason: 'test' });
  clock.advance(1000);
  await assign('VOIP', '');
  const { history, inForce } = await calibrations.standing(officer.tenantId);
  t.deepEqual(
    history.map(({ source, version, calibration }) => [source, version, calibration?.id]),
    [
      ['VOIP', 2, undefined],
      ['VOIP', 1, 'ours'],
    ],
  );
  t.deepEqual(
    inForce.map(({ source }) => source),
    [null, 'LANDLINE', 'MOBILE', 'VOIP'],
  );
  const entries = await asOwner<{ body: string }>(
    url,
    "SELECT body FROM vouch.ledger WHERE type = 'CALIBRATION_ASSIGNED' ORDER BY position",
  );
  t.like(JSON.parse(entries[0]!.body), { source: 'VOIP', version: 1, calibration: { id: 'ours' } });
  t.is(entries.length, 2);
});

test('a repeat assigns nothing more; what is not loaded cannot be assigned', async (t) => {
  const { calibrations, officer } = await calibrationGround(t);
  const assign = (calibrationId: string, calibrationVersion = 0) =>
    calibrations.assign(officer, { source: 'ANY', calibrationId, calibrationVersion, reason: '' }, 'key');
  t.is(await reasonOf(assign('none')), 'CALIBRATION_NOT_FOUND');
  t.is(await reasonOf(assign('ours', 2)), 'CALIBRATION_NOT_FOUND');
  const [first, second] = await Promise.all([assign('ours'), assign('ours')]);
  t.deepEqual(first, second);
  t.is(await reasonOf(assign('mobile')), 'IDEMPOTENCY_KEY_REUSED');
});

test('one that is assigned and gone, changed or broken is refused at the start', async (t) => {
  const { folder, models, open, assign, officer } = await calibrationGround(t);
  await assign('VOIP', 'ours');
  await (await open()).verify();
  await putCalibration(folder, { warning: 'changed' });
  const changed = await open();
  const { tenantId } = officer;
  t.like(await t.throwsAsync(changed.verify()), {
    reason: 'CALIBRATION_INVALID',
    metadata: { calibration: 'ours@1', tenant: tenantId },
  });
  t.is(await reasonOf(changed.forCall(tenantId, 'VOIP')), 'CALIBRATION_INVALID');
  t.is((await changed.forCall(tenantId, 'MOBILE')).fit, 'SHIPPED');
  await rm(join(folder, 'ours-1.json'));
  await t.throwsAsync((await open()).verify(), { message: /ours@1 cannot be used\. There is no such file/ });
  await putCalibration(folder, { models: { ...models, campplus: ['0'.repeat(64)] } });
  await t.throwsAsync((await open()).verify(), { message: /made for another model.* A tenant has it/ });
});

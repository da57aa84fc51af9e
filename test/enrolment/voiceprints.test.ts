import test from 'ava';
import { Voiceprints } from '../../src/enrolment/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { asOwner } from '../helpers/database.js';
import { grantIn } from '../helpers/consents.js';
import { newTenant, reasonOf } from '../helpers/tenant.js';
import { CAMPPLUS, enrolmentRequest, speech, unitVector, voiceprintGround } from '../helpers/voiceprints.js';

const DAY = 86_400_000;
const AT_ONCE = { waitingPeriodMs: 0 };

test('a voiceprint is told with its lineage and opens to the vector that was given', async (t) => {
  const { clock, officer, enrol, voiceprints, grantOf } = await voiceprintGround(t);
  const made = await enrol('kim', { policy: AT_ONCE });
  t.like(made, {
    speakerId: 'kim',
    label: 'default',
    version: 1,
    status: 'ACTIVE',
    source: 'CALL',
    callId: 'call-4711',
    consentEventId: (await grantOf('kim')).eventId,
    netSpeechMs: 30_000,
    createdAt: clock.now(),
    usableFrom: clock.now(),
    consistency: 0.85,
  });
  t.deepEqual(made.proofing, enrolmentRequest('kim').proofing);
  t.deepEqual(made.models, [{ space: 'campplus', modelId: 'campplus-int8', modelSha256: 'a'.repeat(64) }]);
  t.deepEqual(await voiceprints.list(officer, 'kim'), [made]);
  const { open } = await voiceprints.open(await grantOf('kim'), ['campplus']);
  t.deepEqual(open, [
    { voiceprintId: made.voiceprintId, label: 'default', version: 1, vectors: { campplus: unitVector(1) } },
  ]);
});

test('a voiceprint waits for its first use', async (t) => {
  const { clock, officer, enrol, voiceprints, grantOf, openIds } = await voiceprintGround(t);
  const made = await enrol('kim');
  t.is(made.status, 'PENDING');
  t.deepEqual(made.usableFrom, clock.in(DAY));
  clock.advance(DAY - 1);
  t.deepEqual(await voiceprints.open(await grantOf('kim'), ['campplus']), {
    open: [],
    pending: 1,
    otherModel: 0,
    expired: 0,
    until: clock.in(1000 * DAY - (DAY - 1)),
  });
  clock.advance(1);
  t.deepEqual(await openIds('kim'), [made.voiceprintId]);
  t.is((await voiceprints.list(officer, 'kim'))[0]!.status, 'ACTIVE');
});

test('the version in use stays until the next one may follow it', async (t) => {
  const { clock, officer, enrol, voiceprints, openIds } = await voiceprintGround(t);
  const first = await enrol('kim', { policy: AT_ONCE });
  const second = await enrol('kim');
  const third = await enrol('kim');
  t.deepEqual([first.version, second.version, third.version], [1, 2, 3]);
  t.deepEqual(await openIds('kim'), [first.voiceprintId]);
  clock.advance(DAY);
  t.deepEqual(await openIds('kim'), [third.voiceprintId]);
  const statuses = async () => (await voiceprints.list(officer, 'kim')).map((each) => each.status);
  t.deepEqual(await statuses(), ['SUPERSEDED', 'SUPERSEDED', 'ACTIVE']);
  await enrol('kim', { policy: AT_ONCE });
  t.deepEqual(await statuses(), ['SUPERSEDED', 'SUPERSEDED', 'SUPERSEDED', 'ACTIVE']);
});

test('what was superseded does not come back when its successor is deleted', async (t) => {
  const { clock, officer, enrol, voiceprints, openIds } = await voiceprintGround(t);
  await enrol('kim', { policy: AT_ONCE });
  const second = await enrol('kim');
  clock.advance(DAY);
  await voiceprints.delete(officer, second.voiceprintId, 'k');
  t.deepEqual(await openIds('kim'), []);
});

test('labels are apart, and no more than allowed', async (t) => {
  const { enrol, openIds } = await voiceprintGround(t);
  const policy = { ...AT_ONCE, maximumLabels: 2 };
  await enrol('kim', { policy, request: { label: 'mobile' } });
  await enrol('kim', { policy, request: { label: 'landline' } });
  await enrol('kim', { policy, request: { label: 'landline' } });
  t.is((await openIds('kim')).length, 2);
  t.is(await reasonOf(enrol('kim', { policy, request: { label: 'third' } })), 'TOO_MANY_VOICEPRINTS');
});

test('speech that is not enough, not good or not one person’s is refused', async (t) => {
  const { enrol } = await voiceprintGround(t);
  const { quality } = speech(new Date());
  const refused = async (changes: Parameters<typeof enrol>[1]) => reasonOf(enrol('kim', changes));
  t.is(await refused({ speech: { netSpeechMs: 19_999 } }), 'NOT_ENOUGH_SPEECH');
  t.is(await refused({ speech: { quality: { ...quality, snrDb: 4.9 } } }), 'QUALITY_TOO_LOW');
  t.is(await refused({ speech: { quality: { ...quality, clippedShare: 0.11 } } }), 'QUALITY_TOO_LOW');
  t.is(await refused({ speech: { consistency: 0.71 } }), 'SPEECH_INCONSISTENT');
  t.is(await refused({ request: { proofing: null } }), 'PROOFING_REQUIRED');
  t.is(await refused({ speech: { vectors: [] } }), 'INTERNAL');
  t.is(await refused({ speech: { vectors: [{ space: CAMPPLUS, vector: unitVector(1, 100) }] } }), 'INTERNAL');
  const long = unitVector(1).map((value) => value * 2);
  t.is(await refused({ speech: { vectors: [{ space: CAMPPLUS, vector: long }] } }), 'INTERNAL');
});

test('recordings need less speech than calls', async (t) => {
  const { enrol } = await voiceprintGround(t);
  const request = { source: 'RECORDING', callId: '' } as const;
  await t.notThrowsAsync(enrol('kim', { request, speech: { netSpeechMs: 10_000 } }));
  t.is(await reasonOf(enrol('kim', { request, speech: { netSpeechMs: 9_999 } })), 'NOT_ENOUGH_SPEECH');
});

test('speech from before the grant is not enrolled', async (t) => {
  const { clock, enrol } = await voiceprintGround(t);
  t.is(await reasonOf(enrol('kim', { speech: { spokenFrom: clock.in(-1) } })), 'CONSENT_MISSING');
});

test('a grant that was taken back makes and opens nothing', async (t) => {
  const { clock, officer, grantOf, enrol, withdraw, voiceprints } = await voiceprintGround(t);
  await enrol('kim', { policy: AT_ONCE });
  const held = await grantOf('kim');
  await withdraw('kim');
  t.is(await reasonOf(voiceprints.open(held, ['campplus'])), 'CONSENT_MISSING');
  const create = voiceprints.create(
    officer,
    held,
    enrolmentRequest('kim'),
    speech(clock.now()),
    DEFAULT_POLICY.enrolment,
  );
  t.is(await reasonOf(create), 'CONSENT_MISSING');
});

test('withdrawing VERIFY erases all versions and vectors, withdrawing another purpose none', async (t) => {
  const { url, enrol, grant, withdraw, isOpen } = await voiceprintGround(t);
  await grant('kim', { purposes: { ADAPT: 'GRANTED' } });
  await enrol('kim', { policy: AT_ONCE });
  await enrol('kim');
  t.is((await withdraw('kim', { purposes: ['ADAPT'] })).voiceprintsErased, 0);
  t.true(await isOpen('kim'));
  t.is((await withdraw('kim', { idempotencyKey: 'k' })).voiceprintsErased, 2);
  t.deepEqual(await asOwner(url, 'SELECT voiceprint_id FROM vouch.voiceprints'), []);
  t.deepEqual(await asOwner(url, 'SELECT voiceprint_id FROM vouch.voiceprint_vectors'), []);
});

test('an opt-out and a refusal erase too, and repeats tell the same number', async (t) => {
  const { enrol, optOut, grant, officer, voiceprints } = await voiceprintGround(t);
  await enrol('kim');
  t.is((await optOut('kim', { idempotencyKey: 'k' })).voiceprintsErased, 1);
  t.is((await optOut('kim', { idempotencyKey: 'k' })).voiceprintsErased, 1);
  await grant('kim', { liftsOptOut: true });
  await enrol('kim');
  t.is((await grant('kim', { purposes: { VERIFY: 'REFUSED' } })).voiceprintsErased, 1);
  t.deepEqual(await voiceprints.list(officer, 'kim'), []);
});

test('of an enrolment and a withdrawal at the same moment, nothing is left', async (t) => {
  const { url, enrol, withdraw, grant } = await voiceprintGround(t);
  for (let round = 0; round < 5; round++) {
    await grant('kim');
    const outcomes = await Promise.all([reasonOf(enrol('kim')), reasonOf(withdraw('kim'))]);
    t.is(outcomes[1], 'none');
    t.deepEqual(
      await asOwner(url, 'SELECT voiceprint_id FROM vouch.voiceprints'),
      [],
      `${outcomes[0]} first`,
    );
  }
});

test('a repeat makes no second voiceprint, whatever its speech', async (t) => {
  const { officer, enrol, voiceprints } = await voiceprintGround(t);
  const request = { idempotencyKey: 'once' };
  t.is(await voiceprints.createdBefore(officer, enrolmentRequest('kim', request)), null);
  const [first, second] = await Promise.all([
    enrol('kim', { request }),
    enrol('kim', { request, speech: { netSpeechMs: 40_000 } }),
  ]);
  t.deepEqual(second, first);
  t.deepEqual(await voiceprints.createdBefore(officer, enrolmentRequest('kim', request)), first);
  t.is((await voiceprints.list(officer, 'kim')).length, 1);
  t.is(await reasonOf(enrol('kim', { request: { ...request, label: 'other' } })), 'IDEMPOTENCY_KEY_REUSED');
});

test('a deleted voiceprint is gone, for running calls too', async (t) => {
  const { officer, enrol, voiceprints, gate, grant } = await voiceprintGround(t);
  await grant('lee');
  const { voiceprintId } = await enrol('kim', { policy: AT_ONCE });
  const open = (speakerId: string) => gate.openClaim(officer.tenantId, speakerId, 'VERIFY');
  const seen = [
    { speakerId: 'kim', version: (await open('kim')).version },
    { speakerId: 'lee', version: (await open('lee')).version },
  ];
  await voiceprints.delete(officer, voiceprintId, 'k');
  await voiceprints.delete(officer, voiceprintId, 'k');
  t.is(await reasonOf(voiceprints.delete(officer, voiceprintId, 'k2')), 'VOICEPRINT_NOT_FOUND');
  t.deepEqual(await voiceprints.list(officer, 'kim'), []);
  t.deepEqual(await gate.changedSince(officer.tenantId, seen), ['kim']);
});

test('a voiceprint without a vector in the spaces in use is counted, not opened', async (t) => {
  const { enrol, voiceprints, grantOf } = await voiceprintGround(t);
  await enrol('kim', { policy: AT_ONCE });
  t.like(await voiceprints.open(await grantOf('kim'), ['ge2e']), {
    open: [],
    pending: 0,
    otherModel: 1,
  });
});

test('a vector that was moved to another row does not open', async (t) => {
  const { url, enrol, voiceprints, grantOf } = await voiceprintGround(t);
  await enrol('kim', { policy: AT_ONCE, request: { label: 'a' } });
  await enrol('kim', { policy: AT_ONCE, request: { label: 'b' } });
  await asOwner(
    url,
    `UPDATE vouch.voiceprint_vectors v SET ciphertext = o.ciphertext
     FROM vouch.voiceprint_vectors o WHERE o.voiceprint_id <> v.voiceprint_id`,
  );
  t.is(await reasonOf(voiceprints.open(await grantOf('kim'), ['campplus'])), 'CIPHERTEXT_INVALID');
});

test('equal voices of two tenants have nothing in common in the database', async (t) => {
  const ground = await voiceprintGround(t);
  const { url, tenants, gate, clock, voiceprints, enrol } = ground;
  const other = await newTenant(tenants);
  await grantIn(ground, other, 'kim');
  const { grant } = await gate.openClaim(other.tenantId, 'kim', 'VERIFY');
  await enrol('kim');
  await voiceprints.create(
    other,
    grant!,
    enrolmentRequest('kim'),
    speech(clock.now()),
    DEFAULT_POLICY.enrolment,
  );
  const rows = await asOwner<{ vector: Buffer; lineage: Buffer }>(
    url,
    'SELECT ciphertext AS vector, lineage FROM vouch.voiceprint_vectors JOIN vouch.voiceprints USING (voiceprint_id)',
  );
  t.is(rows.length, 2);
  const plain = Buffer.from(unitVector(1).buffer);
  for (const part of ['vector', 'lineage'] as const) {
    const [a, b] = rows.map((row) => row[part]);
    // Eight bytes: by chance they meet once in 2^40 such pairs. The first byte says the format.
    for (let at = 1; at + 8 <= a!.length; at++) t.is(b!.indexOf(a!.subarray(at, at + 8)), -1);
    for (let at = 0; at + 8 <= plain.length; at += 4) t.is(a!.indexOf(plain.subarray(at, at + 8)), -1);
  }
});

test('another tenant can neither see nor delete a voiceprint', async (t) => {
  const { enrol, tenants, voiceprints, database } = await voiceprintGround(t);
  const { voiceprintId } = await enrol('kim');
  const other = await newTenant(tenants);
  t.is(await reasonOf(voiceprints.list(other, 'kim')), 'SPEAKER_NOT_FOUND');
  t.is(await reasonOf(voiceprints.delete(other, voiceprintId, 'k')), 'VOICEPRINT_NOT_FOUND');
  for (const table of ['speakers', 'speaker_keys', 'voiceprints', 'voiceprint_vectors', 'consent_details']) {
    t.deepEqual(await database.tenant(other.tenantId, (tx) => tx.query(`SELECT 1 FROM ${table}`)), [], table);
  }
});

test('another keyring opens nothing', async (t) => {
  const { enrol, database, gate, clock, officer } = await voiceprintGround(t);
  const { keyring } = await voiceprintGround(t);
  await enrol('kim');
  await keyring.createTenantKeys(officer.tenantId);
  const blind = new Voiceprints(database, keyring, gate, clock);
  t.is(await reasonOf(blind.list(officer, 'kim')), 'CIPHERTEXT_INVALID');
});

import test from 'ava';
import { asOwner } from '../helpers/database.js';
import { consentGround, notice } from '../helpers/consents.js';
import { newTenant, reasonOf } from '../helpers/tenant.js';

test('a grant says on which event it rests, since when and until when', async (t) => {
  const { clock, gate, officer, grant } = await consentGround(t);
  const expiresAt = clock.in(1000);
  const { eventId } = await grant('kim', { expiresAt });
  const opened = await gate.openClaim(officer.tenantId, 'kim', 'VERIFY');
  t.like(opened.grant, {
    eventId,
    since: clock.now(),
    expiresAt,
    speakerId: 'kim',
    speakerRef: opened.speakerRef!,
  });
  clock.advance(1000);
  t.is((await gate.openClaim(officer.tenantId, 'kim', 'VERIFY')).grant, null);
});

test('a grant is for its purpose alone', async (t) => {
  const { gate, officer, grant } = await consentGround(t);
  await grant('kim', { purposes: { ADAPT: 'GRANTED' } });
  t.is((await gate.openClaim(officer.tenantId, 'kim', 'VERIFY')).grant, null);
  t.not((await gate.openClaim(officer.tenantId, 'kim', 'ADAPT')).grant, null);
});

test('running calls see who has changed, known or not', async (t) => {
  const { gate, officer, grant, withdraw, optOut, consents } = await consentGround(t);
  const { tenantId } = officer;
  const ids = ['kim', 'lee', 'max', 'new', 'stranger'];
  for (const id of ['kim', 'lee', 'max']) await grant(id);
  const open = () =>
    Promise.all(
      ids.map(async (speakerId) => ({ speakerId, ...(await gate.openClaim(tenantId, speakerId, 'VERIFY')) })),
    );
  const seen = await open();
  t.deepEqual(await gate.changedSince(tenantId, seen), []);
  await withdraw('kim');
  await optOut('lee');
  await grant('new');
  await optOut('stranger');
  t.deepEqual(await gate.changedSince(tenantId, seen), ['kim', 'lee', 'new', 'stranger']);
  t.deepEqual(await gate.changedSince(tenantId, await open()), []);
  await consents.publishNotice(officer, notice({ version: 2, requiresNewConsent: true }), 'k');
  t.deepEqual(await gate.changedSince(tenantId, seen), ids);
});

test('a grant that was taken back opens nothing', async (t) => {
  const { database, gate, officer, grant, withdraw, optOut } = await consentGround(t);
  await grant('kim');
  const held = (await gate.openClaim(officer.tenantId, 'kim', 'VERIFY')).grant!;
  const unlock = () => database.tenant(officer.tenantId, (tx) => gate.unlock(tx, held));
  await t.notThrowsAsync(unlock());
  await withdraw('kim');
  t.is(await reasonOf(unlock()), 'CONSENT_MISSING');
  await grant('kim');
  t.is(await reasonOf(unlock()), 'CONSENT_MISSING', 'the new grant covers nothing from before it');
  await optOut('kim');
  t.is(await reasonOf(unlock()), 'SPEAKER_OPTED_OUT');
});

test('a grant of one tenant opens nothing in another', async (t) => {
  const { database, gate, officer, grant, tenants } = await consentGround(t);
  await grant('kim');
  const held = (await gate.openClaim(officer.tenantId, 'kim', 'VERIFY')).grant!;
  const other = await newTenant(tenants);
  t.is(await reasonOf(database.tenant(other.tenantId, (tx) => gate.unlock(tx, held))), 'INTERNAL');
});

test('an event that cannot be read means no', async (t) => {
  const { url, gate, officer, grant } = await consentGround(t);
  await grant('kim');
  await asOwner(
    url,
    `UPDATE vouch.ledger SET body = '{"purposes":{"VERIFY":"PERHAPS"}}' WHERE kind = 'CONSENT'`,
  );
  await t.throwsAsync(gate.openClaim(officer.tenantId, 'kim', 'VERIFY'));
});

test('a database that does not answer means no', async (t) => {
  const { database, gate, officer, grant } = await consentGround(t);
  await grant('kim');
  await database.close();
  t.is(await reasonOf(gate.openClaim(officer.tenantId, 'kim', 'VERIFY')), 'DATABASE_UNAVAILABLE');
  t.is(
    await reasonOf(gate.changedSince(officer.tenantId, [{ speakerId: 'kim', version: '1.0.0' }])),
    'DATABASE_UNAVAILABLE',
  );
});

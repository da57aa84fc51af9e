import test from 'ava';
import { Audit } from '../../src/audit/index.js';
import { openSpeakerKey } from '../../src/keys/index.js';
import { sha256 } from '../../src/crypto/index.js';
import { findConsentDetails, listConsentEntries } from '../../src/storage/index.js';
import { asOwner } from '../helpers/database.js';
import { consentGround, given, notice, recordInput } from '../helpers/consents.js';
import { newTenant, reasonOf } from '../helpers/tenant.js';

const MINUTE = 60_000;
const DAY = 86_400_000;

test('a grant is in force from when it is recorded, whenever it was said', async (t) => {
  const { clock, grant } = await consentGround(t);
  const recorded = await grant('kim', { occurredAt: clock.in(-4 * MINUTE) });
  t.deepEqual(recorded.effectiveAt, clock.now());
  t.deepEqual(recorded.recordedAt, clock.now());
  t.false(recorded.retroactive);
  t.like(recorded.state.purposes[0], { purpose: 'VERIFY', granted: true, since: clock.now() });
  t.is(recorded.state.lastChainPosition, recorded.chainPosition);
});

test('what is entered more than five minutes late is marked, what lies in the future is refused', async (t) => {
  const { clock, grant } = await consentGround(t);
  t.true((await grant('kim', { occurredAt: clock.in(-5 * MINUTE - 1) })).retroactive);
  t.false((await grant('kim', { occurredAt: clock.in(-5 * MINUTE) })).retroactive);
  t.is(await reasonOf(grant('kim', { occurredAt: clock.in(MINUTE) })), 'FIELD_INVALID');
});

test('a grant needs a published notice, given in its own words and language', async (t) => {
  const { grant } = await consentGround(t);
  const reference = given(notice());
  t.is(await reasonOf(grant('kim', { notice: null })), 'FIELD_REQUIRED');
  t.is(await reasonOf(grant('kim', { notice: { ...reference, noticeId: 'none' } })), 'NOTICE_NOT_FOUND');
  t.is(await reasonOf(grant('kim', { notice: { ...reference, version: 2 } })), 'NOTICE_NOT_FOUND');
  t.is(await reasonOf(grant('kim', { notice: { ...reference, language: 'de' } })), 'NOTICE_MISMATCH');
  t.is(await reasonOf(grant('kim', { notice: given(notice({ text: 'Another text' })) })), 'NOTICE_MISMATCH');
});

test('a grant of what the notice does not ask for, or to another controller, is refused', async (t) => {
  const { grant } = await consentGround(t);
  t.is(await reasonOf(grant('kim', { purposes: { CALIBRATE: 'GRANTED' } })), 'FIELD_INVALID');
  t.is(await reasonOf(grant('kim', { controllerEntity: 'Other Bank' })), 'FIELD_INVALID');
  t.is(await reasonOf(grant('kim', { ground: 'STATUTORY' })), 'FIELD_INVALID');
  t.is(await reasonOf(grant('kim', { purposes: {} })), 'FIELD_REQUIRED');
});

test('what is refused leaves nothing behind', async (t) => {
  const { consents, officer, grant } = await consentGround(t);
  t.is(await reasonOf(grant('kim', { ground: 'STATUTORY' })), 'FIELD_INVALID');
  t.is(await reasonOf(consents.state(officer, 'kim')), 'SPEAKER_NOT_FOUND');
});

test('a refusal needs no notice and grants nothing', async (t) => {
  const { grant } = await consentGround(t);
  const { state } = await grant('kim', { purposes: { VERIFY: 'REFUSED', ADAPT: 'NOT_ASKED' }, notice: null });
  t.deepEqual(
    state.purposes.map(({ purpose, granted, value }) => [purpose, granted, value]),
    [
      ['VERIFY', false, 'REFUSED'],
      ['ADAPT', false, 'NOT_ASKED'],
    ],
  );
});

test('a withdrawal ends the grant at once, and the same can be granted again', async (t) => {
  const { grant, withdraw, isOpen } = await consentGround(t);
  await grant('kim');
  t.true(await isOpen('kim'));
  t.like((await withdraw('kim')).state.purposes[0], { granted: false, value: 'REFUSED' });
  t.false(await isOpen('kim'));
  await grant('kim');
  t.true(await isOpen('kim'));
  t.is(await reasonOf(withdraw('nobody')), 'SPEAKER_NOT_FOUND');
  t.is(await reasonOf(withdraw('kim', { purposes: [] })), 'FIELD_REQUIRED');
});

test('a form that is entered late does not undo a withdrawal', async (t) => {
  const { clock, grant, withdraw, isOpen } = await consentGround(t);
  await grant('kim');
  clock.advance(MINUTE);
  await withdraw('kim');
  t.is(await reasonOf(grant('kim', { occurredAt: clock.in(-1) })), 'FIELD_INVALID');
  t.false(await isOpen('kim'));
});

test('an opt-out stands until it is lifted, at the wish of the person', async (t) => {
  const { clock, grant, optOut, isOpen, gate, officer } = await consentGround(t);
  await grant('kim');
  await optOut('kim');
  t.like(await gate.openClaim(officer.tenantId, 'kim', 'VERIFY'), {
    known: true,
    optedOut: true,
    grant: null,
  });
  t.is(await reasonOf(grant('kim')), 'SPEAKER_OPTED_OUT');
  clock.advance(1);
  const { state } = await grant('kim', { liftsOptOut: true });
  t.false(state.optedOut);
  t.true(await isOpen('kim'));
});

test('of someone unknown who opts out no id is stored, and the opt-out holds', async (t) => {
  const { url, consents, grant, optOut, gate, officer, isOpen } = await consentGround(t);
  await optOut('kim.lee@acme.example', {
    evidence: { type: 'letter', reference: 'from kim.lee', sha256: '' },
  });
  t.like(await gate.openClaim(officer.tenantId, 'kim.lee@acme.example', 'VERIFY'), {
    known: false,
    optedOut: true,
    grant: null,
  });
  t.true((await consents.state(officer, 'kim.lee@acme.example')).state.optedOut);
  t.false((await everything(url)).includes('kim.lee'));
  t.is(await reasonOf(grant('kim.lee@acme.example')), 'SPEAKER_OPTED_OUT');
  await grant('kim.lee@acme.example', { purposes: { VERIFY: 'REFUSED' } });
  t.true((await consents.state(officer, 'kim.lee@acme.example')).state.optedOut);
  await grant('kim.lee@acme.example', { liftsOptOut: true });
  t.true(await isOpen('kim.lee@acme.example'));
});

test('who and what stands behind an event is encrypted; the id is in one place only', async (t) => {
  const { url, grant } = await consentGround(t);
  await grant('kim.lee@acme.example');
  const stored = await everything(url);
  for (const secret of ['archive/kim-lee.wav', 'agent-smith', 'ticket-99', 'call-4711']) {
    t.false(stored.includes(secret), secret);
  }
  t.is(stored.split('kim.lee@acme.example').length, 2);
});

test('what stands behind an event opens with the speaker’s key, and the chain proves it', async (t) => {
  const { database, keyring, officer, grant } = await consentGround(t);
  const { eventId } = await grant('kim');
  await database.tenant(officer.tenantId, async (tx) => {
    const { speakerRef, ciphertext } = (await findConsentDetails(tx, eventId))!;
    const key = await openSpeakerKey(tx, keyring, speakerRef);
    const details = key.open(ciphertext, { use: 'consent-details', event: eventId });
    t.like(JSON.parse(details.toString()), {
      callId: 'call-4711',
      evidence: { reference: 'archive/kim-lee.wav' },
      proofing: { actor: 'agent-smith', reference: 'ticket-99' },
    });
    const [entry] = await listConsentEntries(tx, speakerRef);
    t.like(JSON.parse(entry!.body), { detailsSha256: sha256(details).toString('hex') });
  });
});

test('a repeat changes nothing and gets the same answer, even after more has happened', async (t) => {
  const { clock, consents, officer, withdraw, database } = await consentGround(t);
  const input = recordInput('kim', clock.now(), { idempotencyKey: 'once' });
  const [first, second] = await Promise.all([1, 2].map(() => consents.recordConsent(officer, input)));
  t.deepEqual(second, first);
  clock.advance(MINUTE);
  await withdraw('kim');
  t.deepEqual(await consents.recordConsent(officer, input), first);
  const rows = await database.tenant(officer.tenantId, (tx) =>
    tx.query("SELECT FROM ledger WHERE kind = 'CONSENT'"),
  );
  t.is(rows.length, 2);
});

test('a key that is used again for something else is refused', async (t) => {
  const { grant, withdraw, optOut } = await consentGround(t);
  await grant('kim', { idempotencyKey: 'k' });
  for (const changes of [{ jurisdiction: 'US-IL' }, { callId: 'other' }, { onBehalfOf: 'other' }]) {
    t.is(await reasonOf(grant('kim', { idempotencyKey: 'k', ...changes })), 'IDEMPOTENCY_KEY_REUSED');
  }
  t.is(await reasonOf(grant('lee', { idempotencyKey: 'k' })), 'IDEMPOTENCY_KEY_REUSED');
  await t.notThrowsAsync(withdraw('kim', { idempotencyKey: 'k' }), 'another method has keys of its own');
  await optOut('kim', { idempotencyKey: 'k' });
  t.is(await reasonOf(optOut('lee', { idempotencyKey: 'k' })), 'IDEMPOTENCY_KEY_REUSED');
});

test('“not now” names a time in the future, and is told until then', async (t) => {
  const { clock, consents, officer, grant, gate } = await consentGround(t);
  const notNow = (doNotAskBefore: Date | null) =>
    grant('kim', { purposes: { VERIFY: 'NOT_NOW' }, notice: null, doNotAskBefore });
  t.is(await reasonOf(notNow(null)), 'FIELD_REQUIRED');
  t.is(await reasonOf(notNow(clock.now())), 'FIELD_INVALID');
  const until = clock.in(30 * DAY);
  await notNow(until);
  const { state } = await consents.state(officer, 'kim');
  t.deepEqual(state.doNotAskBefore, until);
  t.like(state.purposes[0], { granted: false, value: 'NOT_NOW' });
  const reasons = async () => (await gate.openClaim(officer.tenantId, 'kim', 'VERIFY')).reasons;
  t.deepEqual(await reasons(), ['DO_NOT_ASK']);
  clock.advance(30 * DAY);
  t.is((await consents.state(officer, 'kim')).state.doNotAskBefore, null);
  t.deepEqual(await reasons(), []);
});

test('tenants do not see each other’s speakers, notices or consent', async (t) => {
  const { consents, officer, grant, tenants, gate } = await consentGround(t);
  await grant('kim');
  const other = await newTenant(tenants);
  t.is(await reasonOf(consents.state(other, 'kim')), 'SPEAKER_NOT_FOUND');
  t.like(await gate.openClaim(other.tenantId, 'kim', 'VERIFY'), { known: false, grant: null });
  const input = recordInput('kim', new Date(0));
  t.is(await reasonOf(consents.recordConsent(other, input)), 'NOTICE_NOT_FOUND');
  t.true((await consents.state(officer, 'kim')).state.purposes[0]!.granted);
});

test('grants of one speaker that arrive at once are all recorded, in one chain', async (t) => {
  const { database, clock, officer, grant, consents } = await consentGround(t);
  await Promise.all(Array.from({ length: 8 }, () => grant('kim')));
  t.like(await new Audit(database, clock).verify(officer.tenantId), { position: 11, problem: undefined });
  t.is((await consents.state(officer, 'kim')).state.lastChainPosition, 11);
});

/** All that the tables hold, as text. */
async function everything(url: string): Promise<string> {
  const tables = await asOwner<{ name: string }>(
    url,
    "SELECT tablename AS name FROM pg_tables WHERE schemaname = 'vouch'",
  );
  const texts: string[] = [];
  for (const { name } of tables) {
    const rows = await asOwner<{ row: string }>(url, `SELECT t::text AS row FROM vouch.${name} t`);
    texts.push(...rows.map(({ row }) => row));
  }
  return texts.join('\n');
}

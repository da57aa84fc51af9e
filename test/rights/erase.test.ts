import { createHash, randomUUID } from 'node:crypto';
import test from 'ava';
import { listLedger, readEvents } from '../../src/storage/index.js';
import { Audit } from '../../src/audit/index.js';
import { asOwner } from '../helpers/database.js';
import { reasonOf } from '../helpers/tenant.js';
import { rightsGround } from '../helpers/rights.js';

const DAY = 86_400_000;

test('erasure destroys the key and every row, and the receipt says what', async (t) => {
  const { url, clock, call, erase, officer, speakers, database, gate } = await rightsGround(t);
  await call(['kim']);
  await call(['kim', 'lee']);
  const receipt = await erase('kim');
  t.like(receipt, {
    erasedAt: clock.now(),
    cause: 'REQUEST',
    destroyed: {
      names: 1,
      dataKeys: 1,
      voiceprints: 1,
      speechKept: 0,
      trustPhrases: 0,
      consentDetails: 1,
      claims: 2,
      decisions: 1,
      decisionsRedacted: 1,
      outcomes: 1,
      manifestRows: 0,
    },
    // The next rotation, a day for wrapping anew, 35 days of backups, a day for destroying.
    unrecoverableAfter: clock.in((30 + 1 + 35 + 1) * DAY),
    evidenceUntil: clock.in(3650 * DAY),
    optOutStays: false,
  });
  const counts = await asOwner<Record<string, number>>(
    url,
    `SELECT (SELECT count(*) FROM vouch.speakers)::int AS speakers, (SELECT count(*) FROM vouch.voiceprints)::int AS voiceprints,
       (SELECT count(*) FROM vouch.voiceprint_vectors)::int AS vectors,
       (SELECT count(*) FROM vouch.consent_details)::int AS details,
       (SELECT count(*) FROM vouch.speaker_keys k JOIN vouch.erasure_evidence e ON e.evidence_id = k.speaker_ref)::int AS keys,
       (SELECT count(*) FROM vouch.speaker_keys)::int AS all_keys`,
  );
  t.deepEqual(counts, [{ speakers: 0, voiceprints: 0, vectors: 0, details: 0, keys: 1, all_keys: 1 }]);
  t.is(await reasonOf(speakers.get(officer, 'kim')), 'SPEAKER_NOT_FOUND');
  t.false((await gate.openClaim(officer.tenantId, 'kim', 'VERIFY')).known);
  const entry = (
    await database.tenant(officer.tenantId, (tx) => listLedger(tx, receipt.chainPosition - 1, 1))
  )[0]!;
  t.is(entry.type, 'SPEAKER_ERASED');
  t.is(entry.hash.toString('hex'), receipt.chainHash);
  t.like(await new Audit(database, clock).verify(officer.tenantId), { hash: entry.hash });
});

test('of a decision about others, too, only their part stays', async (t) => {
  const { call, erase, officer, database, grant } = await rightsGround(t);
  await grant('lee');
  const { callId } = await call(['kim', 'lee']);
  await erase('kim');
  const events = await database.tenant(officer.tenantId, (tx) => readEvents(tx, callId, 0, 100));
  t.deepEqual(
    events.map(({ body }) => body.type),
    ['claimReceived', 'decision', 'ended'],
  );
  const { body } = events[1]!;
  if (body.type !== 'decision') return t.fail();
  t.like(body.decision, { confidence: null, confidenceBand: null, score: null, llr: null });
  t.is(body.decision.claims.length, 1);
  t.like(body.decision.claims[0], { claimNumber: 2, speakerId: 'lee', score: 0.8 });
});

test('whoever only helped to tell who answered leaves nothing in the decision either', async (t) => {
  const { call, erase, officer, database, grant } = await rightsGround(t);
  await grant('lee');
  const other = { claimNumber: 2, kind: 'ACCEPT', consentEventId: randomUUID() } as const;
  const others = [{ ...other, identifyEventId: randomUUID(), voiceprintId: randomUUID() }];
  const { callId } = await call(['kim', 'lee'], { others });
  const before = await database.tenant(officer.tenantId, (tx) => readEvents(tx, callId, 0, 100));
  t.true(JSON.stringify(before).includes(others[0]!.identifyEventId));
  await erase('lee');
  const events = await database.tenant(officer.tenantId, (tx) => readEvents(tx, callId, 0, 100));
  t.false(JSON.stringify(events).includes(others[0]!.identifyEventId));
  const decided = events.find(({ body }) => body.type === 'decision')?.body;
  if (decided?.type !== 'decision') return t.fail();
  t.like(decided.decision, { score: 0.8, others: [] });
});

test('a repeat gets the same receipt; another request finds nobody', async (t) => {
  const { rights, officer, hold } = await rightsGround(t);
  const input = { speakerId: 'kim', onBehalfOf: 'kim in person', idempotencyKey: randomUUID() };
  const receipt = await rights.erase(officer, input);
  await hold('kim');
  t.deepEqual(await rights.erase(officer, input), receipt);
  t.is(await reasonOf(rights.erase(officer, { ...input, onBehalfOf: '' })), 'IDEMPOTENCY_KEY_REUSED');
  const another = { ...input, idempotencyKey: randomUUID() };
  t.is(await reasonOf(rights.erase(officer, another)), 'SPEAKER_NOT_FOUND');
});

test('the evidence alone shows consent and erasure to whoever names the id', async (t) => {
  const { rights, erase, officer, withdraw, clock } = await rightsGround(t);
  const saidAt = clock.now();
  clock.advance(DAY);
  await withdraw('kim');
  const receipt = await erase('kim');
  const records = await rights.evidence(officer, 'kim');
  t.is(records.length, 1);
  const [{ receipt: kept, consentEvents } = { receipt: null, consentEvents: [] }] = records;
  t.deepEqual(kept, receipt);
  t.deepEqual(
    consentEvents.map(({ type }) => type),
    ['CONSENT_RECORDED', 'CONSENT_WITHDRAWN'],
  );
  const [granted] = consentEvents;
  t.deepEqual(granted!.occurredAt, saidAt);
  const body = JSON.parse(granted!.body) as Record<string, unknown>;
  t.like(body, {
    purposes: { VERIFY: 'GRANTED' },
    notice: { noticeId: 'voice', version: 1, language: 'en' },
  });
  t.is(createHash('sha256').update(granted!.details).digest('hex'), String(body['detailsSha256']));
  t.true(granted!.details.includes('archive/kim-lee.wav'));
  t.is(await reasonOf(rights.evidence(officer, 'kim2')), 'EVIDENCE_NOT_FOUND');
});

test('a record moved to another id does not open', async (t) => {
  const { url, rights, erase, officer, keyring } = await rightsGround(t);
  await erase('kim');
  const other = await keyring.keyedHash(officer.tenantId, 'speaker-id', 'lee');
  await asOwner(url, 'UPDATE vouch.erasure_evidence SET id_hash = $1', [other]);
  t.is(await reasonOf(rights.evidence(officer, 'lee')), 'CIPHERTEXT_INVALID');
});

test('who comes back is somebody new, and is erased again', async (t) => {
  const { rights, erase, grant, officer, isOpen, openIds } = await rightsGround(t);
  await erase('kim');
  await grant('kim');
  t.true(await isOpen('kim'));
  t.deepEqual(await openIds('kim'), []);
  await erase('kim');
  t.is((await rights.evidence(officer, 'kim')).length, 2);
});

test('an opt-out outlives the erasure, and alone names nobody', async (t) => {
  const { url, erase, optOut, isOpen, grant } = await rightsGround(t);
  await optOut('kim');
  await optOut('never-known');
  t.true((await erase('kim')).optOutStays);
  t.like(await erase('never-known'), {
    optOutStays: true,
    destroyed: { names: 0, dataKeys: 1, consentDetails: 1 },
  });
  t.is(await reasonOf(erase('never-known')), 'SPEAKER_NOT_FOUND');
  t.is(await reasonOf(grant('kim')), 'SPEAKER_OPTED_OUT');
  t.false(await isOpen('kim'));
  t.is((await asOwner(url, 'SELECT FROM vouch.opt_outs')).length, 2);
});

test('claims of somebody who was never known are erased by their keyed hash', async (t) => {
  const { call, erase } = await rightsGround(t);
  await call(['stranger'], { kind: 'SPEAKER_NOT_ENROLLED' });
  t.like(await erase('stranger'), { destroyed: { names: 0, dataKeys: 0, claims: 1, decisions: 1 } });
});

test('in a running call a claim keeps its number and names nobody', async (t) => {
  const { url, call, erase } = await rightsGround(t);
  const { callId } = await call(['kim'], { ended: false });
  t.is((await erase('kim')).destroyed.claims, 1);
  const rows = await asOwner(
    url,
    'SELECT claim_number, speaker_ref FROM vouch.call_claims WHERE call_id = $1',
    [callId],
  );
  t.deepEqual(rows, [{ claim_number: 1, speaker_ref: null }]);
  t.is(await reasonOf(erase('kim')), 'SPEAKER_NOT_FOUND');
});

test('a legal hold refuses the erasure, and the refusal is recorded', async (t) => {
  const { erase, hold, officer, database, openIds, states } = await rightsGround(t);
  await hold('kim');
  t.is(await reasonOf(erase('kim')), 'SPEAKER_HELD');
  t.is((await openIds('kim')).length, 1);
  const ledger = await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 100));
  t.deepEqual(
    ledger.slice(-2).map(({ type, body }) => [type, JSON.parse(body) as unknown]),
    [
      ['SPEAKER_STATE_SET', { reference: 'file 12/26', state: 'LEGAL_HOLD' }],
      ['ERASURE_REFUSED', { reason: 'LEGAL_HOLD' }],
    ],
  );
  t.like(await states.of(officer.tenantId, 'kim'), [{ state: 'LEGAL_HOLD' }]);
  await hold('kim', false);
  t.is((await erase('kim')).destroyed.names, 1);
});

test('a speaker whose key is lost already can be erased all the same', async (t) => {
  const { url, rights, erase, officer } = await rightsGround(t);
  await asOwner(url, 'DELETE FROM vouch.speaker_keys');
  t.is((await erase('kim')).destroyed.dataKeys, 0);
  t.is((await rights.evidence(officer, 'kim'))[0]!.consentEvents[0]!.details, '');
});

test('one detail that does not open takes none of the others out of the evidence', async (t) => {
  const { url, rights, erase, officer, withdraw, clock, grant } = await rightsGround(t);
  for (const act of [withdraw, grant]) {
    clock.advance(DAY);
    await act('kim');
  }
  await asOwner(
    url,
    `UPDATE vouch.consent_details SET ciphertext = 'nonsense' WHERE event_id = (
       SELECT event_id FROM vouch.ledger WHERE type = 'CONSENT_RECORDED' ORDER BY position LIMIT 1)`,
  );
  await erase('kim');
  const [{ consentEvents } = { consentEvents: [] }] = await rights.evidence(officer, 'kim');
  t.deepEqual(
    consentEvents.map(({ details }) => details !== ''),
    [false, true, true],
  );
});

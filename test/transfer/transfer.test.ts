import { randomUUID } from 'node:crypto';
import test, { type ExecutionContext } from 'ava';
import type { ImportSummary, LeftOut } from '../../src/domain/transfer.js';
import { SpeakerExport, SpeakerImport, TransferKeys, type ReceiverKey } from '../../src/transfer/index.js';
import { Audit } from '../../src/audit/index.js';
import { findSpeaker, findSpeakerTerm, listConsentEntries, listLedger } from '../../src/storage/index.js';
import { asOwner } from '../helpers/database.js';
import { given, notice } from '../helpers/consents.js';
import { reasonOf } from '../helpers/tenant.js';
import { rightsGround, type RightsGround } from '../helpers/rights.js';
import { CAMPPLUS, unitVector } from '../helpers/voiceprints.js';

const DAY = 86_400_000;
const AT_ONCE = { policy: { waitingPeriodMs: 0 } };

interface Side extends RightsGround {
  readonly keys: TransferKeys;
  readonly pem: string;
}

async function side(t: ExecutionContext): Promise<Side> {
  const ground = await rightsGround(t);
  const { database, keyring, clock, officer } = ground;
  const { pem } = await keyring.publicKey(officer.tenantId);
  return { ...ground, keys: new TransferKeys(database, keyring, clock), pem };
}

/** An installation with people, and another one that knows Kim only by having none of them. */
async function twoSides(t: ExecutionContext) {
  const from = await side(t);
  const to = await side(t);
  await to.erase('kim');
  to.clock.advance(DAY);
  from.clock.advance(DAY);
  const { key } = await to.keys.create(to.officer, 7, 'k');
  return { from, to, key };
}

async function exported({ database, keyring, clock, officer }: Side, key: ReceiverKey) {
  const pieces: Buffer[] = [];
  const left: LeftOut[] = [];
  for await (const part of new SpeakerExport(database, keyring, clock).run(officer, key)) {
    if ('data' in part) pieces.push(part.data);
    else if ('leftOut' in part) left.push(part.leftOut);
  }
  return { file: Buffer.concat(pieces), left };
}

async function* inPieces(file: Buffer, size = 1000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < file.length; at += size) {
    await Promise.resolve();
    yield file.subarray(at, at + size);
  }
}

async function imported(
  { database, keyring, clock, officer, keys }: Side,
  file: Buffer,
  pem: string,
  models = [CAMPPLUS],
) {
  const left: LeftOut[] = [];
  let summary: ImportSummary | undefined;
  const parts = { database, keyring, clock, transferKeys: keys, models };
  for await (const part of new SpeakerImport(parts).run(officer, pem, inPieces(file))) {
    if ('leftOut' in part) left.push(part.leftOut);
    else summary = part.summary;
  }
  return { left, summary };
}

const typesOf = async ({ database, officer }: Side) =>
  (await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 1000))).map(({ type }) => type);

test('a speaker is compared on the other side as on the first, with what they said and how old it is', async (t) => {
  const { from, to, key } = await twoSides(t);
  await from.grant('lee');
  await from.enrol('lee', { ...AT_ONCE, speech: { vectors: [{ space: CAMPPLUS, vector: unitVector(7) }] } });
  await from.call(['lee']);
  from.clock.advance(100 * DAY);
  to.clock.advance(101 * DAY);
  const { key: fresh } = await to.keys.create(to.officer, 7, 'k2');
  t.not(fresh.transferId, key.transferId);
  const { file, left } = await exported(from, fresh);
  t.deepEqual(left, []);
  const { summary, left: leftHere } = await imported(to, file, from.pem);
  t.deepEqual(leftHere, [{ speakerId: 'kim', reason: 'ERASED' }], 'who was erased here after that');
  t.deepEqual(summary, { speakers: 1, voiceprints: 1, leftOut: 1 });

  const { open } = await to.voiceprints.open(await to.grantOf('lee'), ['campplus']);
  t.deepEqual(open[0]!.vectors['campplus'], unitVector(7));
  const [there] = await from.voiceprints.list(from.officer, 'lee');
  const [here] = await to.voiceprints.list(to.officer, 'lee');
  const { voiceprintId, consentEventId, ...same } = there!;
  t.like(here, same);
  t.not(here!.voiceprintId, voiceprintId);
  t.not(here!.consentEventId, consentEventId);

  const events = await to.database.tenant(to.officer.tenantId, async (tx) =>
    listConsentEntries(tx, (await findSpeaker(tx, 'lee'))!.speakerRef),
  );
  t.is(events.length, 1);
  t.like(JSON.parse(events[0]!.body), { imported: { eventId: consentEventId } });
  const archive = await to.rights.export(to.officer, 'lee');
  t.true(archive[0]!.content.toString().includes('archive/kim-lee.wav'), 'with what stands behind it');

  // As old as it was there: the notice's 1000 days since the call, not since the move.
  const datesOn = ({ database, officer }: Side) =>
    database.tenant(officer.tenantId, async (tx) => {
      const term = await findSpeakerTerm(tx, (await findSpeaker(tx, 'lee'))!.speakerRef);
      return [term!.lastActiveAt, term!.lastRenewedAt];
    });
  t.deepEqual(await datesOn(to), await datesOn(from));
  t.is((await typesOf(from)).filter((type) => type === 'SPEAKER_TRANSFERRED').length, 2);
  t.true((await typesOf(to)).includes('SPEAKER_IMPORTED'));
  t.false('problem' in (await new Audit(to.database, to.clock).verify(to.officer.tenantId)));
});

test('refusals come along and those of this side stand', async (t) => {
  const { from, to, key } = await twoSides(t);
  for (const id of ['lee', 'mia', 'noa', 'ola', 'pat', 'qi']) {
    await from.grant(id);
    await from.enrol(id, AT_ONCE);
  }
  await from.optOut('lee');
  await from.withdraw('mia');
  await from.hold('noa');
  await to.optOut('ola');
  await to.grant('pat');
  await to.states.set(to.officer, {
    speakerId: 'qi',
    state: 'OBJECTED',
    inForce: true,
    reference: 'file 14/26',
    idempotencyKey: randomUUID(),
  });
  const { file, left } = await exported(from, key);
  t.deepEqual(left, [{ speakerId: 'noa', reason: 'STATE' }]);
  const { summary, left: here } = await imported(to, file, from.pem);
  t.deepEqual(here.map(({ speakerId, reason }) => `${speakerId} ${reason}`).sort(), [
    'kim ERASED',
    'ola OPTED_OUT',
    'pat EXISTS',
    'qi STATE',
  ]);
  t.deepEqual(summary, { speakers: 2, voiceprints: 0, leftOut: 4 });
  t.like(await to.gate.openClaim(to.officer.tenantId, 'lee', 'VERIFY'), { optedOut: true, grant: null });
  t.like(await to.gate.openClaim(to.officer.tenantId, 'mia', 'VERIFY'), { optedOut: false, grant: null });
  await to.erase('lee');
  t.like(await to.gate.openClaim(to.officer.tenantId, 'lee', 'VERIFY'), { optedOut: true, known: false });
});

test('a consent that a newer notice ended there does not revive here', async (t) => {
  const { from, to, key } = await twoSides(t);
  await from.grant('lee');
  await from.enrol('lee', AT_ONCE);
  const second = notice({ version: 2, requiresNewConsent: true, text: 'May we, under new terms?' });
  await from.consents.publishNotice(from.officer, second, 'second');
  await from.grant('mia', { notice: given(second) });
  await from.enrol('mia', AT_ONCE);
  const { file } = await exported(from, key);
  t.like((await imported(to, file, from.pem)).summary, { speakers: 2, voiceprints: 1 });
  t.false(await to.isOpen('lee'));
  t.true(await to.isOpen('mia'));
});

test('a file may be sent again: whoever is here stays as they are, the rest comes', async (t) => {
  const { from, to, key } = await twoSides(t);
  for (let number = 0; number < 60; number++) await from.grant(`speaker-${number}`);
  const { file } = await exported(from, key);
  t.is(await reasonOf(imported(to, file.subarray(0, file.length / 2), from.pem)), 'TRANSFER_FILE_INVALID');
  const half = Number(
    (await asOwner<{ n: string }>(to.url, 'SELECT count(*) AS n FROM vouch.speakers'))[0]!.n,
  );
  t.true(half > 10 && half < 50, String(half));
  const { summary, left } = await imported(to, file, from.pem);
  t.is(summary!.speakers, 60 - half);
  t.is(left.filter(({ reason }) => reason === 'EXISTS').length, half);
});

test('nobody else reads the file, and no other file is taken', async (t) => {
  const { from, to, key } = await twoSides(t);
  await from.grant('search-me-lee');
  const { file } = await exported(from, key);
  t.false(file.includes('search-me-lee'));
  t.is(await reasonOf(imported(to, file, to.pem)), 'TRANSFER_FILE_INVALID', 'signed by somebody else');
  t.is(await reasonOf(imported(from, file, from.pem)), 'TRANSFER_KEY_INVALID', 'sealed for somebody else');
  const changed = Buffer.from(file);
  changed[file.length - 20]! ^= 1;
  t.is(await reasonOf(imported(to, changed, from.pem)), 'TRANSFER_FILE_INVALID');
  t.is(await reasonOf(imported(to, Buffer.concat([file, file]), from.pem)), 'TRANSFER_FILE_INVALID');
  t.is(
    await reasonOf(imported(to, Buffer.from('not a file at all, but long enough'), from.pem)),
    'TRANSFER_FILE_INVALID',
  );
  const none = { transferId: randomUUID(), publicKey: Buffer.alloc(32) };
  t.is(await reasonOf(exported(from, none)), 'TRANSFER_KEY_INVALID');
  to.clock.advance(7 * DAY);
  t.is(await reasonOf(imported(to, file, from.pem)), 'TRANSFER_KEY_INVALID', 'its time is over');
});

test('who has no voiceprint that can be compared here is told of and left out', async (t) => {
  const { from, to, key } = await twoSides(t);
  await from.grant('lee');
  await from.enrol('lee', AT_ONCE);
  const { file } = await exported(from, key);
  const other = [{ ...CAMPPLUS, modelSha256: 'b'.repeat(64) }];
  const { left, summary } = await imported(to, file, from.pem, other);
  t.deepEqual(left.find(({ speakerId }) => speakerId === 'lee')?.reason, 'OTHER_MODEL');
  t.is(summary!.speakers, 0);
});

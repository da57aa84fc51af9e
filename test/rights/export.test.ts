import { createHash } from 'node:crypto';
import test from 'ava';
import { verifySignature } from '../../src/crypto/index.js';
import { listLedger } from '../../src/storage/index.js';
import { Rights, type ExportedFile } from '../../src/rights/index.js';
import { asOwner } from '../helpers/database.js';
import { overCallsGround } from '../helpers/over-calls.js';
import { reasonOf } from '../helpers/tenant.js';
import { fillEverything } from '../helpers/everything.js';
import { rightsGround } from '../helpers/rights.js';
import { unitVector } from '../helpers/voiceprints.js';

const DAY = 86_400_000;

const named = (files: readonly ExportedFile[], name: string): Buffer =>
  files.find((file) => file.name === name)!.content;

interface Exported {
  readonly speakerId: string;
  readonly consentEvents: readonly { readonly type: string; readonly details: string }[];
  readonly notices: readonly { readonly text: string }[];
  readonly voiceprints: readonly { readonly vectors: readonly { readonly float32Base64: string }[] }[];
  readonly fingerprints: readonly { readonly of: string; readonly fingerprint: string }[];
  readonly speechKept: readonly { readonly vectors: readonly unknown[] }[];
  readonly trustPhrase: unknown;
  readonly calls: readonly {
    readonly callId: string;
    readonly decisions: readonly {
      readonly claimKind: string;
      readonly outcomes: readonly unknown[];
      readonly overrides: readonly unknown[];
    }[];
  }[];
  readonly accesses: readonly { readonly what: string; readonly role: string }[];
  readonly earlierErasures: readonly unknown[];
  readonly manifestRows: readonly unknown[];
  readonly inAccount: boolean;
  readonly keptUntil: unknown;
  readonly lastAcceptedAt: string;
  readonly reviews: readonly object[];
  readonly consent: { readonly optedOut: boolean };
  readonly unreadable: readonly string[];
}

const read = (files: readonly ExportedFile[]): Exported =>
  JSON.parse(named(files, 'speaker.json').toString()) as Exported;

test('the archive holds everything of this person, and nothing of others', async (t) => {
  const { rights, officer, call, grant, speakers } = await rightsGround(t);
  await grant('lee-the-other');
  const { callId } = await call(['kim', 'lee-the-other']);
  await speakers.get(officer, 'kim');
  const files = await rights.export(officer, 'kim');
  const data = read(files);
  t.is(data.speakerId, 'kim');
  t.true(data.consentEvents[0]!.details.includes('archive/kim-lee.wav'));
  t.is(data.notices[0]!.text, 'May we recognise you by your voice?');
  t.deepEqual(
    data.calls.map((each) => [each.callId, each.decisions[0]!.claimKind, each.decisions[0]!.outcomes.length]),
    [[callId, 'ACCEPT', 1]],
  );
  t.true(data.accesses.some(({ what, role }) => what === 'SPEAKER_READ' && role === 'PRIVACY_OFFICER'));
  const bytes = Buffer.from(data.voiceprints[0]!.vectors[0]!.float32Base64, 'base64');
  const vector = Float32Array.from({ length: bytes.length / 4 }, (_, index) => bytes.readFloatLE(index * 4));
  t.deepEqual(vector, unitVector(1));
  const all = Buffer.concat(files.map((file) => file.content)).toString();
  t.false(all.includes('lee-the-other'));
  t.false(all.includes(officer.actorId), 'who acts for the company is told by role and pseudonym');
});

test('speech that waits for more, and the trust phrase, are told, too', async (t) => {
  const { database, keyring, clock, officer, keep, setPhrase } = await overCallsGround(t);
  await keep('one', 6000);
  await setPhrase('blue heron');
  const files = await new Rights(database, keyring, clock).export(officer, 'kim');
  const data = read(files);
  t.like(data.speechKept[0], { label: 'default', netSpeechMs: 6000 });
  t.is(data.speechKept[0]!.vectors.length, 1);
  t.like(data.trustPhrase, { phrase: 'blue heron', used: false });
  const page = named(files, 'speaker.html').toString();
  t.true(page.includes('blue heron') && page.includes('6 s of speech'));
});

test('also what others wrote of them, lists that name them, and until when it is kept', async (t) => {
  const ground = await rightsGround(t);
  await fillEverything(ground);
  const { rights, officer, clock } = ground;
  const files = await rights.export(officer, 'kim');
  const data = read(files);
  t.like(data.calls[0]!.decisions[0]!.overrides, [{ action: 'PROCEEDED', note: 'Kim has a cold' }]);
  t.like(data.manifestRows, [{ row: 1, entry: { file: 'kim.wav', speakerId: 'kim' } }]);
  t.true(data.inAccount);
  t.deepEqual(data.keptUntil, { dueAt: clock.in(1000 * DAY).toISOString(), rule: 'NOTICE' });
  t.is(data.lastAcceptedAt, clock.now().toISOString());
  const page = named(files, 'speaker.html').toString();
  t.regex(page, /all of it is erased on/);
  t.regex(page, /named in 1 rows of lists/);
  t.regex(page, /proceeded/i);
  // Whom they sound like is another person's data.
  const [review] = read(await rights.export(officer, 'lee')).reviews;
  t.like(review, { reason: 'SOUNDS_LIKE_ANOTHER' });
  t.deepEqual(Object.keys(review!).sort(), ['reason', 'voiceprintId']);
});

test('the manifest is signed and names both files by their hashes', async (t) => {
  const { rights, officer } = await rightsGround(t);
  const files = await rights.export(officer, 'kim');
  const manifest = named(files, 'manifest.json');
  const pem = named(files, 'public-key.pem').toString();
  t.true(verifySignature(pem, manifest, named(files, 'manifest.sig')));
  manifest[10]! ^= 1;
  t.false(verifySignature(pem, manifest, named(files, 'manifest.sig')));
  manifest[10]! ^= 1;
  const told = JSON.parse(manifest.toString()) as { files: { name: string; sha256: string }[] };
  for (const { name, sha256 } of told.files) {
    t.is(createHash('sha256').update(named(files, name)).digest('hex'), sha256, name);
  }
  t.deepEqual(
    told.files.map(({ name }) => name),
    ['speaker.json', 'speaker.html'],
  );
});

test('the page is one file that escapes what it shows and isolates right-to-left ids', async (t) => {
  const { rights, officer, grant } = await rightsGround(t);
  const speakerId = 'שרה <script>alert(1)</script> & "co"';
  await grant(speakerId);
  const page = named(await rights.export(officer, speakerId), 'speaker.html').toString();
  t.true(page.includes('<bdi>שרה &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;co&quot;</bdi>'));
  t.false(page.includes('<script'));
  t.notRegex(page, /\b(src|href)=/, 'it fetches nothing');
  t.true(page.includes('May we recognise you by your voice?'));
  t.true(page.includes('recognise you by your voice when you call'));
});

test('an export is recorded with the hashes of its files', async (t) => {
  const { rights, officer, database } = await rightsGround(t);
  const files = await rights.export(officer, 'kim');
  const ledger = await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 100));
  const last = ledger.at(-1)!;
  t.is(last.type, 'SPEAKER_EXPORTED');
  t.true(last.body.includes(createHash('sha256').update(named(files, 'speaker.json')).digest('hex')));
});

test('of somebody who is not known, what there is is told: an opt-out, an earlier erasure', async (t) => {
  const { rights, officer, erase, optOut } = await rightsGround(t);
  t.is(await reasonOf(rights.export(officer, 'nobody')), 'SPEAKER_NOT_FOUND');
  await optOut('stranger');
  t.true(read(await rights.export(officer, 'stranger')).consent.optedOut);
  await erase('kim');
  const data = read(await rights.export(officer, 'kim'));
  t.deepEqual([data.voiceprints, data.consentEvents, data.calls], [[], [], []]);
  t.is(data.earlierErasures.length, 1);
});

test('what does not open any more is told, and keeps nobody from the rest', async (t) => {
  const ground = await rightsGround(t);
  await fillEverything(ground);
  const { url, rights, officer } = ground;
  const whole = read(await rights.export(officer, 'kim'));
  t.deepEqual(whole.unreadable, []);
  t.like(whole.fingerprints, [{ of: 'CALL', fingerprint: 'AQ==' }]);
  await asOwner(url, "UPDATE vouch.speaker_keys SET wrapped_key = 'nonsense'");
  const data = read(await rights.export(officer, 'kim'));
  t.deepEqual(data.unreadable, [
    'voiceprints',
    'speechKept',
    'fingerprints',
    'trustPhrase',
    'calls',
    'manifestRows',
  ]);
  t.is(data.consentEvents.length, whole.consentEvents.length);
  t.is(data.calls.length, whole.calls.length);
  t.deepEqual(read(await rights.export(officer, 'mia')).unreadable, ['earlierErasures']);
});

test('a process makes one export at a time', async (t) => {
  const { rights, officer } = await rightsGround(t);
  const first = rights.export(officer, 'kim');
  t.is(await reasonOf(rights.export(officer, 'kim')), 'TOO_MANY_EXPORTS');
  t.is((await first).length, 5);
  t.is(await reasonOf(rights.export(officer, 'nobody')), 'SPEAKER_NOT_FOUND');
  t.is((await rights.export(officer, 'kim')).length, 5);
});

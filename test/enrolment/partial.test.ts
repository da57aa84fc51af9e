import test from 'ava';
import { Retention } from '../../src/retention/index.js';
import { Rights } from '../../src/rights/index.js';
import { actorRef, findActor, listLedger, setAgent } from '../../src/storage/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { collect } from '../helpers/collect.js';
import { asOwner } from '../helpers/database.js';
import { overCallsGround, PROOFING } from '../helpers/over-calls.js';
import { open } from '../helpers/stored-calls.js';
import { reasonOf } from '../helpers/tenant.js';
import { speech, unitVector } from '../helpers/voiceprints.js';

const DAY = 86_400_000;

test('what a call gave is kept, once, for other calls towards the same label', async (t) => {
  const { keep, others, clock, database, officer } = await overCallsGround(t);
  await keep('one', 3000);
  await keep('one', 6000);
  t.deepEqual(await others('one'), []);
  t.deepEqual(await others('two', 'mobile'), []);
  const { findAlike, ...kept } = speech(clock.now(), { netSpeechMs: 6000 });
  t.is(findAlike([]), undefined);
  const actorRef = await database.tenant(officer.tenantId, (tx) => findActor(tx, officer.actorId));
  const origin = { callId: 'one', proofing: PROOFING, actorRef: actorRef!, onBehalfOfRef: null };
  t.deepEqual(await others('two'), [{ ...kept, origin }]);
});

test('only more takes the place of what a call gave, and only that is recorded', async (t) => {
  const { keep, others, database, officer } = await overCallsGround(t);
  for (const netSpeechMs of [3000, 15_000, 15_000, 3000]) await keep('one', netSpeechMs);
  t.is((await others('two'))[0]!.netSpeechMs, 15_000);
  const ledger = await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 100));
  t.is(ledger.filter(({ type }) => type === 'SPEECH_KEPT').length, 2);
});

test('speech is kept towards no more labels than there may be', async (t) => {
  const { keep, enrol, others } = await overCallsGround(t);
  await enrol('kim', { request: { label: 'made' } });
  await keep('one', 3000, 'kept', 2);
  t.is(await reasonOf(keep('one', 3000, 'another', 2)), 'TOO_MANY_VOICEPRINTS');
  await keep('two', 3000, 'kept', 2);
  await keep('two', 3000, 'made', 2);
  t.is((await others('three', 'kept')).length, 2);
});

test('it is sealed: neither vector nor call can be read', async (t) => {
  const { keep, url } = await overCallsGround(t);
  await keep('call-in-clear');
  const [row] = await asOwner<{ all: string }>(
    url,
    `SELECT string_agg(encode(evidence, 'escape') || encode(call_hash, 'escape'), '') AS all FROM vouch.partial_evidence`,
  );
  t.false(row!.all.includes('call-in-clear'));
  t.false(row!.all.includes(Buffer.from(unitVector(1).buffer).toString('base64').slice(0, 20)));
  t.false(row!.all.includes('netSpeechMs'));
});

test('at its limit it does not count any more, and is purged', async (t) => {
  const { keep, others, clock, partial, rows } = await overCallsGround(t);
  await keep('one');
  clock.advance(7 * DAY - 1);
  await partial.purge();
  t.is((await others('two')).length, 1);
  clock.advance(1);
  t.deepEqual(await others('two'), []);
  await partial.purge();
  t.deepEqual(await rows(), [0, 0]);
});

test('it goes when consent does, and when the voiceprint is made', async (t) => {
  const { keep, withdraw, grant, enrol, rows, clock } = await overCallsGround(t);
  await keep('one');
  await withdraw('kim', { purposes: ['ADAPT'] });
  t.deepEqual(await rows(), [1, 0], 'another purpose');
  await withdraw('kim');
  t.deepEqual(await rows(), [0, 0]);
  clock.advance(1);
  await grant('kim');
  await keep('one');
  await enrol('kim');
  t.deepEqual(await rows(), [0, 0]);
});

test('what was said under an earlier consent does not count', async (t) => {
  const { keep, grant, others, clock } = await overCallsGround(t);
  await keep('one');
  clock.advance(1);
  await grant('kim');
  t.deepEqual(await others('two'), []);
});

test('under a restriction nothing is kept or added, and no phrase chosen; after it everything is there', async (t) => {
  const { partial, officer, grantOf, keep, others, setPhrase, setState, clock } = await overCallsGround(t);
  await keep('one');
  const part = { grant: await grantOf('kim'), label: 'default', callId: 'two' };
  await setState('RESTRICTED');
  const brought = { ...part, proofing: PROOFING, onBehalfOf: '' };
  const kept = partial.keep(officer, brought, speech(clock.now()), DEFAULT_POLICY.enrolment);
  t.is(await reasonOf(kept), 'PROCESSING_RESTRICTED');
  t.is(await reasonOf(partial.ofOtherCalls(part)), 'PROCESSING_RESTRICTED');
  t.is(await reasonOf(setPhrase('blue heron')), 'PROCESSING_RESTRICTED');
  await setState('RESTRICTED', false);
  t.is((await others('two')).length, 1);
});

test('an opt-out ends it, and the phrase', async (t) => {
  const { keep, setPhrase, optOut, rows } = await overCallsGround(t);
  await keep('one');
  await setPhrase('blue heron');
  t.deepEqual(await rows(), [1, 1]);
  await optOut('kim');
  t.deepEqual(await rows(), [0, 0]);
  t.is(await reasonOf(setPhrase('red kite')), 'SPEAKER_OPTED_OUT');
});

test('a legal hold keeps it and the phrase from a withdrawal until it is lifted, and neither counts', async (t) => {
  const { partial, grantOf, keep, setPhrase, setState, withdraw, rows } = await overCallsGround(t);
  await keep('one');
  await setPhrase('blue heron');
  const part = { grant: await grantOf('kim'), label: 'default', callId: 'two' };
  await setState('LEGAL_HOLD');
  await withdraw('kim');
  t.deepEqual(await rows(), [1, 1]);
  t.is(await reasonOf(partial.ofOtherCalls(part)), 'CONSENT_MISSING');
  await setState('LEGAL_HOLD', false);
  t.deepEqual(await rows(), [0, 0]);
});

test('what a hold kept from a withdrawal does not come back with another consent, and goes when it is lifted', async (t) => {
  const { keep, setPhrase, setState, withdraw, grant, grantOf, phrases, rows, clock, database, officer } =
    await overCallsGround(t);
  await keep('one');
  await setPhrase('blue heron');
  await setState('LEGAL_HOLD');
  await withdraw('kim');
  clock.advance(1000);
  await grant('kim');
  await open(database, officer.tenantId, 'outbound');
  const agent = { ...officer, role: 'AGENT', actorId: 'agent-7' } as const;
  await database.tenant(officer.tenantId, async (tx) =>
    setAgent(tx, 'outbound', 1, await actorRef(tx, agent.actorId)),
  );
  const shown = phrases.show(agent, 'outbound', await grantOf('kim'));
  t.is(await reasonOf(shown), 'TRUST_PHRASE_NOT_FOUND');
  await setState('LEGAL_HOLD', false);
  t.deepEqual(await rows(), [0, 0]);
});

test('what is destroyed beside voiceprints is counted: on withdrawal and erasure', async (t) => {
  const { keep, setPhrase, withdraw, grant, clock, database, keyring, officer } = await overCallsGround(t);
  await keep('one');
  await setPhrase('blue heron');
  await withdraw('kim');
  const ledger = await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 100));
  const withdrawn = ledger.find(({ type }) => type === 'CONSENT_WITHDRAWN')!;
  t.like(JSON.parse(withdrawn.body), { voiceprintsErased: 0, speechKeptErased: 1, trustPhrasesErased: 1 });
  clock.advance(1);
  await grant('kim');
  await keep('one');
  await keep('two');
  await setPhrase('red kite');
  const rights = new Rights(database, keyring, clock);
  const { destroyed } = await rights.erase(officer, {
    speakerId: 'kim',
    onBehalfOf: '',
    idempotencyKey: 'k',
  });
  t.like(destroyed, { voiceprints: 0, speechKept: 2, trustPhrases: 1 });
});

test('when consent lapses they go without voiceprints, too', async (t) => {
  const { keep, setPhrase, grant, rows, clock, database, keyring, officer } = await overCallsGround(t);
  clock.advance(1);
  await grant('kim', { expiresAt: clock.in(DAY) });
  await keep('one');
  await setPhrase('blue heron');
  clock.advance(DAY);
  const retention = new Retention({ database, keyring }, clock);
  for (const dryRun of [true, false]) {
    const items = await collect(retention.run(officer, dryRun));
    t.like(
      items.find(({ kind }) => kind === 'VOICEPRINTS'),
      { id: 'kim', count: 2 },
      `dry run: ${dryRun}`,
    );
  }
  t.deepEqual(await rows(), [0, 0]);
});

test('lifting a legal hold takes nothing from who did not withdraw', async (t) => {
  const { keep, setPhrase, setState, rows } = await overCallsGround(t);
  await keep('one');
  await setPhrase('blue heron');
  await setState('LEGAL_HOLD');
  await setState('LEGAL_HOLD', false);
  t.deepEqual(await rows(), [1, 1]);
});

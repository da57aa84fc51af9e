import test from 'ava';
import { Keys, KeyWork, openSpeakerKey } from '../../src/keys/index.js';
import { backupDays, RESEALS } from '../../src/open-keys.js';
import { Rights } from '../../src/rights/index.js';
import { findSpeaker, listConsentDetails, listLedger, listVectors } from '../../src/storage/index.js';
import { openVector } from '../../src/enrolment/sealed.js';
import { asOwner } from '../helpers/database.js';
import { addKeys, keyGround, type KeyGround } from '../helpers/keys.js';
import { overCallsGround } from '../helpers/over-calls.js';
import { rightsGround } from '../helpers/rights.js';
import { reasonOf } from '../helpers/tenant.js';

/** The speaker's key and what is sealed under it. */
async function sealedOf({ database, keyring, officer }: KeyGround, speakerId: string) {
  return database.tenant(officer.tenantId, async (tx) => {
    const speakerRef = (await findSpeaker(tx, speakerId))?.speakerRef ?? '';
    const key = await openSpeakerKey(tx, keyring, speakerRef);
    return {
      key,
      details: await listConsentDetails(tx, speakerRef),
      vectors: await listVectors(tx, speakerRef),
    };
  });
}

function openAll({ key, details, vectors }: Awaited<ReturnType<typeof sealedOf>>) {
  return {
    details: details.map(({ eventId, ciphertext }) =>
      key.open(ciphertext, { use: 'consent-details', event: eventId }).toString(),
    ),
    vectors: vectors.map((row) => [...openVector(key, row)]),
  };
}

test.serial(
  'a new data key opens all that the old one opened, and the old one nothing any more',
  async (t) => {
    const ground = await keyGround(t);
    const { officer, keys, enrol, openIds, voiceprints, withdraw } = ground;
    const { voiceprintId } = await enrol('kim', { policy: { waitingPeriodMs: 0 } });
    const told = await voiceprints.list(officer, 'kim');
    const before = await sealedOf(ground, 'kim');
    await keys.reencrypt(officer, 'kim', 'e1');
    const after = await sealedOf(ground, 'kim');
    t.deepEqual(openAll(after), openAll(before));
    t.is(after.details.length + after.vectors.length, 2);
    t.throws(() => openAll({ ...after, key: before.key, vectors: [] }));
    t.throws(() => openAll({ ...after, key: before.key, details: [] }));
    t.deepEqual(await openIds('kim'), [voiceprintId]);
    t.deepEqual(await voiceprints.list(officer, 'kim'), told, 'its lineage, too');
    await withdraw('kim');
    t.is(await reasonOf(keys.reencrypt(officer, 'nobody', 'e2')), 'SPEAKER_NOT_FOUND');
  },
);

test.serial(
  'all speakers get new keys in the background, also those who come meanwhile or were cut off',
  async (t) => {
    const ground = await keyGround(t);
    const { database, keyring, officer, keys, work, grant, enrol } = ground;
    await enrol('kim');
    await addKeys(database, keyring, officer, 30);
    const before = await sealedOf(ground, 'kim');
    await keys.reencryptAll(officer, 'e1');
    await keys.reencryptAll(officer, 'e1');
    t.is((await keys.status(officer.tenantId)).toReplace, 31);
    await grant('lee');
    const cut = new AbortController();
    setTimeout(() => {
      cut.abort(new Error('cut'));
    }, 100);
    await t.throwsAsync(work.run(officer, cut.signal), { message: 'cut' });
    const { toReplace } = await keys.status(officer.tenantId);
    t.true(toReplace > 0 && toReplace < 31, `${toReplace} are left`);
    t.like(await work.run(officer), { replaced: toReplace, unreadable: 0 });
    t.is((await keys.status(officer.tenantId)).toReplace, 0);
    const told = (await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 1000)))
      .filter(({ type }) => type === 'SPEAKERS_REENCRYPTED')
      .map(({ body }) => (JSON.parse(body) as { replaced: number }).replaced);
    t.deepEqual(told, [31 - toReplace, toReplace], 'the run that was cut off, too');
    const after = await sealedOf(ground, 'kim');
    t.deepEqual(openAll(after), openAll(before));
    t.throws(() => openAll({ ...after, key: before.key }));
  },
);

test.serial(
  'who reads or enrols meanwhile never sees the key of one and the content of the other',
  async (t) => {
    const ground = await keyGround(t);
    const { officer, keys, enrol, openIds } = ground;
    await enrol('kim', { policy: { waitingPeriodMs: 0 } });
    let busy = true;
    const exchange = (async () => {
      for (let i = 0; i < 15; i += 1) await keys.reencrypt(officer, 'kim', `e${i}`);
      busy = false;
    })();
    let reads = 0;
    const read = async () => {
      for (; busy; reads += 1) t.is((await openIds('kim')).length, 1);
    };
    const write = async () => {
      while (busy) await enrol('kim', { policy: { waitingPeriodMs: 0 } });
    };
    await Promise.all([exchange, read(), read(), write()]);
    t.true(reads > 5);
    t.is((await openIds('kim')).length, 1);
  },
);

test.serial('speech that waits for more, and a trust phrase, are sealed anew as well', async (t) => {
  const { database, keyring, clock, officer, keep, others, setPhrase } = await overCallsGround(t);
  await keep('one');
  await setPhrase('blue heron');
  const before = await others('two');
  const keys = new Keys({ database, keyring, clock, backupDays, reseals: RESEALS });
  await keys.reencrypt(officer, 'kim', 'e1');
  t.deepEqual(await others('two'), before);
  t.is(await reasonOf(setPhrase('blue heron')), 'TRUST_PHRASE_REPEATED', 'it is opened and compared');
});

test.serial('what is kept of an erased person is sealed anew as well', async (t) => {
  const { database, keyring, clock, officer, erase } = await rightsGround(t);
  const rights = new Rights(database, keyring, clock);
  await erase('kim');
  const before = await rights.evidence(officer, 'kim');
  const parts = { database, keyring, clock, backupDays, reseals: RESEALS };
  await new Keys(parts).reencryptAll(officer, 'e1');
  t.like(await new KeyWork(parts).run(officer), { replaced: 1, unreadable: 0 });
  t.deepEqual(await rights.evidence(officer, 'kim'), before);
});

// A column that is sealed under speakers' keys and that nothing in src/open-keys.ts seals anew would be lost with a new
// data key. Whoever adds a column of bytes says here what it is.
test.serial(
  'every column of bytes is either sealed anew with a new data key, or not sealed under one',
  async (t) => {
    const { url } = await keyGround(t);
    const columns = await asOwner<{ name: string }>(
      url,
      `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
     WHERE table_schema = 'vouch' AND data_type = 'bytea' ORDER BY 1`,
    );
    const sealedAnew = [
      // Deleted: the call that it is of makes it anew.
      'call_checkpoints.sealed',
      'consent_details.ciphertext',
      'enrolment_job_rows.sealed',
      'erasure_evidence.ciphertext',
      'overrides.note',
      'partial_evidence.evidence',
      'replay_fingerprints.fingerprint',
      'transfer_keys.private_key',
      'trust_phrases.ciphertext',
      'voiceprint_vectors.ciphertext',
      'voiceprints.lineage',
    ];
    const notSealed = [
      'api_keys.key_sha256',
      'call_claims.claimed_hash',
      // Under keys of their own, for seconds.
      'call_commands.answer',
      'call_commands.request',
      'call_commands.wrapped_key',
      'calls.resume_token_sha256',
      'calls.source_hash',
      'calls.used_token_sha256',
      'erasure_evidence.id_hash',
      'enrolment_job_rows.speaker_hash',
      'enrolment_job_rows.target_hash',
      'idempotency_keys.request_digest',
      'key_epochs.check_value',
      'ledger.hash',
      'ledger.prev_hash',
      'ledger_heads.hash',
      'notices.text_sha256',
      'opt_outs.id_hash',
      'partial_evidence.call_hash',
      'replay_fingerprints.source_hash',
      'speaker_accounts.account_hash',
      'speaker_keys.wrapped_key',
      'speaker_states.id_hash',
      'transfer_keys.public_key',
      'trust_phrases.used_call_hash',
    ];
    t.deepEqual(
      columns.map(({ name }) => name),
      [...sealedAnew, ...notSealed].sort(),
    );
  },
);

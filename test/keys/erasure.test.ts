import test from 'ava';
import { openSpeakerKey, unrecoverableAfter } from '../../src/keys/index.js';
import { backupDays } from '../../src/open-keys.js';
import { findSpeaker } from '../../src/storage/index.js';
import { asOwner } from '../helpers/database.js';
import { DAY_MS, dumpKeys, keepBackups, keyGround, type KeyGround } from '../helpers/keys.js';
import { reasonOf } from '../helpers/tenant.js';

/** What a receipt says, and the erasure as far as keys are concerned: the row goes. */
async function erase({ database, clock, officer }: KeyGround, speakerId: string): Promise<Date | null> {
  return database.tenant(officer.tenantId, async (tx) => {
    const speakerRef = (await findSpeaker(tx, speakerId))?.speakerRef ?? '';
    const after = await unrecoverableAfter(tx, [speakerRef], clock.now(), await backupDays(tx));
    await tx.query('DELETE FROM speaker_keys WHERE speaker_ref = $1', [speakerRef]);
    return after;
  });
}

async function refOf({ database, officer }: KeyGround, speakerId: string): Promise<string> {
  const speaker = await database.tenant(officer.tenantId, (tx) => findSpeaker(tx, speakerId));
  return speaker?.speakerRef ?? '';
}

test.serial('an old dump and the keyring of today open everybody but the erased one', async (t) => {
  const ground = await keyGround(t);
  const { url, keyring, clock, officer, keeper, grant, enrol, openIds } = ground;
  const { tenantId } = officer;
  await grant('lee');
  for (const id of ['kim', 'lee']) await enrol(id, { policy: { waitingPeriodMs: 0 } });
  const [kim, lee] = [await refOf(ground, 'kim'), await refOf(ground, 'lee')];
  const dump = new Map((await dumpKeys(url, tenantId)).map((row) => [row.speakerRef, row]));
  const vectors = await asOwner<{ speaker_ref: string; ciphertext: Buffer }>(
    url,
    'SELECT speaker_ref, ciphertext FROM vouch.voiceprint_vectors JOIN vouch.voiceprints USING (tenant_id, voiceprint_id)',
  );
  const [dumpedKim, dumpedLee] = [dump.get(kim), dump.get(lee)];
  if (!dumpedKim || !dumpedLee) return t.fail();

  const promised = await erase(ground, 'lee');
  if (promised === null) return t.fail();
  await t.notThrowsAsync(keyring.openDataKey(tenantId, lee, dumpedLee), 'before: the dump still opens');

  // Day after day, as it goes by itself.
  while (clock.now() < promised) {
    clock.advance(DAY_MS);
    await keeper.maintain(tenantId);
  }
  t.is(await reasonOf(keyring.openDataKey(tenantId, lee, dumpedLee)), 'KEY_MISSING');
  t.is((await openIds('kim')).length, 1);
  // The row of Kim's vector in the dump opens with what is known of Kim today.
  const today = (await dumpKeys(url, tenantId)).find(({ speakerRef }) => speakerRef === kim);
  if (!today) return t.fail();
  t.not(today.epoch, dumpedKim.epoch);
  const key = await keyring.openDataKey(tenantId, kim, today);
  const [row] = await asOwner<{ context: Record<string, string | number> }>(
    url,
    `SELECT json_build_object('use', 'vector', 'purpose', 'VERIFY', 'voiceprint', voiceprint_id, 'space', space,
       'model', model_id, 'modelSha256', model_sha256, 'dimension', dimension) AS context
     FROM vouch.voiceprint_vectors JOIN vouch.voiceprints USING (tenant_id, voiceprint_id) WHERE speaker_ref = $1`,
    [kim],
  );
  const sealed = vectors.find(({ speaker_ref: ref }) => ref === kim)?.ciphertext ?? Buffer.alloc(0);
  t.true(key.open(sealed, row?.context ?? {}).length > 0);
});

test.serial('the promise is kept whenever the erasure falls, and however far a rotation is', async (t) => {
  const ground = await keyGround(t);
  const { url, keyring, clock, officer, keys, keeper, grant } = ground;
  const { tenantId } = officer;
  await keepBackups(url, tenantId, 5);
  await keys.setSettings(officer, { keyRotationMs: 4 * DAY_MS }, 's1');
  const erased: { ref: string; promised: Date; dump: Awaited<ReturnType<typeof dumpKeys>> }[] = [];
  for (let day = 0; day < 40; day += 1) {
    if (day % 3 === 0 && day < 22) await grant(`speaker-${day}`);
    if (day % 3 === 1 && day < 22) {
      const ref = await refOf(ground, `speaker-${day - 1}`);
      if (day % 2 === 0) await keys.rotate(officer, `by hand ${day}`); // Nothing wrapped anew yet.
      const dump = await dumpKeys(url, tenantId);
      const promised = await erase(ground, `speaker-${day - 1}`);
      if (promised !== null) erased.push({ ref, promised, dump });
    }
    clock.advance(DAY_MS);
    await keeper.maintain(tenantId);
    for (const { ref, promised, dump } of erased) {
      const old = dump.find(({ speakerRef }) => speakerRef === ref);
      if (old === undefined) return t.fail();
      const reason = await reasonOf(keyring.openDataKey(tenantId, ref, old));
      if (clock.now() >= promised) t.is(reason, 'KEY_MISSING', `day ${day}`);
    }
  }
  t.true(erased.length >= 7 && erased.every(({ promised }) => promised <= clock.now()));
});

test.serial(
  'settings that are longer afterwards do not break the promise; those that are shorter count',
  async (t) => {
    const ground = await keyGround(t);
    const { url, keyring, clock, officer, keys, keeper, grant } = ground;
    const { tenantId } = officer;
    await grant('lee');
    const began = clock.now().getTime();
    const due = async () => ((await keys.status(tenantId)).rotationDue.getTime() - began) / DAY_MS;
    const dump = await dumpKeys(url, tenantId);
    await keys.setSettings(officer, { keyRotationMs: 90 * DAY_MS }, 's1');
    t.is(await due(), 90, 'nothing was promised yet');
    await keys.setSettings(officer, { keyRotationMs: 20 * DAY_MS }, 's2');
    await erase(ground, 'kim');
    await keys.setSettings(officer, { keyRotationMs: 10 * DAY_MS }, 's3');
    await keepBackups(url, tenantId, 7);
    const promised = await erase(ground, 'lee');
    t.deepEqual(promised, clock.in((10 + 1 + 7 + 1) * DAY_MS));
    await keys.setSettings(officer, { keyRotationMs: 3650 * DAY_MS }, 's4');
    await keepBackups(url, tenantId, 365);
    t.is(await due(), 10);
    while (promised !== null && clock.now() < promised) {
      clock.advance(DAY_MS);
      await keeper.maintain(tenantId);
    }
    for (const { speakerRef, ...wrapped } of dump)
      t.is(await reasonOf(keyring.openDataKey(tenantId, speakerRef, wrapped)), 'KEY_MISSING');
    t.is(await due(), 10 + 3650, 'for the next epoch they count');
  },
);

test.serial('a data key that does not open keeps nobody from being unrecoverable', async (t) => {
  const ground = await keyGround(t);
  const { url, keyring, clock, officer, keys, keeper, grant } = ground;
  const { tenantId } = officer;
  for (const id of ['lee', 'mia']) await grant(id);
  const dump = await dumpKeys(url, tenantId);
  const [lee, mia] = [await refOf(ground, 'lee'), await refOf(ground, 'mia')];
  const sealed = 'UPDATE vouch.speaker_keys SET wrapped_key = $2 WHERE speaker_ref = $1';
  await asOwner(url, sealed, [lee, Buffer.from('nonsense')]);
  await asOwner(url, sealed, [mia, Buffer.from('nonsense')]);
  const promised = await erase(ground, 'kim');
  while (promised !== null && clock.now() < promised) {
    clock.advance(DAY_MS);
    // While there are backups one is restored; the other never.
    if (clock.in(10 * DAY_MS).getTime() === promised.getTime())
      await asOwner(url, sealed, [mia, dump.find(({ speakerRef }) => speakerRef === mia)?.ciphertext]);
    await keeper.maintain(tenantId);
  }
  for (const { speakerRef, ...wrapped } of dump)
    t.is(await reasonOf(keyring.openDataKey(tenantId, speakerRef, wrapped)), 'KEY_MISSING');
  const opens = async (ref: string) =>
    reasonOf(ground.database.tenant(tenantId, (tx) => openSpeakerKey(tx, keyring, ref)));
  t.is(await opens(mia), 'none');
  t.is(await opens(lee), 'KEY_MISSING');
  const { epochs, toRewrap } = await keys.status(tenantId);
  t.like(epochs[0], { state: 'DESTROYED', dataKeys: 1 });
  t.is(toRewrap, 0);
  await keys.reencryptAll(officer, 'all');
  await keeper.maintain(tenantId);
  t.is((await keys.status(tenantId)).toReplace, 0);
});

test.serial('somebody who has no data key has nothing to be recovered', async (t) => {
  const { database, clock, officer } = await keyGround(t);
  const nobody = '00000000-0000-4000-8000-000000000000';
  t.is(
    await database.tenant(officer.tenantId, (tx) => unrecoverableAfter(tx, [nobody], clock.now(), 35)),
    null,
  );
});

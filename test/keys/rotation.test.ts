import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { Consents } from '../../src/consent/index.js';
import { FileKeyring, openKeyring } from '../../src/crypto/index.js';
import { KeyKeeper, Keys, KeyWork } from '../../src/keys/index.js';
import { backupDays, RESEALS } from '../../src/open-keys.js';
import { Tenants } from '../../src/tenant/index.js';
import { recordInput } from '../helpers/consents.js';
import { asOwner } from '../helpers/database.js';
import { addKeys, DAY_MS, dumpKeys, keepBackups, keyGround } from '../helpers/keys.js';
import { reasonOf } from '../helpers/tenant.js';

test.serial(
  'after a rotation everything is wrapped under the new epoch, and the old key is not needed',
  async (t) => {
    const { database, keyring, keyFile, clock, officer, keys, work, enrol, openIds, grant } =
      await keyGround(t);
    const { voiceprintId } = await enrol('kim', { policy: { waitingPeriodMs: 0 } });
    t.is(await keys.rotate(officer, 'r1'), 2);
    t.is(await keys.rotate(officer, 'r1'), 2, 'a repeat rotates no further');
    await grant('lee');
    const half = await keys.status(officer.tenantId);
    t.deepEqual(
      half.epochs.map(({ epoch, state, dataKeys }) => [epoch, state, dataKeys]),
      [
        [1, 'RETIRED', 1],
        [2, 'ACTIVE', 1],
      ],
    );
    t.is(half.toRewrap, 1);
    t.deepEqual(await openIds('kim'), [voiceprintId], 'what is not wrapped anew yet is open, too');
    t.like(await work.run(officer), { rewrapped: 1, unreadable: 0, busy: false });
    t.is((await keys.status(officer.tenantId)).toRewrap, 0);
    await keyring.destroyEpoch(officer.tenantId, 1);
    t.deepEqual(await openIds('kim'), [voiceprintId]);
    // Too early: backups still need the key.
    const strict = new Tenants(database, await FileKeyring.open(keyFile), clock);
    t.is(await reasonOf(strict.verifyKeys()), 'KEY_MISSING');
  },
);

test.serial(
  'the old key is destroyed when the backups from before have expired, not a moment earlier',
  async (t) => {
    const { url, keyring, clock, officer, keys, tenants, rotate } = await keyGround(t);
    await keepBackups(url, officer.tenantId, 7);
    await rotate();
    await keepBackups(url, officer.tenantId, 90);
    clock.advance(7 * DAY_MS - 1);
    t.deepEqual(await keys.destroyExpired(officer), []);
    t.deepEqual(await keyring.epochs(officer.tenantId), [1, 2]);
    clock.advance(1);
    t.deepEqual(await keys.destroyExpired(officer), [1], 'a longer retention does not reach back');
    t.deepEqual(await keys.destroyExpired(officer), []);
    t.deepEqual(await keyring.epochs(officer.tenantId), [2]);
    const [first] = (await keys.status(officer.tenantId)).epochs;
    t.is(first?.state, 'DESTROYED');
    t.deepEqual(first?.destroyedAt, clock.now());
    await tenants.verifyKeys();
  },
);

test.serial(
  'a destroyed key that came back with an old copy of the keyring is destroyed again',
  async (t) => {
    const { database, keyFile, clock, officer, keys, rotate } = await keyGround(t);
    await rotate();
    const copy = await readFile(keyFile);
    clock.advance(36 * DAY_MS);
    t.deepEqual(await keys.destroyExpired(officer), [1]);
    await writeFile(keyFile, copy);
    const keyring = await FileKeyring.open(keyFile);
    t.deepEqual(await keyring.epochs(officer.tenantId), [1, 2]);
    const after = new Keys({ database, keyring, clock, backupDays, reseals: [] });
    t.deepEqual(await after.destroyExpired(officer), [1]);
    t.deepEqual(await keyring.epochs(officer.tenantId), [2]);
  },
);

test.serial('a key that is gone when it has expired is no fault at the start', async (t) => {
  const { keyring, clock, officer, tenants, rotate } = await keyGround(t);
  await rotate();
  await keyring.destroyEpoch(officer.tenantId, 1);
  t.is(await reasonOf(tenants.verifyKeys()), 'KEY_MISSING');
  clock.advance(35 * DAY_MS);
  await tenants.verifyKeys();
});

test.serial('work that was cut off is taken up again, and nothing is done twice', async (t) => {
  const { database, keyring, officer, keys, work, url } = await keyGround(t);
  await addKeys(database, keyring, officer, 449);
  const before = await dumpKeys(url, officer.tenantId);
  await keys.rotate(officer, 'r1');
  const cut = new AbortController();
  setTimeout(() => {
    cut.abort(new Error('cut'));
  }, 60);
  await t.throwsAsync(work.run(officer, cut.signal), { message: 'cut' });
  const { toRewrap } = await keys.status(officer.tenantId);
  t.true(toRewrap > 0 && toRewrap < 450, `${toRewrap} are left`);
  t.like(await work.run(officer), { rewrapped: toRewrap, unreadable: 0 });
  t.like(await work.run(officer), { rewrapped: 0 });
  for (const { speakerRef, epoch, ciphertext } of await dumpKeys(url, officer.tenantId)) {
    t.is(epoch, 2);
    t.notThrows(() => keyring.openDataKey(officer.tenantId, speakerRef, { epoch, ciphertext }));
  }
  t.is(before.length, 450);
});

test.serial('several processes at once do the work once', async (t) => {
  const { database, keyring, officer, keys, work } = await keyGround(t);
  await addKeys(database, keyring, officer, 299);
  await keys.rotate(officer, 'r1');
  const done = await Promise.all([work.run(officer), work.run(officer), work.run(officer)]);
  const total = done.reduce((sum, { rewrapped }) => sum + rewrapped, 0);
  t.is(total + (await keys.status(officer.tenantId)).toRewrap, 300);
  await work.run(officer);
  t.is((await keys.status(officer.tenantId)).toRewrap, 0);
});

test.serial(
  'speakers who come while keys are rotated are never under an epoch that counts as out of use',
  async (t) => {
    const { officer, keys, grant, rotate, isOpen } = await keyGround(t);
    const ids = Array.from({ length: 30 }, (_, index) => `speaker-${index}`);
    const rotations = (async () => {
      for (let i = 0; i < 5; i += 1) await rotate();
    })();
    // Fewer at once than there are connections: a busy machine is no fault.
    for (let i = 0; i < ids.length; i += 3) await Promise.all(ids.slice(i, i + 3).map((id) => grant(id)));
    await rotations;
    await rotate();
    const { epochs } = await keys.status(officer.tenantId);
    t.deepEqual(
      epochs.map(({ state, dataKeys, unusedSince }) => [state, dataKeys, unusedSince !== null]),
      [...Array.from({ length: 6 }, () => ['RETIRED', 0, true]), ['ACTIVE', 31, false]],
    );
    for (const id of ids) t.true(await isOpen(id));
  },
);

test.serial(
  'a data key that does not open is left, told each time, and its epoch is not kept for it',
  async (t) => {
    const { url, clock, officer, keys, work, keeper, failures, grant } = await keyGround(t);
    await grant('lee');
    await asOwner(
      url,
      `UPDATE vouch.speaker_keys SET wrapped_key = 'nonsense' WHERE speaker_ref =
       (SELECT speaker_ref FROM vouch.speakers WHERE speaker_id = 'lee')`,
    );
    await keys.rotate(officer, 'r1');
    t.like(await work.run(officer), { rewrapped: 1, unreadable: 1 });
    t.like(await work.run(officer), { rewrapped: 0, unreadable: 1 });
    const [first] = (await keys.status(officer.tenantId)).epochs;
    t.like(first, { dataKeys: 1, destroyAfter: clock.in(35 * DAY_MS) });
    keeper.start();
    for (const told of [1, 2]) {
      while (failures.length < told || keeper.lastSeen === undefined) await sleep(5);
      t.is(keeper.lastSeen.unreadable, 1, 'however often the tenant is looked at');
      keeper.poke(officer.tenantId);
    }
  },
);

test.serial('the keeper rotates what is due, wraps it anew and destroys what has expired', async (t) => {
  const { clock, officer, keys, keeper, keyring, failures } = await keyGround(t);
  const states = async () =>
    (await keys.status(officer.tenantId)).epochs.map(({ state, dataKeys }) => `${state} ${dataKeys}`);
  await keeper.maintain(officer.tenantId);
  t.deepEqual(await states(), ['ACTIVE 1']);
  clock.advance(30 * DAY_MS);
  await Promise.all([keeper.maintain(officer.tenantId), keeper.maintain(officer.tenantId)]);
  await keeper.maintain(officer.tenantId);
  t.deepEqual(await states(), ['RETIRED 0', 'ACTIVE 1']);
  clock.advance(35 * DAY_MS);
  await keeper.maintain(officer.tenantId);
  t.deepEqual(await states(), ['DESTROYED 0', 'RETIRED 0', 'ACTIVE 1']);
  t.deepEqual(await keyring.epochs(officer.tenantId), [2, 3]);
  t.deepEqual(failures, []);
});

test.serial('a rotation that waits for its key keeps no other work from being done', async (t) => {
  const { database, keyFile, clock, officer, keys, grant, keyring } = await keyGround(t);
  await grant('lee');
  await keys.rotate(officer, 'r1');
  const given = async () => {
    const held = await openKeyring({ from: 'environment', text: await readFile(keyFile, 'utf8') });
    const parts = { database, keyring: held, clock, backupDays, reseals: RESEALS };
    const told = { onFailure: () => undefined, onUnreadable: () => undefined };
    return new KeyKeeper({ database, keys: new Keys(parts), work: new KeyWork(parts), ...told });
  };
  clock.advance(30 * DAY_MS);
  const keeper = await given();
  t.is(await reasonOf(keeper.maintain(officer.tenantId)), 'KEYRING_READ_ONLY');
  t.is((await keys.status(officer.tenantId)).toRewrap, 0);
  clock.advance(35 * DAY_MS);
  await keyring.destroyEpoch(officer.tenantId, 1);
  t.is(await reasonOf((await given()).maintain(officer.tenantId)), 'KEYRING_READ_ONLY');
  t.like((await keys.status(officer.tenantId)).epochs[0], { state: 'DESTROYED' });
});

test.serial('a process with another keyring encrypts nothing', async (t) => {
  const { database, clock, officer, grant, keyring, keyFile } = await keyGround(t);
  const other = await FileKeyring.open(`${keyFile}.other`);
  await other.createTenantKeys(officer.tenantId);
  const blind = new Consents(database, other, clock);
  t.is(await reasonOf(blind.recordConsent(officer, recordInput('lee', clock.now()))), 'KEY_WRONG');
  const keys = new Keys({ database, keyring: other, clock, backupDays, reseals: [] });
  t.is(await reasonOf(keys.rotate(officer, randomUUID())), 'KEY_WRONG');
  t.deepEqual(await keyring.epochs(officer.tenantId), [1]);
  await grant('lee');
});

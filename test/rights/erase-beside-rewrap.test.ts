import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import pg from 'pg';
import { Rights } from '../../src/rights/index.js';
import { asOwner } from '../helpers/database.js';
import { DAY_MS, dumpKeys, keyGround } from '../helpers/keys.js';
import { reasonOf } from '../helpers/tenant.js';

/** Holds back whoever wants to change somebody's details of consent; the function lets them go on. */
async function holdBack(t: ExecutionContext, url: string): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  t.teardown(() => client.end());
  await client.query('BEGIN');
  await client.query('SELECT FROM vouch.consent_details FOR UPDATE');
  return async () => {
    await client.query('ROLLBACK');
  };
}

async function waiting(url: string, count: number): Promise<void> {
  for (;;) {
    const rows = await asOwner(
      url,
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (rows.length >= count) return;
    await sleep(10);
  }
}

test('a key that is wrapped anew while its speaker is erased is gone by the time that the receipt states', async (t) => {
  const { url, database, keyring, clock, officer, keys, keeper, work } = await keyGround(t);
  const rights = new Rights(database, keyring, clock);
  await keys.rotate(officer, 'r1');
  const release = await holdBack(t, url);
  const erasing = rights.erase(officer, {
    speakerId: 'kim',
    onBehalfOf: '',
    idempotencyKey: randomUUID(),
  });
  await waiting(url, 1);
  const rewrapping = work.run(officer);
  await Promise.race([rewrapping, waiting(url, 2)]);
  const dump = await dumpKeys(url, officer.tenantId);
  t.is(dump.length, 1);
  await release();
  const { unrecoverableAfter } = await erasing;
  await rewrapping;
  while (clock.now() < unrecoverableAfter) {
    clock.advance(DAY_MS);
    await keeper.maintain(officer.tenantId);
  }
  for (const { speakerRef, ...wrapped } of dump)
    t.is(await reasonOf(keyring.openDataKey(officer.tenantId, speakerRef, wrapped)), 'KEY_MISSING');
});

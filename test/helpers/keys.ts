import { randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import type { Keyring } from '../../src/crypto/index.js';
import { KeyKeeper, Keys, KeyWork, type KeyActor } from '../../src/keys/index.js';
import { backupDays, RESEALS } from '../../src/open-keys.js';
import { activeKeyEpoch, insertSpeakerKey, type Database } from '../../src/storage/index.js';
import { asOwner } from './database.js';
import { voiceprintGround, type VoiceprintGround } from './voiceprints.js';

export interface KeyGround extends VoiceprintGround {
  readonly keys: Keys;
  readonly work: KeyWork;
  readonly keeper: KeyKeeper;
  /** Failures that the keeper told of. */
  readonly failures: unknown[];
  /** Rotates, wraps everything anew. */
  readonly rotate: () => Promise<number>;
}

export const DAY_MS = 86_400_000;

/** A tenant with Kim, and what keeps its keys. */
export async function keyGround(t: ExecutionContext): Promise<KeyGround> {
  const ground = await voiceprintGround(t);
  const { database, keyring, clock, officer } = ground;
  const parts = { database, keyring, clock, backupDays, reseals: RESEALS };
  const [keys, work] = [new Keys(parts), new KeyWork(parts)];
  const failures: unknown[] = [];
  const keeper = new KeyKeeper({
    database,
    keys,
    work,
    onFailure: (error) => failures.push(error),
    onUnreadable: (done) => failures.push(done),
  });
  t.teardown(() => keeper.stop());
  const rotate = async () => {
    const epoch = await keys.rotate(officer, randomUUID());
    await work.run(officer);
    return epoch;
  };
  return { ...ground, keys, work, keeper, failures, rotate };
}

/** Data keys of people of whom nothing else is there, wrapped under the epoch in use. */
export async function addKeys(
  database: Database,
  keyring: Keyring,
  { tenantId }: Pick<KeyActor, 'tenantId'>,
  count: number,
): Promise<void> {
  for (let done = 0; done < count; done += 500) {
    await database.tenant(tenantId, async (tx) => {
      const { epoch } = await activeKeyEpoch(tx);
      for (let i = done; i < Math.min(done + 500, count); i += 1) {
        const speakerRef = randomUUID();
        const { wrapped } = await keyring.createDataKey(tenantId, speakerRef, epoch);
        await insertSpeakerKey(tx, speakerRef, wrapped);
      }
    });
  }
}

/** Says for how long backups are kept, and nothing else. */
export async function keepBackups(url: string, tenantId: string, backupDays: number): Promise<void> {
  await asOwner(
    url,
    `INSERT INTO vouch.retention_policies (tenant_id, version, body, created_at)
     SELECT $1, count(*) + 1, $2, now() FROM vouch.retention_policies WHERE tenant_id = $1`,
    [tenantId, { backupDays }],
  );
}

export interface DumpedKey {
  readonly speakerRef: string;
  readonly epoch: number;
  readonly ciphertext: Buffer;
}

/** The rows of the data keys as a dump would hold them. */
export async function dumpKeys(url: string, tenantId: string): Promise<DumpedKey[]> {
  return asOwner(
    url,
    `SELECT speaker_ref AS "speakerRef", epoch, wrapped_key AS ciphertext
     FROM vouch.speaker_keys WHERE tenant_id = $1 ORDER BY speaker_ref`,
    [tenantId],
  );
}

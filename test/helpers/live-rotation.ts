import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileKeyring } from '../../src/crypto/index.js';
import { KeyEpochState, type GetKeysResponse } from '../../src/gen/vouch/v1/admin.js';
import { Database } from '../../src/storage/index.js';
import type { TestTenant } from './caller.js';
import { asOwner } from './database.js';
import type { Ground, TestService } from './ground.js';
import { addKeys } from './keys.js';
import { wordOf } from './test-stream.js';

const SPEAKER = 'allison_en';
const CALL = 'allison_en/call-1.wav';

export interface RotationPlan {
  /** Wrapped keys besides that of the speaker who calls. */
  readonly keys: number;
  /** Calls at the same time. */
  readonly lines: number;
  /** Keys are rotated again and again until so many calls have ended. */
  readonly calls: number;
}

export interface RotationFigures {
  readonly calls: number;
  /** What went wrong with calls, in words. */
  readonly failures: readonly string[];
  /** How long each rotation took until nothing was under the old epoch any more, ms. */
  readonly rotationsMs: readonly number[];
}

/** Calls, one after the other on each line, while the tenant's keys are rotated. */
export async function rotateUnderCalls(
  ground: Ground,
  tenant: TestTenant,
  plan: RotationPlan,
): Promise<RotationFigures> {
  await tenant.enrol(SPEAKER);
  const database = await Database.connect({ url: ground.postgres.url, waitMs: 20_000 });
  try {
    const keyring = await FileKeyring.open(join(ground.directory, 'keyring.json'));
    await addKeys(database, keyring, tenant, plan.keys);
  } finally {
    await database.close();
  }
  const failures: string[] = [];
  const rotationsMs: number[] = [];
  let calls = 0;
  const line = async (): Promise<void> => {
    for (; calls < plan.calls || rotationsMs.length === 0; calls += 1) {
      const outcome = await callOnce(tenant);
      if (outcome !== 'ACCEPT') failures.push(outcome);
    }
  };
  const lines = Promise.all(Array.from({ length: plan.lines }, line));
  while (calls < plan.calls || rotationsMs.length === 0) rotationsMs.push(await rotate(tenant));
  await lines;
  return { calls, failures, rotationsMs };
}

/** The decision of a call of the enrolled speaker, or how it failed. */
export async function callOnce(tenant: TestTenant): Promise<string> {
  try {
    const call = tenant.open([SPEAKER]);
    await call.speech(CALL);
    const failure = await call.end();
    return failure === null ? wordOf(call.decision) : failure.reason;
  } catch (error) {
    return String(error);
  }
}

async function rotate(tenant: TestTenant): Promise<number> {
  const began = performance.now();
  await tenant.admin.rotateKeys({ idempotencyKey: randomUUID() });
  while (!isRewrapped(await tenant.admin.getKeys({}))) await sleep(50);
  return performance.now() - began;
}

function isRewrapped({ epochs }: GetKeysResponse): boolean {
  return epochs.every(
    ({ state, unusedSince }) => state === KeyEpochState.ACTIVE || unusedSince !== undefined,
  );
}

/**
 * Lets the backups of all old epochs expire, has their keys destroyed, and starts another service beside the first.
 *
 * @returns the epochs that the keyring has left, the outcomes of a call on the first and on the new service
 */
export async function removeOldKeys(
  ground: Ground,
  tenant: TestTenant,
): Promise<{ readonly epochs: readonly number[]; readonly outcomes: readonly string[] }> {
  await asOwner(
    ground.postgres.url,
    `UPDATE vouch.key_epochs SET destroy_after = now() - interval '1 minute' WHERE tenant_id = $1 AND state = 'RETIRED'`,
    [tenant.tenantId],
  );
  await tenant.admin.destroyExpiredKeys({});
  const keyring = await FileKeyring.open(join(ground.directory, 'keyring.json'));
  const other: TestService = await ground.serve();
  try {
    const outcomes = [await callOnce(tenant), await callOnce(other.tenantOf(tenant.tenantId))];
    return { epochs: await keyring.epochs(tenant.tenantId), outcomes };
  } finally {
    await other.stop();
  }
}

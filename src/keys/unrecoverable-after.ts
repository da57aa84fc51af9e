import {
  findKeySettings,
  listKeyEpochs,
  newestEpochOf,
  type KeyEpochRow,
  type Transaction,
} from '../storage/index.js';

const DAY_MS = 86_400_000;

/** How long wrapping all keys anew may take at most, and destroying an epoch that is due, ms. */
const WORK_MS = DAY_MS;

interface KeyPlan {
  readonly keyRotationMs: number;
  readonly backupRetentionMs: number;
}

/**
 * When the last epoch key that wraps a copy of one of these data keys in any backup will be gone, if their rows go now:
 * from then on nobody can read what is sealed under them, whoever kept a backup. For the receipt of an erasure; to be asked
 * in its transaction, with the rows locked, before they go.
 *
 * It rests on the rotation going on as it is set, and on copies of the keyring itself not being kept.
 *
 * @param backupDays - for how long backups of the database are kept
 * @returns null where there is none of the keys
 */
export async function unrecoverableAfter(
  tx: Transaction,
  speakerRefs: readonly string[],
  now: Date,
  backupDays: number,
): Promise<Date | null> {
  const newest = await newestEpochOf(tx, speakerRefs);
  if (newest === null) return null;
  const { keyRotationMs } = await findKeySettings(tx);
  const plan = { keyRotationMs, backupRetentionMs: backupDays * DAY_MS };
  const gone = (await listKeyEpochs(tx))
    // No key was ever wrapped under a later epoch; under earlier ones it may have been, and older backups have it so.
    .filter(({ epoch, destroyedAt }) => epoch <= newest && destroyedAt === null)
    .map((epoch) => goneAt(epoch, plan, now));
  return new Date(Math.max(...gone));
}

/** The plan for one epoch: it is rotated, all keys are wrapped anew, backups expire, the key is destroyed. */
function goneAt(epoch: KeyEpochRow, plan: KeyPlan, now: Date): number {
  if (epoch.destroyAfter !== null) return Math.max(now.getTime(), epoch.destroyAfter.getTime()) + WORK_MS;
  const rotated =
    epoch.state === 'ACTIVE'
      ? Math.max(now.getTime(), epoch.createdAt.getTime() + plan.keyRotationMs)
      : now.getTime();
  return rotated + WORK_MS + plan.backupRetentionMs + WORK_MS;
}

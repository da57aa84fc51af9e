import {
  bindKeyEpoch,
  findKeySettings,
  listKeyEpochs,
  newestEpochOf,
  type Transaction,
} from '../storage/index.js';
import { goneAt, planOf } from './plan.js';

/**
 * When the last epoch key that wraps a copy of one of these data keys in any backup will be gone, if their rows go now:
 * from then on nobody can read what is sealed under them, whoever kept a backup. For the receipt of an erasure; to be asked
 * in its transaction, with the rows locked, before they go. The epochs are held to it: settings that are longer count for
 * later ones.
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
  const settings = { ...(await findKeySettings(tx)), backupDays };
  let last = now.getTime();
  for (const row of await listKeyEpochs(tx)) {
    // No key was ever wrapped under a later epoch; under earlier ones it may have been, and older backups have it so.
    if (row.epoch > newest || row.destroyedAt !== null) continue;
    const plan = planOf(row, settings);
    const bound = row.rotateBy?.getTime() === plan.rotateBy.getTime() && row.backupDays === plan.backupDays;
    // Seldom: whoever uses the epoch waits for it.
    if (row.destroyAfter === null && !bound) await bindKeyEpoch(tx, row.epoch, plan);
    last = Math.max(last, goneAt(row, plan, now));
  }
  return new Date(last);
}

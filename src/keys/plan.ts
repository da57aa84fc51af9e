import type { KeyEpochRow, KeySettings } from '../storage/index.js';

const DAY_MS = 86_400_000;

/** How long wrapping all keys anew may take at most, and destroying an epoch that is due, ms. */
const WORK_MS = DAY_MS;

/** What becomes of an epoch key: as it is set, or as receipts have said where that is sooner. */
export interface EpochPlan {
  readonly rotateBy: Date;
  /** For how long it stays after it went out of use, days. */
  readonly backupDays: number;
}

/** The plan for an epoch, by what is set now. */
export function planOf(
  { createdAt, rotateBy, backupDays }: KeyEpochRow,
  settings: Pick<KeySettings, 'keyRotationMs'> & { readonly backupDays: number },
): EpochPlan {
  const due = createdAt.getTime() + settings.keyRotationMs;
  return {
    rotateBy: rotateBy !== null && rotateBy.getTime() < due ? rotateBy : new Date(due),
    backupDays: Math.min(backupDays ?? Infinity, settings.backupDays),
  };
}

/** When an epoch key is gone: it is rotated, all keys are wrapped anew, backups expire, the key is destroyed; ms since 1970. */
export function goneAt({ state, destroyAfter }: KeyEpochRow, plan: EpochPlan, now: Date): number {
  if (destroyAfter !== null) return Math.max(now.getTime(), destroyAfter.getTime()) + WORK_MS;
  const rotated = state === 'ACTIVE' ? Math.max(now.getTime(), plan.rotateBy.getTime()) : now.getTime();
  return rotated + WORK_MS + plan.backupDays * DAY_MS + WORK_MS;
}

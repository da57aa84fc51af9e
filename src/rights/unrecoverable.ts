import type { RetentionPolicy } from '../domain/retention.js';

const DAY_MS = 86_400_000;

/**
 * From when on nobody opens what was destroyed, with any backup of the database and the keyring of that day: the last
 * backup that holds the wrapped data key has expired by then.
 */
export function unrecoverableAfter(erasedAt: Date, { backupDays }: RetentionPolicy): Date {
  return new Date(erasedAt.getTime() + backupDays * DAY_MS);
}

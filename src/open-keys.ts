import { resealNotes } from './audit/index.js';
import { resealConsentDetails } from './consent/index.js';
import type { Keyring } from './crypto/index.js';
import type { Clock } from './domain/clock.js';
import {
  resealJobRows,
  resealFingerprints,
  resealPartialEvidence,
  resealTrustPhrase,
  resealVoiceprints,
} from './enrolment/index.js';
import { KeyKeeper, Keys, KeyWork, type Reseal } from './keys/index.js';
import type { Observability } from './open-observability.js';
import { resealEvidence } from './rights/index.js';
import { deleteCheckpointsOf, type Database, type Transaction } from './storage/index.js';
import { resealTransferKey } from './transfer/index.js';
import { retentionPolicy } from './tenant/index.js';

/** Whatever seals under speakers' keys is here, or it would be lost with a speaker's old key. */
export const RESEALS: readonly Reseal[] = [
  resealConsentDetails,
  resealVoiceprints,
  resealFingerprints,
  resealPartialEvidence,
  resealTrustPhrase,
  resealEvidence,
  resealNotes,
  resealTransferKey,
  // Not worth it: running calls keep what they hear anew.
  deleteCheckpointsOf,
  resealJobRows,
];

/** The tenant's retention policy says it once, for keys, too. */
export async function backupDays(tx: Transaction): Promise<number> {
  return (await retentionPolicy(tx)).policy.backupDays;
}

/** What is asked of the tenants' keys, and who keeps them in the background from now on, until the stops. */
export function openKeys(
  database: Database,
  keyring: Keyring,
  clock: Clock,
  { log, failed }: Pick<Observability, 'log' | 'failed'>,
  stops: (() => Promise<void>)[],
): { keys: Keys; keyKeeper: KeyKeeper } {
  const parts = { database, keyring, clock, backupDays, reseals: RESEALS };
  const keys = new Keys(parts);
  const keyKeeper = new KeyKeeper({
    database,
    keys,
    work: new KeyWork(parts),
    onFailure: failed('keys', 'keys could not be kept'),
    onUnreadable: ({ unreadable }) => {
      log.error({ unreadable }, 'data keys do not open: their rows were moved or changed');
    },
  });
  keyKeeper.start();
  stops.push(() => keyKeeper.stop());
  return { keys, keyKeeper };
}

import type { ConsentGate } from '../consent/index.js';
import type { OpenVoiceprint } from '../domain/voiceprint.js';
import { listVectors, listVoiceprints, lockAccountOf, type Transaction } from '../storage/index.js';
import type { EnrolmentSpeech } from './inputs.js';
import { openVoiceprint } from './rows.js';
import { keptUntil } from '../terms/index.js';
import { settle } from './status.js';

/**
 * Whom of the other speakers of the account this speech sounds like; null for nobody, or without an account. Compared are
 * the voiceprints in use or waiting of those whose own VERIFY stands, and whose term is not over; nobody outside the
 * account ever.
 */
export async function findDuplicate(
  { tx, gate, now }: { readonly tx: Transaction; readonly gate: ConsentGate; readonly now: Date },
  speakerRef: string,
  speech: EnrolmentSpeech,
): Promise<string | null> {
  const owners = new Map<OpenVoiceprint, string>();
  for (const other of await lockAccountOf(tx, speakerRef)) {
    if ((await keptUntil(tx, other.speakerRef, now)) <= now) continue;
    const key = await gate.unlockOther(tx, other, 'VERIFY');
    if (key === null) continue;
    const rows = await listVoiceprints(tx, other.speakerRef);
    const statuses = settle(rows, now);
    const vectors = await listVectors(tx, other.speakerRef);
    for (const row of rows) {
      if (!['ACTIVE', 'PENDING'].includes(statuses.get(row.voiceprintId) ?? '')) continue;
      owners.set(openVoiceprint(key, row, vectors), other.speakerRef);
    }
  }
  const alike = speech.findAlike([...owners.keys()]);
  return (alike && owners.get(alike)) ?? null;
}

import type { Keyring } from '../crypto/index.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import { VouchError } from '../errors.js';
import { openSpeakerKey } from '../keys/index.js';
import { listVectors, listVoiceprints, type SpeakerRow, type Transaction } from '../storage/index.js';
import { tellVoiceprint } from './rows.js';
import { settle } from './status.js';

/** What reading voiceprints needs. */
export interface Reading {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly now: Date;
}

/** All versions of a speaker's voiceprints, as they are told, by label and version. */
export async function tellAll(
  { tx, keyring, now }: Reading,
  { speakerRef, speakerId }: Pick<SpeakerRow, 'speakerRef' | 'speakerId'>,
): Promise<Voiceprint[]> {
  if ((await listVoiceprints(tx, speakerRef)).length === 0) return [];
  // The key first: what is read after it is sealed under it.
  const key = await openSpeakerKey(tx, keyring, speakerRef);
  const rows = await listVoiceprints(tx, speakerRef);
  const vectors = await listVectors(tx, speakerRef);
  const statuses = settle(rows, now);
  return rows.map((row) => {
    const status = statuses.get(row.voiceprintId) ?? row.status;
    return tellVoiceprint(key, speakerId, { ...row, status }, vectors);
  });
}

/** One of a speaker's voiceprints. Throws VOICEPRINT_NOT_FOUND. */
export async function tellOne(
  reading: Reading,
  speaker: Pick<SpeakerRow, 'speakerRef' | 'speakerId'> | null,
  voiceprintId: string,
): Promise<Voiceprint> {
  const all = speaker === null ? [] : await tellAll(reading, speaker);
  const found = all.find((voiceprint) => voiceprint.voiceprintId === voiceprintId);
  if (found === undefined) throw new VouchError('VOICEPRINT_NOT_FOUND');
  return found;
}

import type { Keyring } from '../crypto/index.js';
import { VouchError } from '../errors.js';
import {
  findOptOuts,
  findSpeaker,
  listOverrideNotes,
  type NamedLedgerRow,
  type Transaction,
} from '../storage/index.js';
import { openNote } from './notes.js';
import { kindOf, type EntryKind } from './types.js';

/** An entry with the names behind its pseudonyms, as far as they are known. */
export interface NamedEntry extends NamedLedgerRow {
  /** Null for a type that this version does not know. */
  readonly entryKind: EntryKind | null;
  /** What was written of an override; empty: nothing, or erased since. */
  readonly note: string;
}

/** A speaker by their id, which is nowhere in the chain, and by what stands for it. */
export interface SpeakerId {
  readonly speakerId: string;
  /** Keyed: what is known of who opted out. */
  readonly hash: Buffer;
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** From the pseudonyms of the chain to what people call one another, and back. */
export class Names {
  constructor(private readonly keyring: Keyring) {}

  /** An id in the forms that {@link speakerRefOf} looks for; outside of transactions, since keys may be a service's. */
  async idOf(tenantId: string, speakerId: string): Promise<SpeakerId> {
    return { speakerId, hash: await this.keyring.keyedHash(tenantId, 'speaker-id', speakerId) };
  }

  /** Entries with what was written of overrides. */
  async of(tx: Transaction, rows: readonly NamedLedgerRow[]): Promise<NamedEntry[]> {
    const overrides = new Map<string, string>();
    for (const { type, body, eventId } of rows) {
      const { overrideId } = JSON.parse(body) as { overrideId?: unknown };
      if (type === 'DECISION_OVERRIDDEN' && typeof overrideId === 'string' && UUID.test(overrideId))
        overrides.set(eventId, overrideId);
    }
    const notes = new Map<string, string>();
    for (const note of overrides.size === 0 ? [] : await listOverrideNotes(tx, [...overrides.values()])) {
      notes.set(note.overrideId, await openNote(tx, this.keyring, note.overrideId, note));
    }
    return rows.map((row) => ({
      ...row,
      entryKind: kindOf(row.type),
      note: notes.get(overrides.get(row.eventId) ?? '') ?? '',
    }));
  }
}

/** The pseudonym of somebody: of who is known, or else of who opted out. Throws SPEAKER_NOT_FOUND. */
export async function speakerRefOf(tx: Transaction, { speakerId, hash }: SpeakerId): Promise<string> {
  const known = await findSpeaker(tx, speakerId);
  if (known !== null) return known.speakerRef;
  const [optOut] = await findOptOuts(tx, [hash]);
  if (optOut === undefined) throw new VouchError('SPEAKER_NOT_FOUND');
  return optOut.subjectRef;
}

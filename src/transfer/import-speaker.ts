import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import {
  importConsent,
  loadConsent,
  SPEAKER_ID_HASH,
  speakerStates,
  type ImportedEvent,
} from '../consent/index.js';
import type { Keyring } from '../crypto/index.js';
import type { Principal } from '../domain/principal.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import type { LeftOutReason } from '../domain/transfer.js';
import { importVoiceprint, type ImportableVoiceprint } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import { createSpeakerKey } from '../keys/index.js';
import {
  actorOf,
  findEvidence,
  findOptOuts,
  findSpeaker,
  insertActivity,
  insertSpeaker,
  putOptOut,
  setSpeakerVersion,
  type Transaction,
} from '../storage/index.js';
import type { SpeakerRecord, VoiceprintRecord } from './records.js';

/** A transaction that imports a speaker, and what it needs. */
export interface Importing {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly principal: Principal;
  readonly now: Date;
  readonly models: readonly EmbeddingSpace[];
  /** The transfer, and the id of the sender's public key. */
  readonly from: { readonly transferId: string; readonly keyId: string };
}

/**
 * Makes a speaker of another installation one of this one: what they said, appended to the chain here; voiceprints sealed
 * under a new key, where what they said gives a ground for them.
 *
 * @returns how many voiceprints, or why the speaker was left out: then nothing was written
 * @throws ZodError, CIPHERTEXT_INVALID for a record that does not hold together
 */
export async function importSpeaker(
  importing: Importing,
  record: SpeakerRecord,
): Promise<{ readonly voiceprints: number } | LeftOutReason> {
  const { tx, keyring, principal, now, from } = importing;
  const { speakerId, createdAt, acceptedAt, events } = record;
  const idHash = await keyring.keyedHash(tx.tenantId, SPEAKER_ID_HASH, speakerId);
  const against = await reasonAgainst(tx, idHash, record);
  if (against !== null) return against;
  const voiceprints = record.voiceprints.flatMap((each) => comparable(each, importing.models));
  if (voiceprints.length === 0 && record.voiceprints.length > 0) return 'OTHER_MODEL';
  const speakerRef = randomUUID();
  if (!(await insertSpeaker(tx, { speakerRef, speakerId, createdAt: earlier(createdAt, now) })))
    return 'EXISTS';
  const key = await createSpeakerKey(tx, keyring, speakerRef);
  const said = await importConsent({ tx, principal, now, speakerRef, key, from: from.keyId }, events);
  const { state } = await loadConsent(tx, { speakerRef, idHash }, now);
  if (state.optedOut) await keepOptOut(tx, idHash, speakerRef, said);
  const granted = state.purposes.some((each) => each.purpose === 'VERIFY' && each.granted);
  const actor = await actorOf(tx, principal);
  const imported = granted ? voiceprints : [];
  for (const voiceprint of imported) {
    const { consentEventId, createdAt: madeAt } = voiceprint;
    const restsOn = said.find(({ oldEventId }) => oldEventId === consentEventId)?.event.eventId;
    if (restsOn === undefined) throw new VouchError('CIPHERTEXT_INVALID');
    const here = { ...voiceprint, consentEventId: restsOn, createdAt: earlier(madeAt, now) };
    await importVoiceprint({ tx, actor, speakerRef, key }, here);
  }
  if (acceptedAt !== null) await insertActivity(tx, speakerRef, earlier(acceptedAt, now));
  const { position } = await appendEntry(tx, principal, {
    kind: 'AUDIT',
    type: 'SPEAKER_IMPORTED',
    subjectRef: speakerRef,
    recordedAt: now,
    body: { transferId: from.transferId, from: from.keyId, voiceprints: imported.length },
  });
  await setSpeakerVersion(tx, speakerRef, position);
  return { voiceprints: imported.length };
}

/** Why a speaker is not to be imported, whatever their record says otherwise. */
async function reasonAgainst(
  tx: Transaction,
  idHash: Buffer,
  { speakerId, events }: SpeakerRecord,
): Promise<LeftOutReason | null> {
  if ((await findSpeaker(tx, speakerId)) !== null) return 'EXISTS';
  if ((await findOptOuts(tx, [idHash])).length > 0) return 'OPTED_OUT';
  if ((await speakerStates(tx, idHash)).some(({ state }) => state !== 'LEGAL_HOLD')) return 'STATE';
  const lastSaid = Math.max(...events.map(({ recordedAt }) => recordedAt.getTime()));
  const erased = (await findEvidence(tx, idHash)).some(({ erasedAt }) => erasedAt.getTime() >= lastSaid);
  return erased ? 'ERASED' : null;
}

/** The voiceprint with those of its vectors that can be compared here; nothing where there is none. */
function comparable(
  { vectors, ...voiceprint }: VoiceprintRecord,
  models: readonly EmbeddingSpace[],
): ImportableVoiceprint[] {
  const known = vectors.flatMap(({ space: id, modelId, modelSha256, dimension, float32Base64 }) => {
    const same = models.some(
      (model) => model.id === id && model.modelSha256 === modelSha256 && model.dimension === dimension,
    );
    return same ? [{ space: { id, modelId, modelSha256, dimension }, float32Base64 }] : [];
  });
  return known.length === 0 ? [] : [{ ...voiceprint, vectors: known }];
}

/** The lasting refusal that the events end in. */
async function keepOptOut(
  tx: Transaction,
  idHash: Buffer,
  speakerRef: string,
  said: readonly ImportedEvent[],
): Promise<void> {
  const last = said.findLast(({ event }) => event.type === 'OPTED_OUT')?.event;
  if (last === undefined) return;
  const { eventId, position: chainPosition, occurredAt: since } = last;
  await putOptOut(tx, { idHash, subjectRef: speakerRef, eventId, chainPosition, since });
}

/** Nothing is younger here than now, whatever the clock there said: it would live longer than it may. */
function earlier(time: Date, now: Date): Date {
  return time < now ? time : now;
}

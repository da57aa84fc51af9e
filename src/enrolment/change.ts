import { appendEntry } from '../audit/index.js';
import { isHeld, SPEAKER_ID_HASH } from '../consent/index.js';
import type { Keyring } from '../crypto/index.js';
import type { VoiceprintStatus } from '../domain/people.js';
import type { EnrolmentPolicy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { openSpeakerKey } from '../keys/index.js';
import {
  deleteVoiceprint,
  findActor,
  findEnroller,
  findVoiceprint,
  lockSpeakerRef,
  setSpeakerVersion,
  setVoiceprintStatus,
  setVoiceprintUse,
  type SpeakerRow,
  type Transaction,
  type VoiceprintRow,
} from '../storage/index.js';
import { settleStored } from './create.js';
import { openLineage } from './lineage.js';

/** A transaction that changes a voiceprint. */
export interface Changing {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly principal: Principal;
  readonly now: Date;
}

/** A voiceprint whose speaker nobody else writes about until the transaction ends. */
export interface LockedVoiceprint {
  readonly speaker: SpeakerRow;
  readonly row: VoiceprintRow;
  /** All of the speaker's, with the status that they have by now. */
  readonly rows: readonly VoiceprintRow[];
}

/** Throws VOICEPRINT_NOT_FOUND. */
export async function lockVoiceprint(
  { tx, now }: Pick<Changing, 'tx' | 'now'>,
  voiceprintId: string,
): Promise<LockedVoiceprint> {
  const found = await findVoiceprint(tx, voiceprintId);
  if (found === null) throw new VouchError('VOICEPRINT_NOT_FOUND');
  const speaker = await lockSpeakerRef(tx, found.speakerRef);
  const rows = await settleStored(tx, found.speakerRef, now);
  const row = rows.find((each) => each.voiceprintId === voiceprintId);
  if (speaker === null || row === undefined) throw new VouchError('VOICEPRINT_NOT_FOUND');
  return { speaker, row, rows };
}

/**
 * Four eyes: nobody lets a voiceprint be used that they enrolled, or that was enrolled on their behalf; nor one with speech
 * of an earlier call in it that came so. Throws OWN_ENROLMENT.
 */
export async function checkOtherPrincipal(
  { tx, keyring, principal }: Pick<Changing, 'tx' | 'keyring' | 'principal'>,
  { row: { voiceprintId, speakerRef, lineage } }: LockedVoiceprint,
): Promise<void> {
  const actor = await findActor(tx, principal.actorId);
  if (actor === undefined) return;
  const key = await openSpeakerKey(tx, keyring, speakerRef);
  const { calls = [] } = openLineage(key, voiceprintId, lineage);
  const own = [await findEnroller(tx, voiceprintId), ...calls].some(
    (each) => each?.actorRef === actor || each?.onBehalfOfRef === actor,
  );
  if (own) throw new VouchError('OWN_ENROLMENT');
}

/**
 * Lets a voiceprint be used that waited for somebody's word: after the rest of its waiting period. A later version of its
 * label that is in use, or waits, stays; then this one is superseded.
 */
export async function admit(
  { tx, now }: Pick<Changing, 'tx' | 'now'>,
  { row, rows }: LockedVoiceprint,
  { waitingPeriodMs }: EnrolmentPolicy,
): Promise<VoiceprintStatus> {
  const usableFrom = new Date(Math.max(now.getTime(), row.createdAt.getTime() + waitingPeriodMs));
  const others = rows.filter(
    (each) => each.label === row.label && ['PENDING', 'ACTIVE'].includes(each.status) && each !== row,
  );
  const inUse = usableFrom <= now ? 'ACTIVE' : 'PENDING';
  const status = others.some((each) => each.version > row.version) ? 'SUPERSEDED' : inUse;
  for (const other of others) {
    // The one in use stays until this one may follow it.
    const replaced = status !== 'SUPERSEDED' && (other.status === 'PENDING' || status === 'ACTIVE');
    if (replaced) await setVoiceprintStatus(tx, other.voiceprintId, 'SUPERSEDED');
  }
  await setVoiceprintUse(tx, row.voiceprintId, status, usableFrom);
  return status;
}

/**
 * Destroys a voiceprint. What it has superseded by now stays so: it does not come back into use.
 *
 * @throws SPEAKER_HELD under a legal hold
 */
export async function destroy(
  changing: Changing,
  locked: LockedVoiceprint,
  type: 'VOICEPRINT_DELETED' | 'VOICEPRINT_REJECTED',
): Promise<void> {
  await checkNotHeld(changing, locked.speaker);
  await deleteVoiceprint(changing.tx, locked.row.voiceprintId);
  await recordChange(changing, locked, type, {});
}

/** Throws SPEAKER_HELD under a legal hold, which forbids to destroy anything. */
export async function checkNotHeld(
  { tx, keyring }: Pick<Changing, 'tx' | 'keyring'>,
  { speakerId }: Pick<SpeakerRow, 'speakerId'>,
): Promise<void> {
  const idHash = await keyring.keyedHash(tx.tenantId, SPEAKER_ID_HASH, speakerId);
  if (await isHeld(tx, idHash)) throw new VouchError('SPEAKER_HELD');
}

/** Records what was done with a voiceprint; running calls learn of it. */
export async function recordChange(
  { tx, principal, now }: Pick<Changing, 'tx' | 'principal' | 'now'>,
  { row: { voiceprintId, speakerRef, label, version } }: LockedVoiceprint,
  type: 'VOICEPRINT_DELETED' | 'VOICEPRINT_REJECTED' | 'VOICEPRINT_APPROVED' | 'VOICEPRINT_ROLLED_BACK',
  facts: { readonly status?: VoiceprintStatus; readonly destroyed?: string },
): Promise<void> {
  const { position } = await appendEntry(tx, principal, {
    kind: 'AUDIT',
    type,
    subjectRef: speakerRef,
    recordedAt: now,
    body: { voiceprintId, label, version, ...facts },
  });
  await setSpeakerVersion(tx, speakerRef, position);
}

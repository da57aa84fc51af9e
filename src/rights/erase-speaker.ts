import { randomUUID } from 'node:crypto';
import { appendEntry, type ActingParty } from '../audit/index.js';
import type { Keyring } from '../crypto/index.js';
import type { Destroyed, ErasureCause, ErasureReceipt } from '../domain/rights.js';
import { resealJobRows } from '../enrolment/index.js';
import { createSpeakerKey, isUnreadable, reencryptSpeaker, unrecoverableAfter } from '../keys/index.js';
import {
  deleteConsentDetailsOf,
  deleteSpeaker,
  deleteSpeakerKey,
  deleteVoiceprintsOf,
  eraseFromCalls,
  findOptOuts,
  forgetManifestRows,
  insertEvidence,
  lockSpeakerKeys,
  manifestKeysOf,
  type ErasedSubject,
  type Transaction,
} from '../storage/index.js';
import { retentionPolicy } from '../tenant/index.js';
import { consentHistory } from './consent-history.js';
import { sealRecord } from './evidence-record.js';

/** Somebody to be erased, locked before; with their id, which the evidence names. */
export interface SpeakerToErase extends ErasedSubject {
  readonly speakerId: string;
}

/** A transaction that erases, and what it needs. */
export interface Erasing {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly principal: ActingParty;
  readonly now: Date;
  readonly cause: ErasureCause;
  /** Empty: on nobody's behalf. */
  readonly onBehalfOf: string;
}

const DAY_MS = 86_400_000;

/**
 * Destroys a speaker: data key, voiceprints, details of consent, claims, decisions, name. What must be provable later is
 * sealed first, under a key of its own. Running calls learn of it as of a withdrawal. An opt-out stays.
 */
export async function eraseSpeaker(erasing: Erasing, subject: SpeakerToErase): Promise<ErasureReceipt> {
  const { tx, keyring, principal, now, cause, onBehalfOf } = erasing;
  const manifestKeys = await manifestKeysOf(tx, subject.idHash);
  const lost = [subject.speakerRef, ...manifestKeys];
  // Nobody wraps them under a later epoch from here on: what the receipt says of the epochs would not be true of them.
  await lockSpeakerKeys(tx, lost);
  const { policy } = await retentionPolicy(tx);
  const consentEvents = await consentHistory(tx, keyring, subject.speakerRef);
  // Where the key was lost before, there is nothing to be recovered.
  const after = (await unrecoverableAfter(tx, lost, now, policy.backupDays)) ?? now;
  const destroyed = await destroy(tx, subject);
  for (const keyRef of manifestKeys) await replaceKeyOfRows(tx, keyring, keyRef);
  const evidenceId = randomUUID();
  const evidenceUntil = new Date(now.getTime() + policy.evidenceDays * DAY_MS);
  const key = await createSpeakerKey(tx, keyring, evidenceId);
  const optOutStays = (await findOptOuts(tx, [subject.idHash])).length > 0;
  const { eventId, position, hash } = await appendEntry(tx, principal, {
    kind: 'AUDIT',
    type: 'SPEAKER_ERASED',
    subjectRef: subject.speakerRef,
    onBehalfOf,
    recordedAt: now,
    body: {
      cause,
      destroyed: { ...destroyed },
      unrecoverableAfter: after.toISOString(),
      evidenceUntil: evidenceUntil.toISOString(),
    },
  });
  const receipt: ErasureReceipt = {
    eventId,
    chainPosition: position,
    chainHash: hash.toString('hex'),
    erasedAt: now,
    cause,
    destroyed,
    unrecoverableAfter: after,
    evidenceId,
    evidenceUntil,
    optOutStays,
  };
  const { speakerId, idHash } = subject;
  const ciphertext = sealRecord(key, { evidenceId, idHash }, { speakerId, receipt, consentEvents });
  await insertEvidence(tx, { evidenceId, idHash, ciphertext, erasedAt: now, keepUntil: evidenceUntil });
  return receipt;
}

/** Rows of others, sealed under the same key as one that was emptied, get another key: the old one opens that in backups. */
async function replaceKeyOfRows(tx: Transaction, keyring: Keyring, keyRef: string): Promise<void> {
  try {
    await reencryptSpeaker(tx, keyring, keyRef, [resealJobRows]);
  } catch (error) {
    // What does not open is no use to anybody.
    if (!isUnreadable(error)) throw error;
  }
}

async function destroy(tx: Transaction, subject: SpeakerToErase): Promise<Destroyed> {
  const { speakerRef } = subject;
  const underVerify = await deleteVoiceprintsOf(tx, speakerRef);
  const consentDetails = await deleteConsentDetailsOf(tx, speakerRef);
  const fromCalls = await eraseFromCalls(tx, subject);
  const manifestRows = await forgetManifestRows(tx, subject.idHash);
  const dataKeys = Number(await deleteSpeakerKey(tx, speakerRef));
  const names = Number(await deleteSpeaker(tx, speakerRef));
  return { names, dataKeys, ...underVerify, consentDetails, manifestRows, ...fromCalls };
}

import { randomUUID } from 'node:crypto';
import type { DataKey, Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  deleteOptOut,
  deleteVoiceprintsOf,
  quarantineVoiceprintsOf,
  insertSpeaker,
  lockSpeaker,
  putOptOut,
  type OptOutRow,
  type Transaction,
} from '../storage/index.js';
import { answerOf, type Reference } from './answer.js';
import { appendConsent, evidenceJson, proofingJson } from './append.js';
import type { OptOutInput, RecordConsentInput, WithdrawInput } from './inputs.js';
import { isFromBefore, loadConsent } from './load.js';
import { recordBody } from './requests.js';
import { checkEntry, grantedPurposes, occurrence } from './rules.js';
import { createSpeakerKey, openSpeakerKey } from '../keys/index.js';
import { isHeld } from './speaker-states.js';

/** A transaction that records a consent event, and what it needs. */
export interface Recording {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly principal: Principal;
  /** Keyed hash of the speaker's id. */
  readonly idHash: Buffer;
}

/** What became of a speaker's voiceprints. */
interface EndedVoiceprints {
  readonly voiceprintsErased: number;
  readonly voiceprintsKept: number;
  /** What was kept beside them. */
  readonly speechKeptErased?: number;
  readonly fingerprintsErased?: number;
  readonly trustPhrasesErased?: number;
}

interface Person {
  readonly speakerRef: string;
  readonly key: DataKey;
}

/** See Consents.recordConsent. */
export async function record(recording: Recording, input: RecordConsentInput): Promise<Reference> {
  const { tx, principal, idHash } = recording;
  const person = await ensureSpeaker(recording, input.speakerId);
  const { speakerRef } = person;
  // After the lock: what is recorded later is in force later.
  const recordedAt = recording.clock.now();
  const occurredAt = occurrence(input.occurredAt, recordedAt);
  await checkEntry(tx, input, recordedAt);
  const { state, optOut } = await loadConsent(tx, { speakerRef, idHash }, recordedAt);
  const granted = grantedPurposes(input.purposes);
  if (state.optedOut && granted.length > 0 && !input.liftsOptOut) throw new VouchError('SPEAKER_OPTED_OUT');
  const optedOutBefore = isFromBefore(optOut, speakerRef) && !input.liftsOptOut;
  if (input.liftsOptOut) await liftOptOut(recording, optOut, occurredAt);
  const ended = await endVoiceprints(recording, speakerRef, input.purposes.VERIFY === 'REFUSED');
  const { callId, mediaTimeMs, evidence, proofing, onBehalfOf } = input;
  const { eventId } = await appendConsent(tx, principal, {
    type: 'CONSENT_RECORDED',
    ...person,
    occurredAt,
    recordedAt,
    onBehalfOf,
    body: { ...recordBody(input), ...ended },
    details: { callId, mediaTimeMs, evidence: evidenceJson(evidence), proofing: proofingJson(proofing) },
  });
  const reference = { speakerRef, eventId, optedOutBefore };
  const { purposes } = (await answerOf(tx, reference)).state;
  const inForce = new Set(purposes.flatMap(({ purpose, granted: now }) => (now ? [purpose] : [])));
  // Everything else was checked above; the transaction takes the entry back.
  if (!granted.every((purpose) => inForce.has(purpose))) throw beforeRefusal();
  return reference;
}

/** See Consents.withdraw. */
export async function withdraw(recording: Recording, input: WithdrawInput): Promise<Reference> {
  const { tx, keyring, principal, idHash } = recording;
  const speaker = await lockSpeaker(tx, input.speakerId);
  if (speaker === null) throw new VouchError('SPEAKER_NOT_FOUND');
  const { speakerRef } = speaker;
  const key = await openSpeakerKey(tx, keyring, speakerRef);
  const recordedAt = recording.clock.now();
  const { optOut } = await loadConsent(tx, { speakerRef, idHash }, recordedAt);
  const ended = await endVoiceprints(recording, speakerRef, input.purposes.includes('VERIFY'));
  const { eventId } = await appendConsent(tx, principal, {
    type: 'CONSENT_WITHDRAWN',
    speakerRef,
    key,
    occurredAt: occurrence(input.occurredAt, recordedAt),
    recordedAt,
    onBehalfOf: input.onBehalfOf,
    body: { purposes: [...new Set(input.purposes)], ...ended },
    details: { evidence: evidenceJson(input.evidence) },
  });
  return { speakerRef, eventId, optedOutBefore: isFromBefore(optOut, speakerRef) };
}

/** See Consents.optOut. */
export async function optOut(recording: Recording, input: OptOutInput): Promise<Reference> {
  const { tx, keyring, principal, idHash } = recording;
  const speaker = await lockSpeaker(tx, input.speakerId);
  const speakerRef = speaker?.speakerRef ?? randomUUID();
  const key = await (speaker ? openSpeakerKey : createSpeakerKey)(tx, keyring, speakerRef);
  const recordedAt = recording.clock.now();
  const occurredAt = occurrence(input.occurredAt, recordedAt);
  const ended = await endVoiceprints(recording, speakerRef, true);
  const { eventId, position } = await appendConsent(tx, principal, {
    type: 'OPTED_OUT',
    speakerRef,
    key,
    occurredAt,
    recordedAt,
    onBehalfOf: input.onBehalfOf,
    body: { ...ended },
    details: { evidence: evidenceJson(input.evidence) },
  });
  await putOptOut(tx, {
    idHash,
    subjectRef: speakerRef,
    eventId,
    chainPosition: position,
    since: occurredAt,
  });
  return { speakerRef, eventId, optedOutBefore: false };
}

/** The speaker, locked until the transaction ends; made where it is new. */
async function ensureSpeaker({ tx, keyring, clock }: Recording, speakerId: string): Promise<Person> {
  const known = await lockSpeaker(tx, speakerId);
  if (known === null) {
    const speakerRef = randomUUID();
    if (await insertSpeaker(tx, { speakerRef, speakerId, createdAt: clock.now() })) {
      return { speakerRef, key: await createSpeakerKey(tx, keyring, speakerRef) };
    }
  }
  // Another transaction was first, and is done now.
  const speaker = known ?? (await lockSpeaker(tx, speakerId));
  if (speaker === null) throw new VouchError('INTERNAL');
  const { speakerRef } = speaker;
  return { speakerRef, key: await openSpeakerKey(tx, keyring, speakerRef) };
}

async function liftOptOut({ tx, idHash }: Recording, row: OptOutRow | null, occurredAt: Date): Promise<void> {
  if (row === null) return;
  if (occurredAt < row.since) throw beforeRefusal();
  await deleteOptOut(tx, idHash);
}

function beforeRefusal(): VouchError {
  return new VouchError('FIELD_INVALID', {
    field: 'occurred_at',
    message: 'The person has refused, withdrawn or opted out after that.',
  });
}

/** Without VERIFY there is no keeping of voiceprints; under a legal hold they are set aside until it is lifted. */
async function endVoiceprints(
  { tx, idHash }: Recording,
  speakerRef: string,
  ends: boolean,
): Promise<EndedVoiceprints> {
  if (!ends) return { voiceprintsErased: 0, voiceprintsKept: 0 };
  if (await isHeld(tx, idHash)) {
    return { voiceprintsErased: 0, voiceprintsKept: await quarantineVoiceprintsOf(tx, speakerRef) };
  }
  const { voiceprints, speechKept, trustPhrases, fingerprints } = await deleteVoiceprintsOf(tx, speakerRef);
  return {
    voiceprintsErased: voiceprints,
    voiceprintsKept: 0,
    ...(speechKept > 0 && { speechKeptErased: speechKept }),
    ...(trustPhrases > 0 && { trustPhrasesErased: trustPhrases }),
    ...(fingerprints > 0 && { fingerprintsErased: fingerprints }),
  };
}

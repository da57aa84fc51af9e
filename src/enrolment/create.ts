import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import type { ConsentGate, Grant } from '../consent/index.js';
import type { Clock } from '../domain/clock.js';
import type { IdentityProofing, VoiceprintStatus } from '../domain/people.js';
import type { EnrolmentPolicy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import {
  actorOf,
  actorRef,
  deletePartialEvidence,
  insertReview,
  insertVector,
  insertVoiceprint,
  labelsInUse,
  listVoiceprints,
  lockSpeakerRef,
  setSpeakerVersion,
  setVoiceprintStatus,
  type Transaction,
  type VoiceprintRow,
} from '../storage/index.js';
import { findDuplicate } from './duplicates.js';
import { keepOfEnrolment } from './fingerprints.js';
import type { EnrolmentRequest, EnrolmentSpeech } from './inputs.js';
import { sealLineage, weaker } from './lineage.js';
import { sealVector } from './sealed.js';
import { settle } from './status.js';

/** A transaction that makes a voiceprint, and what it needs. */
export interface Enrolling {
  readonly tx: Transaction;
  readonly principal: Principal;
  readonly gate: ConsentGate;
  readonly clock: Clock;
  readonly policy: EnrolmentPolicy;
}

/** Makes the next version of a labelled voiceprint. The request and the speech were checked before. */
export async function createVoiceprint(
  enrolling: Enrolling,
  grant: Grant,
  request: EnrolmentRequest & { readonly proofing: IdentityProofing },
  speech: EnrolmentSpeech,
): Promise<string> {
  const { tx, principal, gate, clock, policy } = enrolling;
  const { speakerRef } = grant;
  // Against a withdrawal at the same moment: one of both waits for the other, and then sees what it did.
  await lockSpeakerRef(tx, speakerRef);
  const key = await gate.unlock(tx, grant);
  const now = clock.now();
  const rows = await settleStored(tx, speakerRef, now);
  const duplicateOf = await findDuplicate({ tx, gate, now }, speakerRef, speech);
  const { status, usableFrom } = firstStanding(duplicateOf, policy, now);
  await checkLabels(tx, speakerRef, [request.label], policy.maximumLabels);
  const version = await makeRoom(tx, rows, request.label, status);
  const voiceprintId = randomUUID();
  const { label, source, callId, proofing, onBehalfOf } = request;
  const actor = await actorOf(tx, principal);
  const onBehalfOfRef = onBehalfOf === '' ? null : await actorRef(tx, onBehalfOf);
  const { earlier = [] } = speech;
  const calls = [...earlier, { callId, proofing, actorRef: actor.ref, onBehalfOfRef }];
  await insertVoiceprint(tx, {
    voiceprintId,
    speakerRef,
    label,
    version,
    status,
    source,
    consentEventId: grant.eventId,
    netSpeechMs: Math.round(speech.netSpeechMs),
    quality: speech.quality,
    codec: speech.codec,
    consistency: Math.min(1, speech.consistency),
    lineage: sealLineage(key, voiceprintId, {
      callId,
      // A voiceprint is worth no more than its weakest part.
      proofing: earlier.reduce((weakest, each) => weaker(weakest, each.proofing), proofing),
      calls: earlier.length > 0 ? calls : undefined,
    }),
    createdAt: now,
    usableFrom,
    actorRef: actor.ref,
    role: actor.role,
    onBehalfOfRef,
    adaptedFrom: null,
  });
  for (const vector of speech.vectors) await insertVector(tx, sealVector(key, voiceprintId, vector));
  if (speech.fingerprint) {
    const made = { speakerRef, consentEventId: grant.eventId, madeAt: now, voiceprintId };
    await keepOfEnrolment(tx, key, made, speech.fingerprint);
  }
  await deletePartialEvidence(tx, speakerRef, label);
  if (duplicateOf !== null) {
    await insertReview(tx, {
      reviewId: randomUUID(),
      voiceprintId,
      reason: 'SOUNDS_LIKE_ANOTHER',
      otherSpeakerRef: duplicateOf,
      createdAt: now,
    });
  }
  const { position } = await appendEntry(tx, principal, {
    kind: 'AUDIT',
    type: 'VOICEPRINT_CREATED',
    subjectRef: speakerRef,
    onBehalfOf,
    recordedAt: now,
    body: { voiceprintId, label, version, status, source, consentEventId: grant.eventId },
  });
  await setSpeakerVersion(tx, speakerRef, position);
  return voiceprintId;
}

/** Where a new voiceprint stands. Null: it waits for somebody's word. */
function firstStanding(
  duplicateOf: string | null,
  { waitingPeriodMs, approval }: EnrolmentPolicy,
  now: Date,
): { readonly status: VoiceprintStatus; readonly usableFrom: Date | null } {
  if (duplicateOf !== null) return { status: 'QUARANTINED', usableFrom: null };
  if (approval === 'REQUIRED') return { status: 'PENDING', usableFrom: null };
  const usableFrom = new Date(now.getTime() + waitingPeriodMs);
  return { status: waitingPeriodMs > 0 ? 'PENDING' : 'ACTIVE', usableFrom };
}

/** A speaker's voiceprints, with the status that they have by now, stored too. */
export async function settleStored(tx: Transaction, speakerRef: string, now: Date): Promise<VoiceprintRow[]> {
  const rows = await listVoiceprints(tx, speakerRef);
  const statuses = settle(rows, now);
  const settled = rows.map((row) => ({ ...row, status: statuses.get(row.voiceprintId) ?? row.status }));
  const changed = settled.filter((row, index) => row.status !== rows[index]?.status);
  // Those that make room first: under a label only one may be in use at any moment.
  changed.sort((a, b) => Number(a.status === 'ACTIVE') - Number(b.status === 'ACTIVE'));
  for (const { voiceprintId, status } of changed) await setVoiceprintStatus(tx, voiceprintId, status);
  return settled;
}

/**
 * What a legal hold alone keeps counts for nothing.
 *
 * @param asked labels that are to be, besides those of voiceprints
 * @throws TOO_MANY_VOICEPRINTS
 */
export async function checkLabels(
  tx: Transaction,
  speakerRef: string,
  asked: readonly string[],
  maximumLabels: number,
): Promise<void> {
  const labels = new Set([...(await labelsInUse(tx, speakerRef)), ...asked]);
  if (labels.size <= maximumLabels) return;
  throw new VouchError('TOO_MANY_VOICEPRINTS', { metadata: { maximumLabels: String(maximumLabels) } });
}

/**
 * Supersedes what a new voiceprint of this status takes the place of, and returns its version. One that waits replaces
 * only another that waits; the one in use stays until then. One that is set aside replaces nothing.
 */
async function makeRoom(
  tx: Transaction,
  rows: readonly VoiceprintRow[],
  label: string,
  status: VoiceprintStatus,
): Promise<number> {
  for (const row of rows.filter((each) => each.label === label)) {
    const replaced =
      status !== 'QUARANTINED' &&
      (row.status === 'PENDING' || (row.status === 'ACTIVE' && status === 'ACTIVE'));
    if (replaced) await setVoiceprintStatus(tx, row.voiceprintId, 'SUPERSEDED');
  }
  return Math.max(0, ...rows.filter((row) => row.label === label).map((row) => row.version)) + 1;
}

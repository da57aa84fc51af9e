import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import type { ConsentGate, Grant } from '../consent/index.js';
import { requestDigest, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { EnrolmentPolicy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import type { OpenVoiceprint, Voiceprint } from '../domain/voiceprint.js';
import { VouchError } from '../errors.js';
import { mergeVectors } from '../scoring/index.js';
import {
  actorOf,
  findSpeaker,
  insertVector,
  insertVoiceprint,
  listVectors,
  once,
  resultOf,
  setSpeakerVersion,
  setVoiceprintStatus,
  type Database,
  type KeyedRequest,
  type Transaction,
  type VoiceprintRow,
} from '../storage/index.js';
import { lockVoiceprint, type LockedVoiceprint } from './change.js';
import { checkSpeech } from './checks.js';
import type { EnrolmentSpeech, PooledVector } from './inputs.js';
import { callIdsOf, openLineage, sealLineage } from './lineage.js';
import { tellOne } from './read.js';
import { openVoiceprint } from './rows.js';
import { sealVector } from './sealed.js';

/** A voiceprint that is to learn from a call. */
export interface Adaptation {
  readonly speakerId: string;
  readonly callId: string;
  readonly idempotencyKey: string;
}

/** Voiceprints that learn from calls, under ADAPT: each time a new version, with the one before to go back to. */
export class Adaptations {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly gate: ConsentGate,
    private readonly clock: Clock,
  ) {}

  /** What an earlier request of the same key made; null where there was none. Throws IDEMPOTENCY_KEY_REUSED. */
  async madeBefore(principal: Principal, asked: Adaptation): Promise<Voiceprint | null> {
    const keyed = await this.#keyed(principal, asked);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const done = await resultOf(tx, keyed);
      return done && this.#tell(tx, asked.speakerId, String(done.result));
    });
  }

  /**
   * Makes the next version of a voiceprint in use, from it and more speech of the same person; in use at once. Whether the
   * call is good enough evidence of who speaks is the caller's to know.
   *
   * @param grant of ADAPT
   * @throws CONSENT_MISSING where it does not stand, VERIFY does not, or speech is from before it; VOICEPRINT_NOT_FOUND
   *   where it is not in use any more; REENROLMENT_AWAITED, CALL_ALREADY_LEARNT, QUALITY_TOO_LOW, SPEECH_INCONSISTENT, NOT_ENOUGH_SPEECH, IDEMPOTENCY_KEY_REUSED
   */
  async adapt(
    principal: Principal,
    grant: Grant,
    asked: Adaptation,
    voiceprintId: string,
    speech: EnrolmentSpeech,
    policy: EnrolmentPolicy,
  ): Promise<Voiceprint> {
    if (grant.purpose !== 'ADAPT' || grant.speakerId !== asked.speakerId) throw new VouchError('INTERNAL');
    if (speech.spokenFrom < grant.since) throw new VouchError('CONSENT_MISSING');
    checkSpeech(speech, policy);
    const keyed = await this.#keyed(principal, asked);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const made = await once(tx, keyed, async () => {
        const locked = await lockVoiceprint({ tx, now: this.clock.now() }, voiceprintId);
        if (locked.row.status !== 'ACTIVE') throw new VouchError('VOICEPRINT_NOT_FOUND');
        return this.#make(tx, principal, grant, asked, locked, speech);
      });
      return this.#tell(tx, asked.speakerId, made);
    });
  }

  async #make(
    tx: Transaction,
    principal: Principal,
    grant: Grant,
    { callId }: Adaptation,
    { row, rows, speaker }: LockedVoiceprint,
    speech: EnrolmentSpeech,
  ): Promise<string> {
    const key = await this.gate.unlock(tx, grant);
    // Without VERIFY there is nothing to keep a voiceprint for.
    if ((await this.gate.unlockOther(tx, speaker, 'VERIFY')) === null)
      throw new VouchError('CONSENT_MISSING');
    const now = this.clock.now();
    const { speakerRef, label } = row;
    const ofLabel = rows.filter((each) => each.label === label);
    if (ofLabel.some((each) => callIdsOf(openLineage(key, each.voiceprintId, each.lineage)).includes(callId)))
      throw new VouchError('CALL_ALREADY_LEARNT');
    // Enrolled anew since, and waiting: it is to take the place of this one, which has nothing more to learn.
    if (ofLabel.some((each) => each.version > row.version && isAwaited(each)))
      throw new VouchError('REENROLMENT_AWAITED');
    const old = openVoiceprint(key, row, await listVectors(tx, speakerRef));
    const vectors = merged(old, row.netSpeechMs, speech);
    const { proofing } = openLineage(key, row.voiceprintId, row.lineage);
    const voiceprintId = randomUUID();
    const version = Math.max(...ofLabel.map((each) => each.version)) + 1;
    const actor = await actorOf(tx, principal);
    await setVoiceprintStatus(tx, row.voiceprintId, 'SUPERSEDED');
    await insertVoiceprint(tx, {
      voiceprintId,
      speakerRef,
      label,
      version,
      status: 'ACTIVE',
      source: 'CALL',
      consentEventId: grant.eventId,
      netSpeechMs: row.netSpeechMs + Math.round(speech.netSpeechMs),
      quality: speech.quality,
      codec: speech.codec,
      consistency: Math.min(1, speech.consistency),
      lineage: sealLineage(key, voiceprintId, { callId, proofing }),
      createdAt: now,
      usableFrom: now,
      actorRef: actor.ref,
      role: actor.role,
      onBehalfOfRef: null,
      adaptedFrom: row.voiceprintId,
    });
    for (const vector of vectors) await insertVector(tx, sealVector(key, voiceprintId, vector));
    const { position } = await appendEntry(tx, principal, {
      kind: 'AUDIT',
      type: 'VOICEPRINT_ADAPTED',
      subjectRef: speakerRef,
      recordedAt: now,
      body: {
        voiceprintId,
        label,
        version,
        status: 'ACTIVE',
        adaptedFrom: row.voiceprintId,
        consentEventId: grant.eventId,
      },
    });
    await setSpeakerVersion(tx, speakerRef, position);
    return voiceprintId;
  }

  async #tell(tx: Transaction, speakerId: string, voiceprintId: string): Promise<Voiceprint> {
    const reading = { tx, keyring: this.keyring, now: this.clock.now() };
    return tellOne(reading, await findSpeaker(tx, speakerId), voiceprintId);
  }

  async #keyed({ tenantId }: Principal, asked: Adaptation): Promise<KeyedRequest> {
    const { speakerId, callId, idempotencyKey: key } = asked;
    const method = 'AdaptFromCall';
    return {
      method,
      key,
      digest: await requestDigest(this.keyring, tenantId, method, { speakerId, callId }),
    };
  }
}

function isAwaited({ status }: VoiceprintRow): boolean {
  return status === 'PENDING' || status === 'QUARANTINED';
}

/** Every vector of the old version with the new speech in its space. Throws NOT_ENOUGH_SPEECH where there is none in one. */
function merged(old: OpenVoiceprint, oldMs: number, speech: EnrolmentSpeech): PooledVector[] {
  return Object.entries(old.vectors).map(([spaceId, vector]) => {
    const fresh = speech.vectors.find(({ space }) => space.id === spaceId);
    if (!fresh) throw new VouchError('NOT_ENOUGH_SPEECH');
    return {
      space: fresh.space,
      vector: mergeVectors(vector, oldMs, fresh.vector, speech.netSpeechMs),
    };
  });
}

import { randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import type { Grant } from '../../src/consent/index.js';
import type { EnrolmentPolicy } from '../../src/domain/policy.js';
import type { EmbeddingSpace } from '../../src/domain/speech.js';
import type { Voiceprint } from '../../src/domain/voiceprint.js';
import {
  Speakers,
  Voiceprints,
  type EnrolmentRequest,
  type EnrolmentSpeech,
} from '../../src/enrolment/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { GOOD_QUALITY } from './windows.js';
import { consentGround, type ConsentGround } from './consents.js';

export const CAMPPLUS: EmbeddingSpace = {
  id: 'campplus',
  dimension: 192,
  modelId: 'campplus-int8',
  modelSha256: 'a'.repeat(64),
};

/** A unit vector; the same for the same seed. */
export function unitVector(seed: number, dimension = 192): Float32Array {
  const vector = Float32Array.from({ length: dimension }, (_, index) =>
    Math.sin(seed * 7919 + index * 104729),
  );
  const norm = Math.hypot(...vector);
  return vector.map((value) => value / norm);
}

/** Speech of 30 s, good enough for everything, spoken now. */
export function speech(spokenFrom: Date, changes: Partial<EnrolmentSpeech> = {}): EnrolmentSpeech {
  return {
    vectors: [{ space: CAMPPLUS, vector: unitVector(1) }],
    spokenFrom,
    netSpeechMs: 30_000,
    quality: { ...GOOD_QUALITY, snrDb: 20 },
    codec: 'mulaw',
    consistency: 0.85,
    findAlike: () => undefined,
    ...changes,
  };
}

export function enrolmentRequest(
  speakerId: string,
  changes: Partial<EnrolmentRequest> = {},
): EnrolmentRequest {
  return {
    speakerId,
    label: 'default',
    source: 'CALL',
    callId: 'call-4711',
    recording: null,
    proofing: {
      method: 'branch-visit',
      strength: 'HIGH',
      actor: 'agent-smith',
      reference: 'ticket-99',
      provedAt: new Date('2026-05-30T12:00:00Z'),
    },
    onBehalfOf: '',
    idempotencyKey: randomUUID(),
    ...changes,
  };
}

export interface EnrolmentChanges {
  readonly request?: Partial<EnrolmentRequest>;
  readonly speech?: Partial<EnrolmentSpeech>;
  readonly policy?: Partial<EnrolmentPolicy>;
}

export interface VoiceprintGround extends ConsentGround {
  readonly voiceprints: Voiceprints;
  readonly speakers: Speakers;
  /** The gate's grant of VERIFY; fails where there is none. */
  readonly grantOf: (speakerId: string) => Promise<Grant>;
  /** Makes a voiceprint of good speech, with the default policy, changed as wished. */
  readonly enrol: (speakerId: string, changes?: EnrolmentChanges) => Promise<Voiceprint>;
  /** The ids that are open for comparison. */
  readonly openIds: (speakerId: string) => Promise<string[]>;
}

/** A tenant where Kim has granted VERIFY. */
export async function voiceprintGround(t: ExecutionContext): Promise<VoiceprintGround> {
  const ground = await consentGround(t);
  const { database, keyring, gate, clock, officer } = ground;
  const voiceprints = new Voiceprints(database, keyring, gate, clock);
  await ground.grant('kim');
  const grantOf = async (speakerId: string): Promise<Grant> => {
    const { grant } = await gate.openClaim(officer.tenantId, speakerId, 'VERIFY');
    if (grant === null) throw new Error('no grant');
    return grant;
  };
  return {
    ...ground,
    voiceprints,
    speakers: new Speakers(database, keyring, clock),
    grantOf,
    enrol: async (speakerId, changes = {}) =>
      voiceprints.create(
        officer,
        await grantOf(speakerId),
        enrolmentRequest(speakerId, changes.request),
        speech(clock.now(), changes.speech),
        { ...DEFAULT_POLICY.enrolment, ...changes.policy },
      ),
    openIds: async (speakerId) =>
      (await voiceprints.open(await grantOf(speakerId), ['campplus'])).open.map((each) => each.voiceprintId),
  };
}

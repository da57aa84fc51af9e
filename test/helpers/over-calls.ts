import { randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { SpeakerStates, type Grant } from '../../src/consent/index.js';
import type { IdentityProofing } from '../../src/domain/people.js';
import type { EnrolmentPolicy } from '../../src/domain/policy.js';
import type { SpeakerState } from '../../src/domain/rights.js';
import type { Voiceprint } from '../../src/domain/voiceprint.js';
import { Adaptations, Approvals, PartialEvidence, TrustPhrases } from '../../src/enrolment/index.js';
import type { EnrolmentSpeech } from '../../src/enrolment/index.js';
import { DEFAULT_POLICY } from '../../src/tenant/index.js';
import { asOwner } from './database.js';
import { speech, voiceprintGround, type VoiceprintGround } from './voiceprints.js';

const DAY_MS = 86_400_000;

/** How Kim was proved to be Kim in calls. */
export const PROOFING: IdentityProofing = {
  method: 'one-time-code',
  strength: 'LOW',
  actor: 'agent-smith',
  reference: 'ticket-7',
  provedAt: new Date('2026-05-29T12:00:00Z'),
};

export interface OverCallsGround extends VoiceprintGround {
  readonly partial: PartialEvidence;
  readonly approvals: Approvals;
  readonly phrases: TrustPhrases;
  /** Keeps 6 s of speech of a call of Kim's for a week. */
  readonly keep: (
    callId: string,
    netSpeechMs?: number,
    label?: string,
    maximumLabels?: number,
  ) => Promise<void>;
  /** What calls but this one gave. */
  readonly others: (callId: string, label?: string) => ReturnType<PartialEvidence['ofOtherCalls']>;
  /** The gate's grant of ADAPT. */
  readonly adaptGrant: () => Promise<Grant>;
  /** Learns from a call of Kim's. */
  readonly adapt: (voiceprintId: string, changes?: AdaptChanges) => Promise<Voiceprint>;
  readonly rollBack: (voiceprintId: string) => Promise<Voiceprint>;
  readonly setPhrase: (phrase: string) => Promise<void>;
  readonly setState: (state: SpeakerState, inForce?: boolean) => Promise<unknown>;
  /** Rows of what is kept of people beside voiceprints: partial evidence and phrases. */
  readonly rows: () => Promise<[number, number]>;
}

export interface AdaptChanges {
  readonly callId?: string;
  readonly key?: string;
  /** One that was given out before. */
  readonly grant?: Grant;
  readonly speech?: Partial<EnrolmentSpeech>;
  readonly policy?: Partial<EnrolmentPolicy>;
}

/** A tenant where Kim has granted VERIFY and ADAPT, and all that works over several calls. */
export async function overCallsGround(t: ExecutionContext): Promise<OverCallsGround> {
  const ground = await voiceprintGround(t);
  const { url, database, keyring, gate, clock, officer, grantOf } = ground;
  await ground.grant('kim', { purposes: { VERIFY: 'GRANTED', ADAPT: 'GRANTED' } });
  const partial = new PartialEvidence(database, keyring, gate, clock);
  const adaptations = new Adaptations(database, keyring, gate, clock);
  const approvals = new Approvals(database, keyring, clock);
  const phrases = new TrustPhrases(database, keyring, gate, clock);
  const states = new SpeakerStates(database, keyring, clock);
  const part = async (callId: string, label = 'default') => ({ grant: await grantOf('kim'), label, callId });
  const policy = { ...DEFAULT_POLICY.enrolment, partialEvidenceMs: 7 * DAY_MS };
  const adaptGrant = async () => {
    const { grant } = await gate.openClaim(officer.tenantId, 'kim', 'ADAPT');
    if (grant === null) throw new Error('no grant');
    return grant;
  };
  const count = async (table: string) => (await asOwner(url, `SELECT FROM vouch.${table}`)).length;
  return {
    ...ground,
    partial,
    approvals,
    phrases,
    keep: async (callId, netSpeechMs = 6000, label = 'default', maximumLabels = policy.maximumLabels) => {
      const brought = { ...(await part(callId, label)), proofing: PROOFING, onBehalfOf: '' };
      await partial.keep(officer, brought, speech(clock.now(), { netSpeechMs }), {
        ...policy,
        maximumLabels,
      });
    },
    others: async (callId, label) => partial.ofOtherCalls(await part(callId, label)),
    adaptGrant,
    adapt: async (
      voiceprintId,
      { callId = 'later', key: idempotencyKey = randomUUID(), ...changes } = {},
    ) => {
      const asked = { speakerId: 'kim', callId, idempotencyKey };
      const policy = { ...DEFAULT_POLICY.enrolment, ...changes.policy };
      const heard = speech(clock.now(), changes.speech);
      const grant = changes.grant ?? (await adaptGrant());
      return adaptations.adapt(officer, grant, asked, voiceprintId, heard, policy);
    },
    rollBack: (voiceprintId) => approvals.rollBack(officer, voiceprintId, randomUUID()),
    setPhrase: (phrase) => phrases.set(officer, { speakerId: 'kim', phrase, idempotencyKey: randomUUID() }),
    setState: (state, inForce = true) =>
      states.set(officer, { speakerId: 'kim', state, inForce, reference: 'f', idempotencyKey: randomUUID() }),
    rows: async () => [await count('partial_evidence'), await count('trust_phrases')],
  };
}

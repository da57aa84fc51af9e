import { randomUUID } from 'node:crypto';
import type { ExecutionContext } from 'ava';
import { SpeakerStates } from '../../src/consent/index.js';
import type { Decision } from '../../src/domain/decision.js';
import type { ErasureReceipt } from '../../src/domain/rights.js';
import { Rights } from '../../src/rights/index.js';
import {
  actorOf,
  addClaim,
  appendEvents,
  findSpeaker,
  recordOutcome,
  type Database,
} from '../../src/storage/index.js';
import { ENDED, event, open, telephony } from './stored-calls.js';
import { speech, voiceprintGround, type VoiceprintGround } from './voiceprints.js';

export interface RightsGround extends VoiceprintGround {
  readonly rights: Rights;
  readonly states: SpeakerStates;
  readonly erase: (speakerId: string) => Promise<ErasureReceipt>;
  readonly hold: (speakerId: string, inForce?: boolean) => Promise<unknown>;
  /** Keeps a call in which these speakers were claimed and one decision was made about all of them. */
  readonly call: (speakerIds: readonly string[], options?: CallOptions) => Promise<StoredTestCall>;
}

export interface CallOptions {
  /** Default: true. */
  readonly ended?: boolean;
  /** Default: `ACCEPT`. */
  readonly kind?: Decision['kind'];
  readonly at?: Date;
  /** Besides: what was found of the second, who only helps to tell who answered. */
  readonly others?: Decision['others'];
}

export interface StoredTestCall {
  readonly callId: string;
  readonly decisionId: string;
}

/** A tenant where Kim has granted VERIFY and has a voiceprint in use. */
export async function rightsGround(t: ExecutionContext): Promise<RightsGround> {
  const ground = await voiceprintGround(t);
  const { database, keyring, clock, officer } = ground;
  const rights = new Rights(database, keyring, clock);
  const states = new SpeakerStates(database, keyring, clock);
  await ground.enrol('kim', { policy: { waitingPeriodMs: 0 } });
  return {
    ...ground,
    rights,
    states,
    erase: (speakerId) => rights.erase(officer, { speakerId, onBehalfOf: '', idempotencyKey: randomUUID() }),
    hold: (speakerId, inForce = true) =>
      states.set(officer, {
        speakerId,
        state: 'LEGAL_HOLD',
        inForce,
        reference: 'file 12/26',
        idempotencyKey: randomUUID(),
      }),
    call: (speakerIds, options) => keepCall(ground, database, speakerIds, options),
  };
}

async function keepCall(
  { keyring, officer, clock }: VoiceprintGround,
  database: Database,
  speakerIds: readonly string[],
  { ended = true, kind = 'ACCEPT', at = clock.now(), others }: CallOptions = {},
): Promise<StoredTestCall> {
  const { tenantId } = officer;
  const callId = `call-${randomUUID()}`;
  await open(database, tenantId, callId);
  const all = decision(speakerIds, kind, at);
  const made = others === undefined ? all : { ...all, claims: all.claims.slice(0, 1), others };
  await database.tenant(tenantId, async (tx) => {
    const actor = await actorOf(tx, telephony(tenantId));
    for (const speakerId of speakerIds) {
      await addClaim(tx, {
        callId,
        epoch: 1,
        speakerRef: (await findSpeaker(tx, speakerId))?.speakerRef ?? null,
        claimedHash: await keyring.keyedHash(tenantId, 'speaker-id', speakerId),
        method: 'IVR_ENTRY',
        mediaTimeMs: 0,
        actor,
        maximumClaims: 5,
      });
    }
    const bodies = [
      ...speakerIds.map(
        (speakerId, index) =>
          ({ type: 'claimReceived', claimNumber: index + 1, speakerId, method: 'IVR_ENTRY' }) as const,
      ),
      { type: 'decision', decision: made } as const,
      ...(ended ? [ENDED] : []),
    ];
    const events = bodies.map((body, index) => ({ ...event(callId, index + 1, body), emittedAt: at }));
    await appendEvents(tx, callId, 1, events);
    const { decisionId } = made;
    await recordOutcome(tx, { decisionId, outcome: 'GENUINE_CONFIRMED', occurredAt: null, actor });
  });
  return { callId, decisionId: made.decisionId };
}

const NUMBERS = { confidence: 99, score: 0.8, llr: 4.6, llrClipped: false };

/** A decision about claims 1, 2, ... in this order. */
function decision(speakerIds: readonly string[], kind: Decision['kind'], decidedAt: Date): Decision {
  const artefact = { id: 'default', version: 1, sha256: 'a'.repeat(64) };
  return {
    decisionId: randomUUID(),
    supersedesDecisionId: '',
    kind,
    finality: 'FINAL',
    mediaStartMs: 0,
    mediaEndMs: 6000,
    decidedAt,
    holdsUntil: decidedAt,
    claims: speakerIds.map((speakerId, index) => ({
      claimNumber: index + 1,
      speakerId,
      kind: index === 0 ? kind : 'REJECT',
      consentEventId: randomUUID(),
      voiceprintId: randomUUID(),
      voiceprintVersion: 1,
      voiceprintLabel: 'default',
      ...NUMBERS,
      secondScore: null,
      speech: null,
      reasons: [],
    })),
    ...NUMBERS,
    confidenceBand: 'VERY_HIGH',
    netSpeechMs: 6000,
    quality: speech(decidedAt).quality,
    looks: 2,
    claimsSoFar: speakerIds.length,
    policy: artefact,
    models: [artefact],
    calibration: artefact,
    calibrationFit: 'SHIPPED',
    reasons: [],
    statedFalseMatchRate: null,
    risks: {
      spoof: 'NOT_PERFORMED',
      replay: 'NOT_PERFORMED',
      watchlist: 'NOT_PERFORMED',
      attempts: 'NOT_SUSPECTED',
    },
    shadow: false,
    nextAction: 'SKIP_QUESTIONS',
  };
}

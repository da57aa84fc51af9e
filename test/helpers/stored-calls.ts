import { createHash } from 'node:crypto';
import type { CallEvent, CallEventBody } from '../../src/domain/event.js';
import type { Principal } from '../../src/domain/principal.js';
import {
  actorOf,
  findPolicy,
  insertPolicy,
  openCall,
  type CallOpening,
  type Database,
  type OpenedCall,
} from '../../src/storage/index.js';

export const REPLICA = '00000000-0000-4000-8000-000000000001';
export const OTHER_REPLICA = '00000000-0000-4000-8000-000000000002';

/** A principal of a tenant, for rows that name who acted. */
export const telephony = (tenantId: string): Principal => ({
  tenantId,
  role: 'TELEPHONY',
  actorId: 'switch',
});

/** Opens a call of a tenant in a transaction of its own; only what matters to the test need be said. */
export async function open(
  database: Database,
  tenantId: string,
  callId: string,
  changes: Partial<CallOpening> = {},
): Promise<OpenedCall> {
  return database.tenant(tenantId, async (tx) => {
    const principal = telephony(tenantId);
    const actor = await actorOf(tx, principal);
    const body = {
      json: '{}',
      sha256: createHash('sha256').update('{}').digest('hex'),
      reason: '',
      createdAt: new Date(),
    };
    if ((await findPolicy(tx, 'default')) === null) {
      await insertPolicy(tx, principal, { policyId: 'default', ...body });
    }
    return openCall(tx, {
      callId,
      conversationId: 'conversation',
      legId: 'leg',
      direction: 'INBOUND',
      agentRef: null,
      sourceHash: null,
      shadow: false,
      policyId: 'default',
      policyVersion: 1,
      start: {
        format: { encoding: 'MULAW', sampleRateHz: 8000, channels: 1, callerChannel: 0 },
        layout: 'CALLER_ONLY',
        source: 'MOBILE',
        upstreamCodec: '',
        language: 'en',
        jurisdiction: 'IE',
        context: { numberAttestation: null, numberMatch: null, transactionRisk: 'ORDINARY' },
        maximumDurationMs: 0,
        mediaStartedAt: null,
      },
      initiallyPaused: false,
      resumeToken: '',
      newResumeToken: 'token-1',
      replicaId: REPLICA,
      actor,
      ...changes,
    });
  });
}

/** A numbered event of a call, emitted at a fixed time. */
export function event(
  callId: string,
  sequence: number,
  body: CallEventBody = { type: 'resumed', origin: 'STREAM' },
): CallEvent {
  return {
    callId,
    sequence,
    emittedAt: new Date('2026-01-02T03:04:05.678Z'),
    mediaTimeMs: 1200,
    replayed: false,
    body,
  };
}

/** The end of a call. */
export const ENDED: CallEventBody = {
  type: 'ended',
  reason: 'ENDED',
  note: '',
  audioMs: 5000,
  droppedMs: 0,
  netSpeechMs: 2000,
  decisionId: '',
};

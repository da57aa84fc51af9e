import { randomUUID } from 'node:crypto';
import type { CallStart } from '../../src/domain/call.js';

/** The start of an inbound call of mu-law at 8 kHz that claims nobody, changed as wished. */
export function callStart(changes: Partial<CallStart> = {}): CallStart {
  return {
    callId: `call-${randomUUID()}`,
    conversationId: '',
    legId: '',
    direction: 'INBOUND',
    format: { encoding: 'MULAW', sampleRateHz: 8000, channels: 1, callerChannel: 0 },
    layout: 'CALLER_ONLY',
    source: null,
    upstreamCodec: '',
    mediaStartedAt: null,
    initiallyPaused: false,
    resumeToken: '',
    agentId: '',
    policyId: '',
    shadow: false,
    maximumDurationMs: 0,
    language: '',
    jurisdiction: '',
    context: { numberAttestation: null, numberMatch: null, transactionRisk: 'ORDINARY' },
    claims: [],
    sourceId: '',
    ...changes,
  };
}

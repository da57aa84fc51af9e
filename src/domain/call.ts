import type { AudioFormat } from './audio.js';

export type ChannelLayout = 'CALLER_ONLY' | 'SPLIT' | 'MIXED';
export type CallDirection = 'INBOUND' | 'OUTBOUND';
export type SourceProfile = 'LANDLINE' | 'MOBILE' | 'VOIP';
export type ClaimMethod = 'CALLER_STATED' | 'IVR_ENTRY' | 'CALLER_NUMBER' | 'AGENT_ENTRY' | 'OUTBOUND_TARGET';
export type NumberAttestation = 'FULL' | 'PARTIAL' | 'GATEWAY' | 'FAILED';
export type NumberMatch = 'ON_FILE' | 'NOT_ON_FILE' | 'WITHHELD';
export type TransactionRisk = 'LOW' | 'ORDINARY' | 'HIGH';

/** What else is known of a call; null where it is not. */
export interface CallContext {
  readonly numberAttestation: NumberAttestation | null;
  readonly numberMatch: NumberMatch | null;
  readonly transactionRisk: TransactionRisk;
}

/** A statement that the caller is a given speaker. */
export interface Claim {
  readonly speakerId: string;
  readonly method: ClaimMethod | null;
  /** In the stream's audio clock, ms; null: now. */
  readonly mediaTimeMs: number | null;
}

/** The validated first message of a stream. */
export interface CallStart {
  readonly callId: string;
  readonly conversationId: string;
  readonly legId: string;
  readonly direction: CallDirection;
  readonly format: AudioFormat;
  readonly layout: ChannelLayout;
  readonly source: SourceProfile | null;
  readonly upstreamCodec: string;
  readonly mediaStartedAt: Date | null;
  readonly initiallyPaused: boolean;
  readonly resumeToken: string;
  readonly agentId: string;
  readonly policyId: string;
  readonly shadow: boolean;
  /** 0: the policy's. */
  readonly maximumDurationMs: number;
  readonly language: string;
  readonly jurisdiction: string;
  readonly context: CallContext;
  readonly claims: readonly Claim[];
  /** What tells the origin of the call from others; empty where it is not known. Never stored but as a keyed hash. */
  readonly sourceId: string;
}

export type CallState = 'EXPECTED' | 'LIVE' | 'INTERRUPTED' | 'ENDED';
export type EndReason = 'ENDED' | 'ABANDONED' | 'TOO_LONG' | 'ERROR' | 'SHUTDOWN';
export type ControlOrigin = 'STREAM' | 'REQUEST' | 'START';
export type OverrideAction = 'PROCEEDED' | 'STEPPED_UP' | 'REFUSED' | 'ESCALATED';
export type OverrideReason =
  | 'OTHERWISE_IDENTIFIED'
  | 'VOICE_IMPAIRED'
  | 'POOR_LINE'
  | 'SUSPICION'
  | 'CUSTOMER_REQUEST'
  | 'SUPERVISOR_APPROVED'
  | 'OTHER';
export type Outcome = 'QUESTIONS_PASSED' | 'QUESTIONS_FAILED' | 'GENUINE_CONFIRMED' | 'FRAUD_CONFIRMED';

import type { AudioFormat } from '../domain/audio.js';
import type { CallContext, CallStart, Claim } from '../domain/call.js';
import { VouchError } from '../errors.js';
import * as common from '../gen/vouch/v1/common.js';
import * as proto from '../gen/vouch/v1/verification.js';
import { fromProto, fromProtoOptional } from './enums.js';
import { languageTag, optionalId, required, validId, validText, validTime, within } from './validate.js';

/** Claims in one message; the policy caps how many a whole call may make. */
const MOST_CLAIMS = 20;
const MOST_CALL_MS = 14_400_000;
/** The longest audio message, bytes. */
export const MOST_CHUNK_BYTES = 1 << 20;
/** The largest message that is read at all, bytes. */
export const MOST_MESSAGE_BYTES = 2 * MOST_CHUNK_BYTES;
const MOST_GAP_MS = 600_000;

/** The start of a stream, validated whole, once. */
export function readCallStart(start: proto.CallStart): CallStart {
  const { format, layout } = readAudioFormat(start.format, 'start.format');
  const maximumDurationMs = start.maximumDurationMs;
  if (maximumDurationMs !== 0) within(maximumDurationMs, 'start.maximum_duration_ms', 1000, MOST_CALL_MS);
  return {
    callId: validId(start.callId, 'start.call_id'),
    conversationId: optionalId(start.conversationId, 'start.conversation_id'),
    legId: optionalId(start.legId, 'start.leg_id'),
    direction: fromProtoOptional(proto.CallDirection, start.direction, 'start.direction') ?? 'INBOUND',
    format,
    layout,
    source: fromProtoOptional(common.SourceProfile, start.source, 'start.source'),
    upstreamCodec: validText(start.upstreamCodec, 'start.upstream_codec', 64),
    mediaStartedAt: validTime(start.mediaStartedAt, 'start.media_started_at'),
    initiallyPaused: start.initiallyPaused,
    resumeToken: validText(start.resumeToken, 'start.resume_token', 128),
    agentId: optionalId(start.agentId, 'start.agent_id'),
    policyId: optionalId(start.policyId, 'start.policy_id'),
    shadow: start.shadow,
    maximumDurationMs,
    language: languageTag(start.language, 'start.language'),
    jurisdiction: validText(start.jurisdiction, 'start.jurisdiction', 64),
    context: readContext(start.context, 'start.context'),
    claims: readClaims(start.claims, 'start.claims'),
    sourceId: optionalId(start.sourceId, 'start.source_id'),
  };
}

export function readContext(context: proto.CallContext | undefined, field: string): CallContext {
  return {
    numberAttestation: context
      ? fromProtoOptional(proto.NumberAttestation, context.numberAttestation, `${field}.number_attestation`)
      : null,
    numberMatch: context
      ? fromProtoOptional(proto.NumberMatch, context.numberMatch, `${field}.number_match`)
      : null,
    transactionRisk:
      (context &&
        fromProtoOptional(proto.TransactionRisk, context.transactionRisk, `${field}.transaction_risk`)) ??
      'ORDINARY',
  };
}

export function readClaims(claims: readonly proto.Claim[], field: string): Claim[] {
  if (claims.length > MOST_CLAIMS) {
    throw new VouchError('TOO_MANY_CLAIMS', { field, metadata: { limit: String(MOST_CLAIMS) } });
  }
  return claims.map((claim, index) => readClaim(claim, `${field}[${index}]`));
}

export function readClaim(claim: proto.Claim, field: string): Claim {
  return {
    speakerId: validId(claim.speakerId, `${field}.speaker_id`),
    method: fromProtoOptional(proto.ClaimMethod, claim.method, `${field}.method`),
    mediaTimeMs: claim.mediaTimeMs ?? null,
  };
}

/** What the bytes mean. Throws the audio reasons of docs/errors.md. */
export function readAudioFormat(
  format: common.AudioFormat | undefined,
  field: string,
): { format: AudioFormat; layout: CallStart['layout'] } {
  const given = required(format, field);
  const encoding = encodingOf(given.encoding, `${field}.encoding`);
  if (given.sampleRateHz < 8000 || given.sampleRateHz > 48_000) {
    throw new VouchError('SAMPLE_RATE_OUT_OF_RANGE', { field: `${field}.sample_rate_hz` });
  }
  const layout = fromProto(common.ChannelLayout, given.channelLayout, `${field}.channel_layout`);
  const channels = layout === 'SPLIT' ? 2 : 1;
  if (given.callerChannel >= channels) {
    throw new VouchError('CALLER_CHANNEL_MISSING', { field: `${field}.caller_channel` });
  }
  return {
    layout,
    format: { encoding, sampleRateHz: given.sampleRateHz, channels, callerChannel: given.callerChannel },
  };
}

function encodingOf(value: common.AudioEncoding, field: string): AudioFormat['encoding'] {
  if (value === common.AudioEncoding.PCM_S16LE) return 'PCM_S16LE';
  if (value === common.AudioEncoding.MULAW) return 'MULAW';
  if (value === common.AudioEncoding.ALAW) return 'ALAW';
  throw new VouchError('ENCODING_UNKNOWN', { field });
}

/** A piece of audio. Throws CHUNK_TOO_LARGE, FIELD_INVALID. */
export function readAudio(audio: proto.AudioChunk): { data: Uint8Array; gapMs: number } {
  if (audio.data.byteLength > MOST_CHUNK_BYTES) {
    throw new VouchError('CHUNK_TOO_LARGE', {
      field: 'audio.data',
      metadata: { limitBytes: String(MOST_CHUNK_BYTES) },
    });
  }
  return { data: audio.data, gapMs: within(audio.gapMs, 'audio.gap_ms', 0, MOST_GAP_MS) };
}

import { z } from 'zod';

/*
 * What stands in a file, a record each: every notice, every speaker, the end. Times as ISO 8601; vectors as 32-bit numbers,
 * little-endian, base64.
 */

const time = z.iso.datetime().transform((text) => new Date(text));
const purpose = z.enum(['VERIFY', 'IDENTIFY', 'ADAPT', 'RETAIN_AUDIO', 'CALIBRATE']);

const notice = z.object({
  record: z.literal('notice'),
  noticeId: z.string(),
  version: z.int().positive(),
  language: z.string(),
  channel: z.enum(['IVR', 'AGENT_SCRIPT', 'WEB', 'PAPER']),
  text: z.string(),
  purposes: z.array(purpose),
  controllerEntity: z.string(),
  retentionDays: z.int().positive(),
  requiresNewConsent: z.boolean(),
  newConsentGraceDays: z.int().min(0),
  publishedAt: time,
});

const event = z.object({
  eventId: z.uuid(),
  chainPosition: z.int().positive(),
  chainHash: z.string(),
  type: z.string(),
  occurredAt: time,
  recordedAt: time,
  actorRole: z.string(),
  body: z.string(),
  details: z.string(),
});

const quality = z.object({
  snrDb: z.number().nullable(),
  clippedShare: z.number(),
  levelDbfs: z.number().nullable(),
  bandwidthHz: z.number().nullable(),
  levelSpreadDb: z.number().nullable().default(null),
  bandContrastDb: z.number().nullable().default(null),
  slowDecayDb: z.number().nullable().default(null),
  embeddingLength: z.number().nullable().default(null),
  toneOrMusicShare: z.number().default(0),
  otherVoiceShare: z.number().nullable().default(null),
});

const vector = z.object({
  space: z.string(),
  modelId: z.string(),
  modelSha256: z.string(),
  dimension: z.int().positive(),
  float32Base64: z.base64(),
});

const voiceprint = z.object({
  label: z.string(),
  version: z.int().positive(),
  status: z.enum(['ACTIVE', 'PENDING']),
  source: z.enum(['CALL', 'RECORDING']),
  consentEventId: z.uuid(),
  callId: z.string(),
  netSpeechMs: z.int().min(0),
  quality,
  codec: z.string(),
  consistency: z.number().min(-1).max(1),
  proofing: z.object({
    method: z.string(),
    strength: z.enum(['LOW', 'MEDIUM', 'HIGH']),
    actor: z.string(),
    reference: z.string(),
    provedAt: time,
  }),
  createdAt: time,
  usableFrom: time.nullable(),
  adaptedFrom: z.uuid().nullable(),
  vectors: z.array(vector).min(1),
});

const speaker = z.object({
  record: z.literal('speaker'),
  speakerId: z.string().min(1),
  createdAt: time,
  /** When they were last accepted in a call; null: never, or before that was kept. */
  acceptedAt: time.nullable(),
  events: z.array(event).min(1),
  voiceprints: z.array(voiceprint),
});

const end = z.object({ record: z.literal('end') });

export const recordSchema = z.discriminatedUnion('record', [notice, speaker, end]);

export type NoticeRecord = z.output<typeof notice>;
export type SpeakerRecord = z.output<typeof speaker>;
export type VoiceprintRecord = z.output<typeof voiceprint>;

/** The id that an unreadable record of a speaker has, for whoever is told of it; empty where there is none. */
export function speakerIdOf(record: unknown): string {
  const named = z.object({ speakerId: z.string() }).safeParse(record);
  return named.success ? named.data.speakerId : '';
}

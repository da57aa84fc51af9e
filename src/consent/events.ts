import { z } from 'zod';
import type { Purpose } from '../domain/people.js';

/** All purposes, in the order in which they are told. */
export const PURPOSES = [
  'VERIFY',
  'IDENTIFY',
  'ADAPT',
  'RETAIN_AUDIO',
  'CALIBRATE',
] as const satisfies readonly Purpose[];

const purpose = z.enum(PURPOSES);
const time = z.iso.datetime().transform((text) => new Date(text));

const common = {
  /** How many voiceprints were erased with it. */
  voiceprintsErased: z.int(),
  /** How many a legal hold kept from that; they are set aside. */
  voiceprintsKept: z.int().default(0),
  /** Speech of calls kept towards voiceprints, and trust phrases, that were erased with it. */
  speechKeptErased: z.int().optional(),
  fingerprintsErased: z.int().optional(),
  trustPhrasesErased: z.int().optional(),
  /** Entered more than five minutes after it happened. */
  retroactive: z.boolean(),
  /** SHA-256 of the sealed details, salted within: proves them while they exist, says nothing once they are erased. */
  detailsSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** For an event that was said to another installation: its place in the chain there, which is pseudonyms, too. */
  imported: z
    .strictObject({
      /** Id of that installation's public key. */
      from: z.string(),
      eventId: z.uuid(),
      chainPosition: z.int().positive(),
      chainHash: z.string().regex(/^[0-9a-f]{64}$/),
      recordedAt: time,
    })
    .optional(),
};

/** What the chain holds of what a person said to a notice. Nothing of it names a person. */
const recorded = z.strictObject({
  purposes: z.partialRecord(purpose, z.enum(['GRANTED', 'REFUSED', 'NOT_ASKED', 'NOT_NOW'])),
  ground: z.enum(['EXPLICIT_CONSENT', 'STATUTORY']),
  controllerEntity: z.string(),
  jurisdiction: z.string(),
  notice: z
    .strictObject({
      noticeId: z.string(),
      version: z.int().positive(),
      language: z.string(),
      textSha256: z.string(),
    })
    .nullable(),
  signatureMethod: z.enum(['SPOKEN', 'KEY_PRESS', 'CLICK', 'WET_INK', 'ELECTRONIC']).nullable(),
  capacity: z.enum(['SELF', 'ATTORNEY', 'GUARDIAN']),
  expiresAt: time.nullable(),
  doNotAskBefore: time.nullable(),
  liftsOptOut: z.boolean(),
  ...common,
});

const withdrawn = z.strictObject({ purposes: z.array(purpose).min(1), ...common });
const optedOut = z.strictObject(common);

export type RecordedBody = z.output<typeof recorded>;
export type WithdrawnBody = z.output<typeof withdrawn>;
export type OptedOutBody = z.output<typeof optedOut>;

/** An event of a speaker's consent, as far as the state follows from it. */
export type ConsentEvent = {
  /** In the tenant's chain, from 1. */
  readonly position: number;
  readonly eventId: string;
  /** When the person said so. */
  readonly occurredAt: Date;
  /** When it was entered, from which on it is in force. */
  readonly recordedAt: Date;
} & (
  | { readonly type: 'CONSENT_RECORDED'; readonly body: RecordedBody }
  | { readonly type: 'CONSENT_WITHDRAWN'; readonly body: WithdrawnBody }
  | { readonly type: 'OPTED_OUT'; readonly body: OptedOutBody }
);

export type ConsentEventType = ConsentEvent['type'];

/** An entry of the chain as it is read from the database. */
export interface StoredEvent {
  readonly position: number;
  readonly eventId: string;
  readonly type: string;
  readonly occurredAt: Date;
  readonly recordedAt: Date;
  /** Canonical JSON. */
  readonly body: string;
}

/**
 * Reads a consent event from its chain entry.
 *
 * @throws ZodError for an entry that no version of this code wrote: who reads consent must fail then, not guess
 */
export function parseConsentEvent(stored: StoredEvent): ConsentEvent {
  const { position, eventId, occurredAt, recordedAt } = stored;
  const head = { position, eventId, occurredAt, recordedAt };
  const type = z.enum(['CONSENT_RECORDED', 'CONSENT_WITHDRAWN', 'OPTED_OUT']).parse(stored.type);
  const body: unknown = JSON.parse(stored.body);
  switch (type) {
    case 'CONSENT_RECORDED':
      return { ...head, type, body: recorded.parse(body) };
    case 'CONSENT_WITHDRAWN':
      return { ...head, type, body: withdrawn.parse(body) };
    case 'OPTED_OUT':
      return { ...head, type, body: optedOut.parse(body) };
  }
}

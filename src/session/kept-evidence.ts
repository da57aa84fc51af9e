import { z } from 'zod';
import { decodeVector, encodeVector, type DataKey, type Keyring } from '../crypto/index.js';
import { UNKNOWN_QUALITY, type SpeechQuality, type SpeechWindow } from '../domain/speech.js';
import { openSpeakerKey } from '../keys/index.js';
import { findCheckpoint, findSpeakerKey, putCheckpoint, type Transaction } from '../storage/index.js';

/** What is kept of a window: all but when it was said, which another stream's clock does not know. */
export type KeptWindow = Pick<SpeechWindow, 'vectors' | 'netSpeechMs' | 'quality'>;

/** A claim that all of it counts for, and under which consent. */
export interface KeptGround {
  readonly claimNumber: number;
  readonly speakerRef: string;
  readonly consentEventId: string;
}

/** What one stream of a call heard, for the next one. */
export interface KeptEvidence {
  /** Oldest first; at least one. */
  readonly windows: readonly KeptWindow[];
  /** At least one. */
  readonly grounds: readonly KeptGround[];
}

const measures = z.record(z.string(), z.number().nullable());
const keptSchema = z.strictObject({
  windows: z.array(
    z.strictObject({
      vectors: z.record(z.string(), z.base64()),
      netSpeechMs: z.number(),
      quality: measures,
    }),
  ),
  grounds: z.array(
    z.strictObject({ claimNumber: z.number(), speakerRef: z.string(), consentEventId: z.string() }),
  ),
});

/**
 * Stores what a call has heard, sealed under the key of a claimed speaker; null, or without such a key: nothing is kept.
 *
 * @param epoch under which the owner got the call
 * @throws CALL_TAKEN_OVER
 */
export async function storeEvidence(
  tx: Transaction,
  keyring: Keyring,
  callId: string,
  epoch: number,
  evidence: KeptEvidence | null,
): Promise<void> {
  const speakerRef = evidence?.grounds[0]?.speakerRef;
  if (!evidence || speakerRef === undefined || !(await findSpeakerKey(tx, speakerRef)))
    return putCheckpoint(tx, callId, epoch, null);
  const sealed = sealEvidence(await openSpeakerKey(tx, keyring, speakerRef), callId, evidence);
  await putCheckpoint(tx, callId, epoch, { speakerRef, sealed });
}

/** What was stored last of a call; null for nothing. What cannot be opened is as good as not there. */
export async function readEvidence(
  tx: Transaction,
  keyring: Keyring,
  callId: string,
): Promise<KeptEvidence | null> {
  const found = await findCheckpoint(tx, callId);
  if (found === null) return null;
  const key = await openSpeakerKey(tx, keyring, found.speakerRef);
  try {
    return openEvidence(key, callId, found.sealed);
  } catch {
    return null;
  }
}

/** Seals what was heard in a call under the key of a claimed speaker. */
function sealEvidence(key: DataKey, callId: string, { windows, grounds }: KeptEvidence): Buffer {
  const text = JSON.stringify({
    windows: windows.map(({ vectors, netSpeechMs, quality }) => ({
      vectors: mapped(vectors, (vector) => encodeVector(vector).toString('base64')),
      netSpeechMs,
      quality,
    })),
    grounds,
  });
  const bytes = Buffer.from(text);
  try {
    return key.seal(bytes, context(callId));
  } finally {
    bytes.fill(0);
  }
}

/** Opens what {@link sealEvidence} made. Throws CIPHERTEXT_INVALID. */
function openEvidence(key: DataKey, callId: string, sealed: Uint8Array): KeptEvidence {
  const bytes = key.open(sealed, context(callId));
  try {
    const { windows, grounds } = keptSchema.parse(JSON.parse(bytes.toString()));
    return {
      windows: windows.map(({ vectors, netSpeechMs, quality }) => ({
        vectors: mapped(vectors, vectorOf),
        netSpeechMs,
        quality: { ...UNKNOWN_QUALITY, ...(quality as Partial<SpeechQuality>) },
      })),
      grounds,
    };
  } finally {
    bytes.fill(0);
  }
}

function vectorOf(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64');
  return decodeVector(bytes, bytes.length / Float32Array.BYTES_PER_ELEMENT);
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  each: (value: From) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, each(value)]));
}

function context(callId: string) {
  return { use: 'call-evidence', call: callId };
}

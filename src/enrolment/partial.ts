import { z } from 'zod';
import { appendEntry } from '../audit/index.js';
import type { ConsentGate, Grant } from '../consent/index.js';
import { canonicalJson, decodeVector, encodeVector, type DataKey, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { IdentityProofing } from '../domain/people.js';
import type { EnrolmentPolicy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import { UNKNOWN_QUALITY, type SpeechQuality } from '../domain/speech.js';
import { openSpeakerKey } from '../keys/index.js';
import {
  actorOf,
  actorRef as refOf,
  listPartialEvidence,
  listPartialEvidenceOf,
  lockSpeakerRef,
  purgePartialEvidence,
  putPartialEvidence,
  resealPartialEvidenceOf,
  type Database,
  type Transaction,
} from '../storage/index.js';
import { checkLabels } from './create.js';
import { exportedVector, type ExportedVector } from './exported.js';
import type { EnrolmentSpeech } from './inputs.js';
import { originJson, originSchema, type SpeechOrigin } from './lineage.js';
import { resealed } from './sealed.js';

/** Speech of one call, pooled. */
export type PartialSpeech = Omit<EnrolmentSpeech, 'findAlike' | 'earlier'>;

/** The same as it is kept: with whose word it came. */
export interface KeptSpeech extends PartialSpeech {
  readonly origin: SpeechOrigin;
}

/** Towards which voiceprint, and what which call gave. */
export interface PartOf {
  readonly grant: Grant;
  readonly label: string;
  readonly callId: string;
}

/** What of a request is kept with the speech. */
export interface BroughtPart extends PartOf {
  readonly proofing: IdentityProofing;
  /** Empty: on nobody's. */
  readonly onBehalfOf: string;
}

const number = z.number().nullable();
const evidenceSchema = z.strictObject({
  vectors: z.array(
    z.strictObject({
      space: z.strictObject({
        id: z.string(),
        dimension: z.int(),
        modelId: z.string(),
        modelSha256: z.string(),
      }),
      vector: z.string(),
    }),
  ),
  spokenFrom: z.iso.datetime().transform((text) => new Date(text)),
  netSpeechMs: z.number(),
  quality: z
    .record(z.string(), number)
    .transform((quality): SpeechQuality => ({ ...UNKNOWN_QUALITY, ...(quality as Partial<SpeechQuality>) })),
  codec: z.string(),
  consistency: z.number(),
  origin: originSchema,
});

/**
 * Speech of calls that was not enough for a voiceprint each, kept for a while: sealed under the speaker's key as a voiceprint
 * is, and deleted when the voiceprint is made, at the limit, and whenever voiceprints are.
 */
export class PartialEvidence {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly gate: ConsentGate,
    private readonly clock: Clock,
  ) {}

  /**
   * What other calls gave under the same consent.
   *
   * @throws CONSENT_MISSING, SPEAKER_OPTED_OUT where the grant does not stand any more, CIPHERTEXT_INVALID
   */
  async ofOtherCalls({ grant, label, callId }: PartOf): Promise<readonly KeptSpeech[]> {
    const { tenantId, speakerRef } = grant;
    const callHash = await this.#callHash(tenantId, callId);
    return this.database.tenant(tenantId, async (tx) => {
      const key = await this.gate.unlock(tx, grant);
      const now = this.clock.now();
      return (await listPartialEvidence(tx, speakerRef, label))
        .filter((row) => row.consentEventId === grant.eventId && row.expiresAt > now)
        .filter((row) => !row.callHash.equals(callHash))
        .map((row) => open(key, row));
    });
  }

  /**
   * Keeps what a call gave, in the place of less that it gave before: a stream that took the call up begins with nothing.
   *
   * @param principal who asked for an enrolment
   * @throws CONSENT_MISSING, SPEAKER_OPTED_OUT where the grant does not stand any more; TOO_MANY_VOICEPRINTS, with what is
   *   kept towards other labels
   */
  async keep(
    principal: Principal,
    { grant, label, callId, proofing, onBehalfOf }: BroughtPart,
    speech: PartialSpeech,
    { partialEvidenceMs, maximumLabels }: Pick<EnrolmentPolicy, 'partialEvidenceMs' | 'maximumLabels'>,
  ): Promise<void> {
    const { tenantId, speakerRef, eventId: consentEventId } = grant;
    const callHash = await this.#callHash(tenantId, callId);
    await this.database.tenant(tenantId, async (tx) => {
      // Against a withdrawal at the same moment.
      await lockSpeakerRef(tx, speakerRef);
      const key = await this.gate.unlock(tx, grant);
      const now = this.clock.now();
      const rows = (await listPartialEvidenceOf(tx, speakerRef)).filter((row) => row.expiresAt > now);
      await checkLabels(tx, speakerRef, [...rows.map((row) => row.label), label], maximumLabels);
      const before = rows.find(
        (row) =>
          row.label === label && row.callHash.equals(callHash) && row.consentEventId === consentEventId,
      );
      if (before !== undefined && open(key, before).netSpeechMs >= speech.netSpeechMs) return;
      const actorRef = (await actorOf(tx, principal)).ref;
      const onBehalfOfRef = onBehalfOf === '' ? null : await refOf(tx, onBehalfOf);
      const origin = { callId, proofing, actorRef, onBehalfOfRef };
      const expiresAt = new Date(now.getTime() + partialEvidenceMs);
      const evidence = seal(key, { label, callHash }, { ...speech, origin });
      await putPartialEvidence(tx, { speakerRef, label, callHash, consentEventId, evidence, expiresAt });
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'SPEECH_KEPT',
        subjectRef: speakerRef,
        onBehalfOf,
        recordedAt: now,
        body: { label, consentEventId, expiresAt: expiresAt.toISOString() },
      });
    });
  }

  /** Deletes what is past its limit, of all tenants. */
  async purge(): Promise<void> {
    await this.database.system((tx) => purgePartialEvidence(tx, this.clock.now()));
  }

  async #callHash(tenantId: string, callId: string): Promise<Buffer> {
    return this.keyring.keyedHash(tenantId, 'partial-evidence', callId);
  }
}

/** Seals what calls gave under another key of the speaker. Throws CIPHERTEXT_INVALID. */
export async function resealPartialEvidence(
  tx: Transaction,
  speakerRef: string,
  from: DataKey,
  to: DataKey,
): Promise<void> {
  await resealPartialEvidenceOf(tx, speakerRef, (row) => resealed(from, to, row.evidence, contextOf(row)));
}

/** Speech that waits for more, for whom it was kept of. */
export interface ExportedSpeech {
  readonly label: string;
  readonly spokenFrom: Date;
  readonly netSpeechMs: number;
  readonly keptUntil: Date;
  readonly callId: string;
  readonly proofing: IdentityProofing;
  readonly vectors: readonly ExportedVector[];
}

/** All that calls gave, opened whatever the person consented to: it is their data. Throws KEY_MISSING, CIPHERTEXT_INVALID. */
export async function exportPartialEvidence(
  tx: Transaction,
  keyring: Keyring,
  speakerRef: string,
): Promise<ExportedSpeech[]> {
  const rows = await listPartialEvidenceOf(tx, speakerRef);
  if (rows.length === 0) return [];
  const key = await openSpeakerKey(tx, keyring, speakerRef);
  return rows.map((row) => {
    const { spokenFrom, netSpeechMs, vectors, origin } = open(key, row);
    const { callId, proofing } = origin;
    const told = vectors.map(({ space, vector }) => exportedVector(space.id, vector));
    const { label, expiresAt: keptUntil } = row;
    return { label, spokenFrom, netSpeechMs, keptUntil, callId, proofing, vectors: told };
  });
}

interface Place {
  readonly label: string;
  readonly callHash: Buffer;
}

function seal(key: DataKey, place: Place, speech: KeptSpeech): Buffer {
  const { vectors, spokenFrom, netSpeechMs, quality, codec, consistency, origin } = speech;
  const text = canonicalJson({
    vectors: vectors.map(({ space, vector }) => ({
      space: { ...space },
      vector: encodeVector(vector).toString('base64'),
    })),
    spokenFrom: spokenFrom.toISOString(),
    netSpeechMs,
    quality: { ...quality },
    codec,
    consistency,
    origin: originJson(origin),
  });
  const bytes = Buffer.from(text);
  try {
    return key.seal(bytes, contextOf(place));
  } finally {
    bytes.fill(0);
  }
}

function open(key: DataKey, row: Place & { readonly evidence: Buffer }): KeptSpeech {
  const { vectors, ...speech } = evidenceSchema.parse(
    JSON.parse(key.open(row.evidence, contextOf(row)).toString()),
  );
  return {
    ...speech,
    vectors: vectors.map(({ space, vector }) => ({
      space,
      vector: decodeVector(Buffer.from(vector, 'base64'), space.dimension),
    })),
  };
}

function contextOf({ label, callHash }: Place) {
  return { use: 'partial-evidence', purpose: 'VERIFY', label, call: callHash.toString('hex') };
}

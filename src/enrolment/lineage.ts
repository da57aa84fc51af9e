import { z } from 'zod';
import { proofingJson } from '../consent/index.js';
import { canonicalJson, type DataKey, type JsonValue } from '../crypto/index.js';
import type { IdentityProofing } from '../domain/people.js';

/** Whose word the speech of a call came with. */
export interface SpeechOrigin {
  readonly callId: string;
  /** How the person was proved to be who they say in that call. */
  readonly proofing: IdentityProofing;
  /** Pseudonyms of who asked for the enrolment, and on whose behalf; null: nobody's. */
  readonly actorRef: string;
  readonly onBehalfOfRef: string | null;
}

/** What of a voiceprint may name people, or lead to them. */
export interface Lineage {
  /** The latest; empty for a recording. */
  readonly callId: string;
  /** The weakest of all calls. */
  readonly proofing: IdentityProofing;
  /** All calls, where the speech is of several. */
  readonly calls?: readonly SpeechOrigin[] | undefined;
  /** Calls that later versions learnt from, which were rolled back. */
  readonly rolledBackCallIds?: readonly string[] | undefined;
}

/** The weakest first. */
const STRENGTHS = ['LOW', 'MEDIUM', 'HIGH'] as const;

const proofingSchema = z.strictObject({
  method: z.string(),
  strength: z.enum(STRENGTHS),
  actor: z.string(),
  reference: z.string(),
  provedAt: z.iso.datetime().transform((text) => new Date(text)),
});

export const originSchema = z.strictObject({
  callId: z.string(),
  proofing: proofingSchema,
  actorRef: z.string(),
  onBehalfOfRef: z.string().nullable(),
});

const lineageSchema = z.strictObject({
  callId: z.string(),
  proofing: proofingSchema,
  calls: z.array(originSchema).optional(),
  rolledBackCallIds: z.array(z.string()).optional(),
});

/** An origin as it is sealed. */
export function originJson({ proofing, ...origin }: SpeechOrigin): JsonValue {
  return { ...origin, proofing: proofingJson(proofing) };
}

/** All calls that are not to be learnt from (again), as far as this version knows. */
export function callIdsOf({ callId, calls = [], rolledBackCallIds = [] }: Lineage): string[] {
  return [callId, ...calls.map((each) => each.callId), ...rolledBackCallIds].filter((id) => id !== '');
}

/** Seals where a voiceprint came from, for its row. */
export function sealLineage(key: DataKey, voiceprintId: string, lineage: Lineage): Buffer {
  const { callId, proofing, calls, rolledBackCallIds } = lineage;
  const text = canonicalJson({
    callId,
    proofing: proofingJson(proofing),
    ...(calls === undefined ? {} : { calls: calls.map(originJson) }),
    ...(rolledBackCallIds === undefined ? {} : { rolledBackCallIds: [...rolledBackCallIds] }),
  });
  return key.seal(Buffer.from(text), lineageContext(voiceprintId));
}

/** Opens what {@link sealLineage} made. Throws CIPHERTEXT_INVALID. */
export function openLineage(key: DataKey, voiceprintId: string, sealed: Buffer): Lineage {
  return lineageSchema.parse(JSON.parse(key.open(sealed, lineageContext(voiceprintId)).toString()));
}

export function lineageContext(voiceprintId: string) {
  return { use: 'lineage', voiceprint: voiceprintId };
}

/** The weaker of two proofs; the first where they are alike. */
export function weaker(a: IdentityProofing, b: IdentityProofing): IdentityProofing {
  return STRENGTHS.indexOf(b.strength) < STRENGTHS.indexOf(a.strength) ? b : a;
}

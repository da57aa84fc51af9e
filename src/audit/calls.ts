import type { JsonValue } from '../crypto/index.js';
import type { ClaimMethod } from '../domain/call.js';
import type { Decision } from '../domain/decision.js';
import { VouchError } from '../errors.js';
import { findCallSubjects, type CallSubjects, type Transaction } from '../storage/index.js';
import { appendEntry, type ActingParty, type Appended } from './append.js';
import type { EntryType } from './types.js';

/** What was done with a call, for the chain. */
export interface NewCallEntry {
  readonly type: EntryType;
  readonly recordedAt: Date;
  /** Default: `recordedAt`. */
  readonly occurredAt?: Date;
  /** On whose behalf: an id; `agent`: of whoever handles the call; undefined: nobody's. */
  readonly onBehalfOf?: { readonly id: string } | 'agent';
  readonly body: Body;
  /** Only these claims; undefined: all. */
  readonly claims?: ReadonlySet<number>;
}

type Body = Readonly<Record<string, JsonValue | undefined>>;

/**
 * Appends what was done with a call: an entry for each claimed speaker who is known, so that it is found by any of them;
 * one that concerns nobody where there is none. Append last, see {@link appendEntry}.
 *
 * @returns the last of them
 * @throws CALL_NOT_FOUND
 */
export async function appendAboutCall(
  tx: Transaction,
  principal: ActingParty,
  callId: string,
  entry: NewCallEntry,
): Promise<Appended> {
  const call = await subjectsOf(tx, callId);
  const told = call.speakers.filter(({ claimNumber }) => entry.claims?.has(claimNumber) ?? true);
  let appended: Appended | undefined;
  for (const { claimNumber, speakerRef } of told) {
    appended = await append(tx, principal, call, entry, speakerRef, { ...entry.body, claimNumber });
  }
  return appended ?? (await append(tx, principal, call, entry, null, entry.body));
}

/**
 * Appends a decision as the call stores it: for each claimed speaker what was found of them, told in the call or not. No
 * scores.
 */
export async function appendDecision(
  tx: Transaction,
  principal: ActingParty,
  callId: string,
  decision: Decision,
  recordedAt: Date,
): Promise<void> {
  const call = await subjectsOf(tx, callId);
  const { decisionId, kind, finality, policy, shadow } = decision;
  const body: Body = {
    decisionId,
    kind,
    finality,
    policyId: policy.id,
    policyVersion: policy.version,
    shadow,
  };
  const entry: NewCallEntry = {
    type: 'DECISION_MADE',
    recordedAt,
    occurredAt: decision.decidedAt,
    onBehalfOf: 'agent',
    body,
  };
  let concerned = 0;
  for (const { claimNumber, speakerRef } of call.speakers) {
    const found = [...decision.claims, ...(decision.others ?? [])];
    const result = found.find((claim) => claim.claimNumber === claimNumber);
    if (result === undefined) continue;
    concerned++;
    await append(tx, principal, call, entry, speakerRef, {
      ...body,
      claimNumber,
      claimKind: result.kind,
      consentEventId: result.consentEventId || undefined,
      identifyEventId: ('identifyEventId' in result && result.identifyEventId) || undefined,
      voiceprintId: result.voiceprintId || undefined,
    });
  }
  if (concerned === 0) await append(tx, principal, call, entry, null, body);
}

/** Appends that a speaker was claimed, known or not: what is held of them was opened for it. */
export async function appendClaim(
  tx: Transaction,
  principal: ActingParty,
  callId: string,
  claim: {
    readonly claimNumber: number;
    readonly speakerRef: string | null;
    readonly method: ClaimMethod | null;
  },
  recordedAt: Date,
): Promise<void> {
  const call = await subjectsOf(tx, callId);
  const { claimNumber, speakerRef, method } = claim;
  const body = { claimNumber, method: method ?? undefined };
  const entry: NewCallEntry = { type: 'SPEAKER_CLAIMED', recordedAt, onBehalfOf: 'agent', body };
  await append(tx, principal, call, entry, speakerRef, body);
}

async function subjectsOf(tx: Transaction, callId: string): Promise<CallSubjects> {
  const call = await findCallSubjects(tx, callId);
  if (call === null) throw new VouchError('CALL_NOT_FOUND', { field: 'call_id' });
  return call;
}

async function append(
  tx: Transaction,
  principal: ActingParty,
  { callRef, agentRef }: CallSubjects,
  { type, recordedAt, occurredAt, onBehalfOf }: NewCallEntry,
  subjectRef: string | null,
  body: Body,
): Promise<Appended> {
  return appendEntry(tx, principal, {
    kind: 'AUDIT',
    type,
    subjectRef,
    recordedAt,
    ...(occurredAt === undefined ? {} : { occurredAt }),
    ...(typeof onBehalfOf === 'object' ? { onBehalfOf: onBehalfOf.id } : {}),
    ...(onBehalfOf === 'agent' ? { onBehalfOfRef: agentRef } : {}),
    body: { ...body, callRef },
  });
}

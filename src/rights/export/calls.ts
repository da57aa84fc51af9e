import { openNote } from '../../audit/index.js';
import type { Keyring } from '../../crypto/index.js';
import type { Decision } from '../../domain/decision.js';
import {
  listDecisionOverrides,
  listDecisions,
  listOutcomes,
  listSubjectCalls,
  type ErasedSubject,
  type SubjectCallRow,
  type Transaction,
} from '../../storage/index.js';
import type { Opened } from './opened.js';
import type { HeldCall, HeldDecision, HeldOverride } from './held-data.js';

/** Calls read at a time. */
const PAGE = 500;

/** Whose calls, and what opens the notes in them. */
export interface CallsOf extends ErasedSubject {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly opened: Opened;
}

/** The calls in which somebody was claimed, with what was decided of them, oldest first. */
export async function callsOf(of: CallsOf): Promise<HeldCall[]> {
  const { tx, speakerRef, idHash } = of;
  const calls: HeldCall[] = [];
  for (let after = ''; ;) {
    const page: readonly SubjectCallRow[] = await listSubjectCalls(tx, { speakerRef, idHash }, after, PAGE);
    calls.push(...(await withDecisions(of, page)));
    if (page.length < PAGE) break;
    after = page.at(-1)?.callId ?? '';
  }
  return calls.sort((a, b) => a.claimedAt.getTime() - b.claimedAt.getTime());
}

async function withDecisions(of: CallsOf, calls: readonly SubjectCallRow[]): Promise<HeldCall[]> {
  const { tx } = of;
  const callIds = calls.map((call) => call.callId);
  const decisions = await listDecisions(tx, callIds);
  const decisionIds = decisions.map(({ decision }) => decision.decisionId);
  const outcomes = await listOutcomes(tx, decisionIds);
  const overrides = await overridesOf(of, decisionIds);
  return calls.map(({ claimNumber, ...call }) => ({
    ...call,
    decisions: decisions
      .filter(({ callId }) => callId === call.callId)
      .flatMap(({ decision }) => heldDecision(decision, claimNumber))
      .map((decision) => ({
        ...decision,
        outcomes: outcomes
          .filter((each) => each.decisionId === decision.decisionId)
          .map(({ outcome, occurredAt }) => ({ outcome, occurredAt })),
        overrides: overrides.get(decision.decisionId) ?? [],
      })),
  }));
}

/** By decision. Of a note that stands with another person nothing is told. */
async function overridesOf(
  { tx, keyring, speakerRef, opened }: CallsOf,
  decisionIds: readonly string[],
): Promise<ReadonlyMap<string, readonly HeldOverride[]>> {
  const byDecision = new Map<string, HeldOverride[]>();
  for (const row of await listDecisionOverrides(tx, decisionIds)) {
    const { overrideId, decisionId, action, reason, recordedAt, role } = row;
    const sealed = row.noteSpeakerRef === speakerRef ? row.note : null;
    const open = async () =>
      sealed === null ? '' : openNote(tx, keyring, overrideId, { sealed, speakerRef });
    const note = await opened.read('calls', '', open);
    const told = { action, reason, note, recordedAt, role };
    byDecision.set(decisionId, [...(byDecision.get(decisionId) ?? []), told]);
  }
  return byDecision;
}

/** What a decision says of one claim; nothing where it was made before the claim. Of other people it tells nothing. */
function heldDecision(
  decision: Decision,
  claimNumber: number,
): Omit<HeldDecision, 'outcomes' | 'overrides'>[] {
  const claim = decision.claims.find((each) => each.claimNumber === claimNumber);
  const other = decision.others?.find((each) => each.claimNumber === claimNumber);
  const found = claim ?? other;
  if (found === undefined) return [];
  return [
    {
      decisionId: decision.decisionId,
      decidedAt: decision.decidedAt,
      finality: decision.finality,
      claimKind: found.kind,
      reasons: claim?.reasons ?? [],
      confidence: claim?.confidence ?? null,
      score: claim?.score ?? null,
      llr: claim?.llr ?? null,
      voiceprintId: found.voiceprintId,
      // Of another person, where this one only helped to tell who answered.
      nextAction: claim === undefined ? null : decision.nextAction,
      netSpeechMs: decision.netSpeechMs,
      policy: `${decision.policy.id}@${decision.policy.version}`,
      models: decision.models.map((model) => model.id),
      calibration: decision.calibration.id,
      shadow: decision.shadow,
    },
  ];
}

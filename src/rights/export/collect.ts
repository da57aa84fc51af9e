import { loadConsent, speakerStates } from '../../consent/index.js';
import type { Keyring } from '../../crypto/index.js';
import type { Decision } from '../../domain/decision.js';
import type { ConsentState, Notice } from '../../domain/people.js';
import { exportPartialEvidence, exportTrustPhrase, exportVoiceprints } from '../../enrolment/index.js';
import {
  findSpeaker,
  listDecisions,
  listNotices,
  listOutcomes,
  listSubjectCalls,
  queryLedger,
  type ErasedSubject,
  type SubjectCallRow,
  type Transaction,
} from '../../storage/index.js';
import { consentHistory } from '../consent-history.js';
import { readEvidence } from '../read-evidence.js';
import type { HeldAccess, HeldCall, HeldData, HeldDecision } from './held-data.js';

/** Whose data is collected, and for when. */
export interface Collecting extends ErasedSubject {
  readonly tx: Transaction;
  readonly keyring: Keyring;
  readonly speakerId: string;
  readonly now: Date;
}

/** Rows read at a time. */
const PAGE = 500;

/** Collects everything that is held of a person. As large as what is held: some kilobytes a call. */
export async function collect(collecting: Collecting): Promise<HeldData> {
  const { tx, keyring, speakerId, speakerRef, idHash, now } = collecting;
  const speaker = await findSpeaker(tx, speakerId);
  const { state: consent } = await loadConsent(tx, { speakerRef, idHash }, now);
  const evidence = await readEvidence(tx, keyring, idHash);
  return {
    format: 'vouch speaker export 1',
    tenantId: tx.tenantId,
    speakerId,
    madeAt: now,
    knownSince: speaker?.createdAt ?? null,
    states: await speakerStates(tx, idHash),
    consent,
    consentEvents: await consentHistory(tx, keyring, speakerRef),
    notices: await noticesOf(tx, consent),
    voiceprints: speaker === null ? [] : await exportVoiceprints(tx, keyring, speaker, now),
    speechKept: await exportPartialEvidence(tx, keyring, speakerRef),
    trustPhrase: await exportTrustPhrase(tx, keyring, speakerRef),
    calls: await callsOf(collecting),
    accesses: await accessesOf(tx, speakerRef),
    earlierErasures: evidence.map(({ receipt }) => receipt),
  };
}

/** The wordings that stand behind what is in force, or was last said. */
async function noticesOf(tx: Transaction, { purposes }: ConsentState): Promise<Notice[]> {
  const notices = new Map<string, Notice>();
  for (const { notice } of purposes) {
    if (notice === null) continue;
    const wordings = await listNotices(tx, notice.noticeId, notice.version);
    for (const { textSha256, ...wording } of wordings) {
      const hash = textSha256.toString('hex');
      if (hash === notice.textSha256) notices.set(hash, wording);
    }
  }
  return [...notices.values()];
}

async function callsOf({ tx, ...subject }: Collecting): Promise<HeldCall[]> {
  const calls: HeldCall[] = [];
  for (let after = ''; ;) {
    const page: readonly SubjectCallRow[] = await listSubjectCalls(tx, subject, after, PAGE);
    calls.push(...(await withDecisions(tx, page)));
    if (page.length < PAGE) break;
    after = page.at(-1)?.callId ?? '';
  }
  return calls.sort((a, b) => a.claimedAt.getTime() - b.claimedAt.getTime());
}

async function withDecisions(tx: Transaction, calls: readonly SubjectCallRow[]): Promise<HeldCall[]> {
  const decisions = await listDecisions(
    tx,
    calls.map((call) => call.callId),
  );
  const outcomes = await listOutcomes(
    tx,
    decisions.map(({ decision }) => decision.decisionId),
  );
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
      })),
  }));
}

/** What a decision says of one claim; nothing where it was made before the claim. Of other people it tells nothing. */
function heldDecision(decision: Decision, claimNumber: number): Omit<HeldDecision, 'outcomes'>[] {
  const claim = decision.claims.find((each) => each.claimNumber === claimNumber);
  if (claim === undefined) return [];
  return [
    {
      decisionId: decision.decisionId,
      decidedAt: decision.decidedAt,
      finality: decision.finality,
      claimKind: claim.kind,
      reasons: claim.reasons,
      confidence: claim.confidence,
      score: claim.score,
      llr: claim.llr,
      voiceprintId: claim.voiceprintId,
      nextAction: decision.nextAction,
      netSpeechMs: decision.netSpeechMs,
      policy: `${decision.policy.id}@${decision.policy.version}`,
      models: decision.models.map((model) => model.id),
      calibration: decision.calibration.id,
      shadow: decision.shadow,
    },
  ];
}

/** All that was done with this person's data, first to last. */
async function accessesOf(tx: Transaction, subjectRef: string): Promise<HeldAccess[]> {
  const any = { subjectRef, actorRef: null, types: null, from: null, to: null };
  const accesses: HeldAccess[] = [];
  for (let before: number | null = null; ;) {
    const page: Awaited<ReturnType<typeof queryLedger>> = await queryLedger(tx, any, before, PAGE);
    for (const entry of page) {
      const { recordedAt: at, type: what, actorRole: role, actorRef: by } = entry;
      accesses.push({ at, what, role, by });
    }
    if (page.length < PAGE) return accesses.reverse();
    before = page.at(-1)?.position ?? null;
  }
}

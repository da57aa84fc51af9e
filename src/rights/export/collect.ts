import { loadConsent, speakerStates } from '../../consent/index.js';
import type { Keyring } from '../../crypto/index.js';
import type { ConsentState, Notice } from '../../domain/people.js';
import {
  exportFingerprints,
  exportManifestRows,
  exportPartialEvidence,
  exportTrustPhrase,
  exportVoiceprints,
} from '../../enrolment/index.js';
import {
  findSpeaker,
  findSpeakerTerm,
  findSurroundings,
  listNotices,
  queryLedger,
  type ErasedSubject,
  type Transaction,
} from '../../storage/index.js';
import { retentionPolicy } from '../../tenant/index.js';
import { NoticeLimits, noticeDaysOf, speakerTerm } from '../../terms/index.js';
import { consentHistory } from '../consent-history.js';
import { readEvidence } from '../read-evidence.js';
import { callsOf } from './calls.js';
import type { HeldAccess, HeldData } from './held-data.js';
import { Opened } from './opened.js';

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
  const opened = new Opened();
  const evidence = await opened.read('earlierErasures', [], () => readEvidence(tx, keyring, idHash));
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
    voiceprints: await opened.read('voiceprints', [], async () =>
      speaker === null ? [] : exportVoiceprints(tx, keyring, speaker, now),
    ),
    speechKept: await opened.read('speechKept', [], () => exportPartialEvidence(tx, keyring, speakerRef)),
    fingerprints: await opened.read('fingerprints', [], () => exportFingerprints(tx, keyring, speakerRef)),
    trustPhrase: await opened.read('trustPhrase', null, () => exportTrustPhrase(tx, keyring, speakerRef)),
    calls: await callsOf({ ...collecting, opened }),
    ...(await termOf(tx, speakerRef, now)),
    ...(await findSurroundings(tx, speakerRef)),
    manifestRows: await opened.read('manifestRows', [], () => exportManifestRows(tx, keyring, idHash)),
    accesses: await accessesOf(tx, speakerRef),
    earlierErasures: evidence.map(({ receipt }) => receipt),
    // Last: once all was read.
    unreadable: opened.unreadable(),
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

/** When a speaker is due to be erased, as things are; GDPR art. 15(1)(d). */
async function termOf(
  tx: Transaction,
  speakerRef: string,
  now: Date,
): Promise<Pick<HeldData, 'keptUntil' | 'lastAcceptedAt'>> {
  const speaker = await findSpeakerTerm(tx, speakerRef);
  if (speaker === null) return { keptUntil: null, lastAcceptedAt: null };
  const { policy } = await retentionPolicy(tx);
  const noticeDays = await noticeDaysOf(tx, speakerRef, new NoticeLimits(), now);
  return { keptUntil: speakerTerm(speaker, policy, noticeDays), lastAcceptedAt: speaker.acceptedAt };
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

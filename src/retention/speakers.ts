import { appendEntry } from '../audit/index.js';
import { isKept, SPEAKER_ID_HASH } from '../consent/index.js';
import type { RetentionItem } from '../domain/retention.js';
import type { ErasureReceipt } from '../domain/rights.js';
import { VouchError } from '../errors.js';
import { eraseSpeaker } from '../rights/index.js';
import {
  countKeptUnderVerify,
  deleteVoiceprintsOf,
  findSpeakerTerm,
  forgetStrayActivity,
  listMaybeLapsed,
  listSpeakerTerms,
  lockSpeakerRef,
  setSpeakerVersion,
  wasGivenUp,
  type KeptUnderVerify,
  type MaybeLapsedRow,
  type SpeakerTermRow,
  type Transaction,
} from '../storage/index.js';
import type { RetentionRun } from './parts.js';
import {
  lapsedTerm,
  NoticeLimits,
  noticeDaysOf,
  soonestEnd,
  speakerTerm,
  type Term,
} from '../terms/index.js';

/** Speakers read at a time. */
const PAGE = 500;

/** Erases speakers whose term is over. */
export async function* runSpeakers(run: RetentionRun): AsyncGenerator<RetentionItem> {
  const limits = new NoticeLimits();
  const { database, tenantId, policy, now } = run;
  const endOf = await database.tenant(tenantId, (tx) => soonestEnd(tx, policy));
  for (let after: string | null = null; ;) {
    const page: readonly SpeakerTermRow[] = await database.tenant(tenantId, (tx) =>
      listSpeakerTerms(tx, after, PAGE),
    );
    for (const speaker of page) {
      if (endOf(speaker) > now) continue;
      const item = await attempt(run, (tx) => speakerItem(tx, run, speaker.speakerRef, limits));
      if (item !== null) yield item;
    }
    if (page.length < PAGE) break;
    after = page.at(-1)?.speakerRef ?? null;
  }
  if (!run.dryRun) await database.tenant(tenantId, forgetStrayActivity);
}

/** One speaker in a transaction; whoever cannot be dealt with is noted and stops nobody else, but a database that is gone does. */
async function attempt(
  { database, tenantId, failures }: RetentionRun,
  work: (tx: Transaction) => Promise<RetentionItem | null>,
): Promise<RetentionItem | null> {
  try {
    return await database.tenant(tenantId, work);
  } catch (error) {
    if (error instanceof VouchError && error.reason === 'DATABASE_UNAVAILABLE' && !wasGivenUp(error))
      throw error;
    if (failures.length === 0) failures.push(error);
    return null;
  }
}

/** Looks again, in the transaction that erases: the person may have called meanwhile. Null where nothing is due. */
async function speakerItem(
  tx: Transaction,
  run: RetentionRun,
  speakerRef: string,
  limits: NoticeLimits,
): Promise<RetentionItem | null> {
  const { policy, now, dryRun } = run;
  const locked = await lockSpeakerRef(tx, speakerRef);
  const speaker = locked && (await findSpeakerTerm(tx, speakerRef));
  if (speaker === null) return null;
  const term = speakerTerm(speaker, policy, await noticeDaysOf(tx, speakerRef, limits, now));
  if (term.dueAt > now) return null;
  const { speakerId } = speaker;
  const idHash = await run.keyring.keyedHash(run.tenantId, SPEAKER_ID_HASH, speakerId);
  const held = await isKept(tx, idHash);
  let receipt: ErasureReceipt | null = null;
  if (!held && !dryRun) {
    const { keyring, acting: principal } = run;
    const erasing = { tx, keyring, principal, now, cause: 'RETENTION', onBehalfOf: '' } as const;
    receipt = await eraseSpeaker(erasing, { speakerRef, speakerId, idHash });
  }
  return { kind: 'SPEAKER', id: speakerId, ...term, held, count: 1, receipt };
}

/** Deletes voiceprints, and what is kept beside them, whose consent ended without anybody taking it back. */
export async function* runLapsed(run: RetentionRun): AsyncGenerator<RetentionItem> {
  const { database, tenantId, now } = run;
  for (let after: string | null = null; ;) {
    const page: readonly MaybeLapsedRow[] = await database.tenant(tenantId, (tx) =>
      listMaybeLapsed(tx, now, after, PAGE),
    );
    for (const speaker of page.filter((each) => each.mayBeLapsed)) {
      const item = await attempt(run, (tx) => lapsedItem(tx, run, speaker));
      if (item !== null) yield item;
    }
    if (page.length < PAGE) return;
    after = page.at(-1)?.speakerRef ?? null;
  }
}

async function lapsedItem(
  tx: Transaction,
  run: RetentionRun,
  { speakerRef, speakerId }: MaybeLapsedRow,
): Promise<RetentionItem | null> {
  if ((await lockSpeakerRef(tx, speakerRef)) === null) return null;
  const term = await lapsedTerm(tx, speakerRef, run.policy, run.now);
  if (term === null || term.dueAt > run.now) return null;
  const idHash = await run.keyring.keyedHash(run.tenantId, SPEAKER_ID_HASH, speakerId);
  const held = await isKept(tx, idHash);
  const keep = held || run.dryRun;
  const kept = keep
    ? await countKeptUnderVerify(tx, speakerRef)
    : await deleteLapsed(tx, run, speakerRef, term);
  const { voiceprints, speechKept, trustPhrases, fingerprints } = kept;
  const count = voiceprints + speechKept + trustPhrases + fingerprints;
  if (count === 0) return null;
  return { kind: 'VOICEPRINTS', id: speakerId, ...term, held, count, receipt: null };
}

async function deleteLapsed(
  tx: Transaction,
  run: RetentionRun,
  speakerRef: string,
  { rule }: Term,
): Promise<KeptUnderVerify> {
  const deleted = await deleteVoiceprintsOf(tx, speakerRef);
  if (Object.values(deleted).every((count) => count === 0)) return deleted;
  const { position } = await appendEntry(tx, run.acting, {
    kind: 'AUDIT',
    type: 'VOICEPRINTS_EXPIRED',
    subjectRef: speakerRef,
    recordedAt: run.now,
    body: { ...deleted, rule },
  });
  await setSpeakerVersion(tx, speakerRef, position);
  return deleted;
}

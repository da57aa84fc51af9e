import { loadConsentOf } from '../consent/index.js';
import type { NoticeReference } from '../domain/people.js';
import type { RetentionPolicy, RetentionRule } from '../domain/retention.js';
import { listNotices, type NoticeRow, type SpeakerTermRow, type Transaction } from '../storage/index.js';

const DAY_MS = 86_400_000;

/** When a term is over, and which limit says so. */
export interface Term {
  readonly dueAt: Date;
  readonly rule: RetentionRule;
}

/** Some days after a time. */
export function daysAfter(time: Date, days: number): Date {
  return new Date(time.getTime() + days * DAY_MS);
}

/** The earliest of several terms; of equal ones the first. */
function earliest(terms: readonly [Term, ...Term[]]): Term {
  return terms.reduce((first, term) => (term.dueAt < first.dueAt ? term : first));
}

/**
 * When a speaker is to be erased: of the policy's limits and those that the notices gave under which they said yes, the
 * shortest. Notices speak of time without use, and so does inactivity; the absolute limit counts use for nothing.
 *
 * @param noticeDays - of those notices; empty where the person never said yes
 */
export function speakerTerm(
  { lastActiveAt, lastRenewedAt }: Pick<SpeakerTermRow, 'lastActiveAt' | 'lastRenewedAt'>,
  policy: RetentionPolicy,
  noticeDays: readonly number[],
): Term {
  return earliest([
    { dueAt: daysAfter(lastActiveAt, policy.inactivityDays), rule: 'INACTIVITY' },
    { dueAt: daysAfter(lastRenewedAt, policy.absoluteDays), rule: 'ABSOLUTE' },
    ...noticeDays.map((days): Term => ({ dueAt: daysAfter(lastActiveAt, days), rule: 'NOTICE' })),
  ]);
}

/** What a run has read of notices: few are published, and many people said yes to each. */
export class NoticeLimits {
  readonly #wordings = new Map<string, readonly NoticeRow[]>();

  /** The days that a notice as it was given allows; all its wordings where the given one is not there. */
  async days(tx: Transaction, { noticeId, version, textSha256 }: NoticeReference): Promise<number[]> {
    const key = JSON.stringify([noticeId, version]);
    const wordings = this.#wordings.get(key) ?? (await listNotices(tx, noticeId, version));
    this.#wordings.set(key, wordings);
    const given = wordings.filter((each) => each.textSha256.toString('hex') === textSha256);
    return (given.length > 0 ? given : wordings).map((each) => each.retentionDays);
  }
}

/** The limits of the notices under which a speaker said yes to anything that they have not taken back. */
export async function noticeDaysOf(
  tx: Transaction,
  speakerRef: string,
  limits: NoticeLimits,
  now: Date,
): Promise<number[]> {
  const { purposes } = await loadConsentOf(tx, speakerRef, now);
  const notices = purposes.flatMap(({ value, notice }) => (value === 'GRANTED' && notice ? [notice] : []));
  return (await Promise.all(notices.map((notice) => limits.days(tx, notice)))).flat();
}

/**
 * When the voiceprints of a speaker whose VERIFY is not in force any more are to be deleted: when the consent ended by
 * itself, or some time after people had to be asked anew. Null while it is in force, and where it was
 * taken back: then they are gone already.
 */
export async function lapsedTerm(
  tx: Transaction,
  speakerRef: string,
  policy: RetentionPolicy,
  now: Date,
): Promise<Term | null> {
  const { purposes } = await loadConsentOf(tx, speakerRef, now);
  const verify = purposes.find(({ purpose }) => purpose === 'VERIFY');
  if (verify === undefined || verify.granted || verify.value !== 'GRANTED') return null;
  const { expiresAt, askAgainBy } = verify;
  if (expiresAt !== null && expiresAt <= now) return { dueAt: expiresAt, rule: 'CONSENT_LAPSED' };
  if (askAgainBy === null || askAgainBy > now) return null;
  return { dueAt: daysAfter(askAgainBy, policy.lapsedConsentDays), rule: 'CONSENT_LAPSED' };
}

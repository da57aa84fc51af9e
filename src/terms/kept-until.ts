import type { RetentionPolicy } from '../domain/retention.js';
import {
  findSpeakerTerm,
  shortestNoticeDays,
  type SpeakerTermRow,
  type Transaction,
} from '../storage/index.js';
import { retentionPolicy } from '../tenant/index.js';
import { daysAfter, NoticeLimits, noticeDaysOf, speakerTerm } from './terms.js';

/** A time before which no speaker of the tenant with these dates is due, whatever notices they were given. */
export async function soonestEnd(
  tx: Transaction,
  policy: RetentionPolicy,
): Promise<(speaker: SpeakerTermRow) => Date> {
  const noticeDays = await shortestNoticeDays(tx);
  const days = Math.min(policy.inactivityDays, policy.absoluteDays, noticeDays ?? Infinity);
  return ({ lastRenewedAt }) => daysAfter(lastRenewedAt, days);
}

/**
 * Until when a speaker's voiceprints may be compared, as things are now: the shortest of the limits. Where the answer is
 * after `now` it may be too early, and is to be asked for again when it has come.
 *
 * @returns the epoch for somebody who is not known
 */
export async function keptUntil(tx: Transaction, speakerRef: string, now: Date): Promise<Date> {
  const speaker = await findSpeakerTerm(tx, speakerRef);
  if (speaker === null) return new Date(0);
  const { policy } = await retentionPolicy(tx);
  // Two statements settle it for nearly everybody; calls ask this.
  const soonest = (await soonestEnd(tx, policy))(speaker);
  if (soonest > now) return soonest;
  const noticeDays = await noticeDaysOf(tx, speakerRef, new NoticeLimits(), now);
  return speakerTerm(speaker, policy, noticeDays).dueAt;
}

/** How many distinct people somebody read on a day. */
export interface DayCount {
  readonly actorId: string;
  readonly role: string;
  /** Of the UTC calendar, days since 1970-01-01. */
  readonly day: number;
  readonly speakers: number;
}

export type UnusualReason = 'OWN_HISTORY' | 'COLLEAGUES';

/** A day on which somebody read unusually many people, and what it is compared with. */
export interface Unusual extends DayCount {
  readonly reasons: readonly UnusualReason[];
  /** Of their own earlier days; null: too few of them. */
  readonly own: { readonly median: number; readonly score: number } | null;
  /** Of colleagues on that day; null: too few of them. */
  readonly colleagues: { readonly median: number; readonly ratio: number } | null;
}

/** How far back a person's own days count. */
export const HISTORY_DAYS = 28;
/** Fewer days, or colleagues, say nothing. */
const FEWEST_DAYS = 5;
const FEWEST_COLLEAGUES = 3;
/** Iglewicz and Hoaglin, How to Detect and Handle Outliers (1993): modified z-scores above 3.5 are outliers. */
const OUTLIER_SCORE = 3.5;
/** Their constant: the median absolute deviation of a normal distribution is 0.6745 standard deviations. */
const NORMAL_MAD = 0.6745;
/** Our choice: so many times what colleagues read. */
const OUTLIER_RATIO = 5;

/**
 * Names the days on which somebody read far more people than they used to, or than their colleagues did.
 *
 * - Own history: modified z-score `0.6745 (n - median) / MAD` of the day's number against the days of the 28 before on
 *   which they read anybody, at least 5 of them; above 3.5 is unusual. The MAD counts as at least 1 and at least a tenth
 *   of the median, so that somebody who reads 20 people every day may read 22.
 * - Colleagues: the number over the median of those of the same role who read anybody on that day, at least 3 others;
 *   from 5 on is unusual.
 *
 * @param counts - of each person and day at most one, days without reads left out
 * @param fromDay - earlier days only serve to compare with
 * @param minimumSpeakers - days with fewer are never unusual
 * @returns the latest day first, on a day the most people first
 */
export function findUnusual(
  counts: readonly DayCount[],
  { fromDay, minimumSpeakers }: { readonly fromDay: number; readonly minimumSpeakers: number },
): Unusual[] {
  const byActor = grouped(counts, ({ actorId }) => actorId);
  const byDay = grouped(counts, ({ day, role }) => `${day} ${role}`);
  return counts
    .filter(({ day, speakers }) => day >= fromDay && speakers >= minimumSpeakers)
    .map((count) => {
      const own = ownHistory(count, byActor.get(count.actorId) ?? []);
      const colleagues = againstColleagues(count, byDay.get(`${count.day} ${count.role}`) ?? []);
      const reasons: UnusualReason[] = [];
      if (own !== null && own.score > OUTLIER_SCORE) reasons.push('OWN_HISTORY');
      if (colleagues !== null && colleagues.ratio >= OUTLIER_RATIO) reasons.push('COLLEAGUES');
      return { ...count, reasons, own, colleagues };
    })
    .filter(({ reasons }) => reasons.length > 0)
    .sort((a, b) => b.day - a.day || b.speakers - a.speakers);
}

function ownHistory({ day, speakers }: DayCount, all: readonly DayCount[]): Unusual['own'] {
  const before = all.filter((each) => each.day < day && each.day >= day - HISTORY_DAYS);
  if (before.length < FEWEST_DAYS) return null;
  const numbers = before.map((each) => each.speakers);
  const middle = median(numbers);
  const mad = median(numbers.map((number) => Math.abs(number - middle)));
  return {
    median: middle,
    score: (NORMAL_MAD * (speakers - middle)) / Math.max(mad, 1, 0.1 * middle),
  };
}

function againstColleagues({ actorId, speakers }: DayCount, all: readonly DayCount[]): Unusual['colleagues'] {
  const others = all.filter((each) => each.actorId !== actorId).map((each) => each.speakers);
  if (others.length < FEWEST_COLLEAGUES) return null;
  const middle = median(others);
  return { median: middle, ratio: speakers / Math.max(middle, 1) };
}

/** Of at least one number. */
function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  const upper = sorted[half] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? NaN) + upper) / 2;
}

function grouped<T>(all: readonly T[], keyOf: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of all) {
    const key = keyOf(each);
    const group = groups.get(key);
    if (group) group.push(each);
    else groups.set(key, [each]);
  }
  return groups;
}

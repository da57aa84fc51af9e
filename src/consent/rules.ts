import type { Notice, NoticeReference, Purpose } from '../domain/people.js';
import { VouchError } from '../errors.js';
import { listNotices, newConsentVersions, type NoticeRow, type Transaction } from '../storage/index.js';
import { PURPOSES } from './events.js';
import type { RecordConsentInput } from './inputs.js';

/** Entries that come later than this after what they tell are marked as retroactive, ms. */
export const RETROACTIVE_AFTER_MS = 5 * 60_000;

/** How far the clocks of two machines may disagree before a time counts as lying in the future, ms. */
const CLOCK_SKEW_MS = 5_000;

/** The purposes that an entry grants. */
export function grantedPurposes(purposes: RecordConsentInput['purposes']): Purpose[] {
  return PURPOSES.filter((purpose) => purposes[purpose] === 'GRANTED');
}

/**
 * When something happened, by the clock of this service: a time a little in its future is now.
 *
 * @throws FIELD_INVALID for a time in the future
 */
export function occurrence(occurredAt: Date | null, now: Date): Date {
  if (occurredAt === null) return now;
  if (occurredAt.getTime() > now.getTime() + CLOCK_SKEW_MS) {
    throw new VouchError('FIELD_INVALID', {
      field: 'occurred_at',
      message: 'occurred_at lies in the future.',
    });
  }
  return occurredAt < now ? occurredAt : now;
}

/** Whether an entry comes long after what it tells. */
export function isRetroactive(occurredAt: Date, recordedAt: Date): boolean {
  return recordedAt.getTime() - occurredAt.getTime() > RETROACTIVE_AFTER_MS;
}

/**
 * Checks what may be recorded at all, whatever is recorded already.
 *
 * @throws FIELD_REQUIRED, FIELD_INVALID, NOTICE_NOT_FOUND, NOTICE_MISMATCH
 */
export async function checkEntry(tx: Transaction, input: RecordConsentInput, now: Date): Promise<void> {
  const granted = grantedPurposes(input.purposes);
  if (Object.keys(input.purposes).length === 0) throw new VouchError('FIELD_REQUIRED', { field: 'purposes' });
  if (granted.includes('VERIFY') && input.ground !== 'EXPLICIT_CONSENT') {
    throw new VouchError('FIELD_INVALID', {
      field: 'ground',
      message: 'VERIFY rests on explicit consent only.',
    });
  }
  checkNotNow(input, now);
  if (granted.length > 0 && input.expiresAt !== null && input.expiresAt <= now) {
    throw new VouchError('FIELD_INVALID', { field: 'expires_at', message: 'expires_at is over already.' });
  }
  if (input.notice === null) {
    if (granted.length > 0) throw new VouchError('FIELD_REQUIRED', { field: 'notice' });
    return;
  }
  const notice = await findNotice(tx, input.notice);
  if (granted.length === 0) return;
  checkGrant(granted, input, notice);
  await checkNotSuperseded(tx, notice, input.occurredAt, now);
}

/** Whoever says `not now` is left alone for a stated time. */
function checkNotNow({ purposes, doNotAskBefore }: RecordConsentInput, now: Date): void {
  const field = 'do_not_ask_before';
  if (!Object.values(purposes).includes('NOT_NOW')) return;
  if (doNotAskBefore === null) throw new VouchError('FIELD_REQUIRED', { field });
  if (doNotAskBefore <= now) {
    throw new VouchError('FIELD_INVALID', { field, message: 'do_not_ask_before is over already.' });
  }
}

async function findNotice(tx: Transaction, given: NoticeReference): Promise<NoticeRow> {
  const wordings = await listNotices(tx, given.noticeId, given.version);
  if (wordings.length === 0) throw new VouchError('NOTICE_NOT_FOUND', { field: 'notice' });
  const notice = wordings.find(
    ({ language, textSha256 }) =>
      language === given.language && textSha256.toString('hex') === given.textSha256,
  );
  if (notice === undefined) throw new VouchError('NOTICE_MISMATCH', { field: 'notice' });
  return notice;
}

function checkGrant(granted: readonly Purpose[], input: RecordConsentInput, notice: Notice): void {
  if (!granted.every((purpose) => notice.purposes.includes(purpose))) {
    throw new VouchError('FIELD_INVALID', {
      field: 'purposes',
      message: 'The notice does not ask for a purpose that is granted.',
    });
  }
  if (input.controllerEntity !== notice.controllerEntity) {
    throw new VouchError('FIELD_INVALID', {
      field: 'controller_entity',
      message: 'controller_entity is not the one that the notice names.',
    });
  }
}

/** Within the time of grace only what was said before the later version came is still entered under this one. */
async function checkNotSuperseded(
  tx: Transaction,
  notice: Notice,
  occurredAt: Date,
  now: Date,
): Promise<void> {
  const superseded = (await newConsentVersions(tx)).some(
    ({ noticeId, version, publishedAt, from }) =>
      noticeId === notice.noticeId && version > notice.version && (from <= now || publishedAt <= occurredAt),
  );
  if (superseded) {
    throw new VouchError('NOTICE_MISMATCH', {
      field: 'notice.version',
      message: 'A later version of the notice needs consent anew.',
    });
  }
}

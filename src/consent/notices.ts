import { appendEntry } from '../audit/index.js';
import { sha256 } from '../crypto/index.js';
import type { Notice } from '../domain/people.js';
import type { Principal } from '../domain/principal.js';
import { VouchError } from '../errors.js';
import { actorOf, insertNotice, listNotices, type Transaction } from '../storage/index.js';

/** A notice as it was published. */
export interface PublishedNotice {
  /** Of the text's UTF-8 bytes, hex. */
  readonly textSha256: string;
  readonly publishedAt: Date;
}

/**
 * Publishes a wording of a notice, within a transaction. Publishing the very same again changes nothing.
 *
 * @throws NOTICE_EXISTS where the version has another text in this language and channel; FIELD_INVALID where the
 *   languages and channels of one version would not ask for the same
 */
export async function publish(
  tx: Transaction,
  principal: Principal,
  notice: Notice,
  now: Date,
  /** When it was published first: before now for one that comes from another installation. */
  publishedAt = now,
): Promise<PublishedNotice> {
  const wordings = await listNotices(tx, notice.noticeId, notice.version);
  if (wordings.some((other) => terms(other) !== terms(notice))) {
    throw new VouchError('FIELD_INVALID', {
      field: 'notice',
      message:
        'All wordings of one version have the same purposes, controller, retention and need for new consent.',
    });
  }
  if (!notice.requiresNewConsent && notice.newConsentGraceDays > 0) {
    throw new VouchError('FIELD_INVALID', {
      field: 'notice.new_consent_grace_days',
      message: 'Only a notice that requires new consent leaves a time of grace.',
    });
  }
  const hash = sha256(notice.text);
  const same = wordings.find(
    ({ language, channel }) => language === notice.language && channel === notice.channel,
  );
  if (same !== undefined) {
    if (!same.textSha256.equals(hash)) throw new VouchError('NOTICE_EXISTS');
    return { textSha256: hash.toString('hex'), publishedAt: same.publishedAt };
  }
  const textSha256 = hash.toString('hex');
  const { noticeId, version, language, channel, requiresNewConsent, newConsentGraceDays } = notice;
  const actor = await actorOf(tx, principal);
  const { position } = await appendEntry(tx, principal, {
    kind: 'AUDIT',
    type: 'NOTICE_PUBLISHED',
    subjectRef: null,
    recordedAt: now,
    body: {
      noticeId,
      version,
      language,
      channel,
      textSha256,
      requiresNewConsent,
      newConsentGraceDays,
      ...(publishedAt !== now && { publishedElsewhereAt: publishedAt.toISOString() }),
    },
  });
  await insertNotice(tx, {
    ...notice,
    textSha256: hash,
    publishedAt,
    chainPosition: position,
    actorRef: actor.ref,
    role: actor.role,
  });
  return { textSha256, publishedAt };
}

/** What all wordings of one version have in common. */
function terms(notice: Notice): string {
  const { purposes, controllerEntity, retentionDays, requiresNewConsent, newConsentGraceDays } = notice;
  const need = [requiresNewConsent, newConsentGraceDays];
  return JSON.stringify([[...purposes].sort(), controllerEntity, retentionDays, ...need]);
}

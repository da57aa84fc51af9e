import type { Notice } from '../domain/people.js';
import type { Transaction } from './transaction.js';

/** A published notice. */
export interface NoticeRow extends Notice {
  readonly textSha256: Buffer;
  readonly publishedAt: Date;
}

/** A published notice without its wording. */
export interface NoticeHeadingRow extends Omit<NoticeRow, 'text'> {
  readonly chainPosition: number;
}

const COLUMNS = `notice_id AS "noticeId", version, language, channel, purposes,
  controller_entity AS "controllerEntity", retention_days AS "retentionDays",
  requires_new_consent AS "requiresNewConsent", new_consent_grace_days AS "newConsentGraceDays",
  published_at AS "publishedAt"`;
const HEADING = `${COLUMNS}, text_sha256 AS "textSha256"`;

/**
 * Published notices in the order of their publication.
 *
 * @param noticeId - null: all
 * @param after - the position in the chain of the one before the first
 */
export async function listNoticeHeadings(
  tx: Transaction,
  noticeId: string | null,
  after: number,
  limit: number,
): Promise<readonly NoticeHeadingRow[]> {
  return tx.query(
    `SELECT ${HEADING}, chain_position AS "chainPosition" FROM notices
     WHERE ($1::text IS NULL OR notice_id = $1) AND chain_position > $2 ORDER BY chain_position LIMIT $3`,
    [noticeId, after, limit],
  );
}

/** The latest version of a notice; null where there is none. */
export async function latestNoticeVersion(tx: Transaction, noticeId: string): Promise<number | null> {
  const [row] = await tx.query<{ version: number | null }>(
    'SELECT max(version) AS version FROM notices WHERE notice_id = $1',
    [noticeId],
  );
  return row?.version ?? null;
}

/** All wordings of one version: its languages and channels. */
export async function listNotices(
  tx: Transaction,
  noticeId: string,
  version: number,
): Promise<readonly NoticeRow[]> {
  return tx.query(
    `SELECT ${HEADING}, text FROM notices WHERE notice_id = $1 AND version = $2 ORDER BY language, channel`,
    [noticeId, version],
  );
}

/** Every wording that was ever published, in its order, from after a position of the chain. */
export async function listAllNotices(
  tx: Transaction,
  after: number,
  limit: number,
): Promise<readonly (Omit<NoticeRow, 'textSha256'> & { readonly chainPosition: number })[]> {
  return tx.query(
    `SELECT ${COLUMNS}, text, chain_position AS "chainPosition" FROM notices
     WHERE chain_position > $1 ORDER BY chain_position LIMIT $2`,
    [after, limit],
  );
}

export async function insertNotice(
  tx: Transaction,
  notice: NoticeRow & { chainPosition: number; actorRef: string; role: string },
): Promise<void> {
  await tx.query(
    `INSERT INTO notices (notice_id, version, language, channel, text, text_sha256, purposes, controller_entity,
       retention_days, requires_new_consent, new_consent_grace_days, published_at, chain_position, published_by_actor,
       published_by_role)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
    [
      notice.noticeId,
      notice.version,
      notice.language,
      notice.channel,
      notice.text,
      notice.textSha256,
      notice.purposes,
      notice.controllerEntity,
      notice.retentionDays,
      notice.requiresNewConsent,
      notice.newConsentGraceDays,
      notice.publishedAt,
      notice.chainPosition,
      notice.actorRef,
      notice.role,
    ],
  );
}

/** A version of a notice that people must be asked anew for. */
export interface NewConsentRow {
  readonly noticeId: string;
  readonly version: number;
  /** When its first wording was published. */
  readonly publishedAt: Date;
  /** From then on grants under earlier versions do not count. */
  readonly from: Date;
  /** Of its last wording in the chain. */
  readonly chainPosition: number;
}

/**
 * The versions of notices that people must be asked anew for.
 *
 * @param upTo - only those published up to this position of the chain
 */
export async function newConsentVersions(
  tx: Transaction,
  upTo = Number.MAX_SAFE_INTEGER,
): Promise<readonly NewConsentRow[]> {
  return tx.query(
    `SELECT notice_id AS "noticeId", version, min(published_at) AS "publishedAt",
       min(published_at) + max(new_consent_grace_days) * interval '24 hours' AS "from",
       max(chain_position) AS "chainPosition"
     FROM notices WHERE requires_new_consent AND chain_position <= $1 GROUP BY notice_id, version`,
    [upTo],
  );
}

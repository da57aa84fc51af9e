import { VouchError } from '../errors.js';
import {
  latestNoticeVersion,
  listNoticeHeadings,
  listNotices,
  type Database,
  type NoticeHeadingRow,
  type NoticeRow,
} from '../storage/index.js';

/** A wording of a notice, with when it was published and the SHA-256 of its text. */
export type StoredNotice = NoticeRow;

/** A page of published notices, without their wordings. */
export interface NoticePage {
  readonly notices: readonly NoticeHeadingRow[];
  /** Where the next page begins; null at the end. */
  readonly nextAfter: number | null;
}

/** Notices as they were published. They say nothing of anybody, so that they were read is not recorded. */
export class PublishedNotices {
  constructor(private readonly database: Database) {}

  /**
   * A page of the wordings, without their text, in the order of their publication.
   *
   * @param noticeId - empty: of all notices
   * @param after - 0, or from the page before
   * @param pageSize - 1 to 1000
   */
  async list(tenantId: string, noticeId: string, after: number, pageSize: number): Promise<NoticePage> {
    const id = noticeId === '' ? null : noticeId;
    const rows = await this.database.tenant(tenantId, (tx) =>
      listNoticeHeadings(tx, id, after, pageSize + 1),
    );
    const notices = rows.slice(0, pageSize);
    return { notices, nextAfter: rows.length > pageSize ? (notices.at(-1)?.chainPosition ?? null) : null };
  }

  /**
   * All wordings of one version of a notice.
   *
   * @param version - 0: the latest
   * @throws NOTICE_NOT_FOUND
   */
  async get(tenantId: string, noticeId: string, version: number): Promise<readonly StoredNotice[]> {
    return this.database.tenant(tenantId, async (tx) => {
      const wanted = version === 0 ? await latestNoticeVersion(tx, noticeId) : version;
      const wordings = wanted === null ? [] : await listNotices(tx, noticeId, wanted);
      if (wordings.length === 0) throw new VouchError('NOTICE_NOT_FOUND');
      return wordings;
    });
  }
}

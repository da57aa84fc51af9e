import type { Notice, PublishedNotice } from '../../../src/gen/vouch/v1/consent.js';
import type { Api } from '../../shared/api.js';
import type { Json } from '../../shared/json.js';

export type Wording = Json<PublishedNotice> & { readonly notice: Json<Notice> };

/** A version of a notice with all its wordings. */
export interface NoticeVersion {
  readonly noticeId: string;
  readonly version: number;
  readonly wordings: readonly Wording[];
}

/** All published notices, without their texts: by notice, the latest version first. Throws ApiError. */
export async function listNotices(api: Api, signal?: AbortSignal): Promise<NoticeVersion[]> {
  const found: Wording[] = [];
  let pageToken = '';
  do {
    const page = await api.consent.listNotices({ pageSize: 1000, pageToken }, signal);
    for (const { notice, ...rest } of page.notices ?? []) if (notice) found.push({ ...rest, notice });
    pageToken = page.nextPageToken ?? '';
  } while (pageToken !== '');
  const versions = new Map<string, Wording[]>();
  for (const wording of found) {
    const key = JSON.stringify([wording.notice.noticeId, wording.notice.version]);
    versions.set(key, [...(versions.get(key) ?? []), wording]);
  }
  return [...versions.values()]
    .map((wordings) => {
      const { noticeId = '', version = 0 } = wordings[0]?.notice ?? {};
      return { noticeId, version, wordings };
    })
    .sort((a, b) => (a.noticeId < b.noticeId ? -1 : a.noticeId > b.noticeId ? 1 : b.version - a.version));
}

/** A version with its texts. Throws ApiError. */
export async function getNotice(
  api: Api,
  noticeId: string,
  version: number,
  signal?: AbortSignal,
): Promise<NoticeVersion> {
  const { wordings = [] } = await api.consent.getNotice({ noticeId, version }, signal);
  const found = wordings.flatMap(({ notice, ...rest }) => (notice ? [{ ...rest, notice }] : []));
  return { noticeId, version: found[0]?.notice.version ?? version, wordings: found };
}

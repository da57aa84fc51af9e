import type { ConsentServiceImplementation } from '../../gen/vouch/v1/consent.js';
import { readPageToken } from '../audit.js';
import { MOST_VERSION } from '../read-consent.js';
import { optionalId, validId, within } from '../validate.js';
import { writeNotice } from '../write-consent.js';
import type { TransportParts, WithPrincipal } from './parts.js';

type NoticeRpcs = Pick<ConsentServiceImplementation<WithPrincipal>, 'listNotices' | 'getNotice'>;

/** The part of ConsentService that reads notices: for everybody, who may have to read them aloud. */
export function noticeRpcs({ consents }: Pick<TransportParts, 'consents'>): NoticeRpcs {
  const { notices } = consents;
  return {
    listNotices: async (request, { principal }) => {
      const noticeId = optionalId(request.noticeId, 'notice_id');
      const pageSize = request.pageSize === 0 ? 100 : within(request.pageSize, 'page_size', 1, 1000);
      const after = readPageToken(request.pageToken) ?? 0;
      const page = await notices.list(principal.tenantId, noticeId, after, pageSize);
      return {
        notices: page.notices.map((notice) => writeNotice({ ...notice, text: '' })),
        nextPageToken: page.nextAfter?.toString() ?? '',
      };
    },

    getNotice: async (request, { principal }) => {
      const noticeId = validId(request.noticeId, 'notice_id');
      const version = within(request.version, 'version', 0, MOST_VERSION);
      return { wordings: (await notices.get(principal.tenantId, noticeId, version)).map(writeNotice) };
    },
  };
}

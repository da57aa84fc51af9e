import { VouchError } from '../../errors.js';
import type { AdminServiceImplementation } from '../../gen/vouch/v1/admin.js';
import {
  readAnchor,
  readFilter,
  readPageToken,
  readPeriod,
  writeAnchor,
  writeEntry,
  writeOverrider,
  writeReader,
  writeUnusual,
  writeVerification,
} from '../audit.js';
import { validId, within } from '../validate.js';
import type { TransportParts, WithPrincipal } from './parts.js';

const DAY_MS = 86_400_000;
const MOST_UNUSUAL_DAYS = 90;

type AuditRpcs = Pick<
  AdminServiceImplementation<WithPrincipal>,
  | 'listAuditEntries'
  | 'listSpeakerReaders'
  | 'listOverriders'
  | 'listUnusualAccess'
  | 'verifyAudit'
  | 'getAnchor'
>;

/** The part of AdminService that answers from the audit trail. */
export function auditRpcs({ auditOffice: office }: TransportParts): AuditRpcs {
  return {
    listAuditEntries: async (request, { principal }) => {
      const pageSize = request.pageSize === 0 ? 100 : within(request.pageSize, 'page_size', 1, 1000);
      const before = readPageToken(request.pageToken);
      const page = await office.entries(principal, readFilter(request.filter), before, pageSize);
      return { entries: page.entries.map(writeEntry), nextPageToken: page.nextBefore?.toString() ?? '' };
    },

    listSpeakerReaders: async (request, { principal }) => {
      const speakerId = validId(request.speakerId, 'speaker_id');
      const readers = await office.readers(principal, speakerId, readPeriod(request));
      return { readers: readers.map(writeReader) };
    },

    listOverriders: async (request, { principal }) => {
      const overriders = await office.overriders(principal, readPeriod(request));
      return { overriders: overriders.map(writeOverrider) };
    },

    listUnusualAccess: async (request, { principal }) => {
      const period = readPeriod(request, 7);
      if (period.to.getTime() - period.from.getTime() > MOST_UNUSUAL_DAYS * DAY_MS) {
        throw new VouchError('FIELD_INVALID', { field: 'from', message: 'from is over 90 days before to.' });
      }
      const minimum = within(request.minimumSpeakers, 'minimum_speakers', 0, 100_000) || 10;
      return { access: (await office.unusual(principal, period, minimum)).map(writeUnusual) };
    },

    verifyAudit: async (request, { principal }) => {
      const anchor = request.anchor ? readAnchor(request.anchor) : null;
      return writeVerification(await office.verify(principal, anchor), anchor);
    },

    getAnchor: async (_request, { principal }) => {
      const anchor = await office.anchor(principal);
      return { anchor: writeAnchor(anchor), publicKey: (await office.publicKey(principal)).pem };
    },
  };
}

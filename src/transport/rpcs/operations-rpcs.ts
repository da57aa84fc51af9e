import type { AdminServiceImplementation } from '../../gen/vouch/v1/admin.js';
import {
  readCallFilter,
  writeActivity,
  writeCurves,
  writeInstallation,
  writeListedCall,
} from '../operations.js';
import { optionalId, validText, within } from '../validate.js';
import type { TransportParts, WithPrincipal } from './parts.js';

const MOST_VERSION = 0x7fff_ffff;
const MOST_HOURS = 168;

type OperationsRpcs = Pick<
  AdminServiceImplementation<WithPrincipal>,
  'listCalls' | 'getActivity' | 'getSystem' | 'getOperatingCurve'
>;

/** The part of AdminService that tells how the service is doing. */
export function operationsRpcs(parts: TransportParts): OperationsRpcs {
  const { callLists, activities, installation, calibrations } = parts;
  return {
    listCalls: async (request, { principal }) => {
      const filter = readCallFilter(principal, request);
      const pageSize = request.pageSize === 0 ? 50 : within(request.pageSize, 'page_size', 1, 200);
      const pageToken = validText(request.pageToken, 'page_token', 1024);
      const page = await callLists.list(principal, filter, pageSize, pageToken);
      return {
        calls: page.calls.map((call) => writeListedCall(call, principal.role)),
        nextPageToken: page.nextPageToken,
      };
    },

    getActivity: async (request, { principal }) => {
      const hours = request.hours === 0 ? 24 : within(request.hours, 'hours', 1, MOST_HOURS);
      return writeActivity(await activities.count(principal.tenantId, hours));
    },

    getSystem: async (_request, { principal }) =>
      writeInstallation(await installation.state(principal.tenantId)),

    getOperatingCurve: (request) => {
      const id = optionalId(request.calibrationId, 'calibration_id');
      const version = within(request.calibrationVersion, 'calibration_version', 0, MOST_VERSION);
      return Promise.resolve(writeCurves(calibrations.curves(id, version)));
    },
  };
}

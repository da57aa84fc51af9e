import { Authentication, type AdminServiceImplementation } from '../../gen/vouch/v1/admin.js';
import { Role } from '../../gen/vouch/v1/common.js';
import {
  readAssignment,
  writeAssignment,
  writeCalibration,
  writeCalibrationRow,
  writeInForce,
  writeModels,
} from '../admin-calibration.js';
import { readPolicy, writePolicyVersion } from '../admin-policy.js';
import { toProto } from '../enums.js';
import { idempotencyKey, optionalId, validText, within } from '../validate.js';
import { writeReference } from '../write-call.js';
import { apiKeyRpcs } from './api-key-rpcs.js';
import { auditRpcs } from './audit-rpcs.js';
import { keyRequests } from './admin-keys.js';
import { operationsRpcs } from './operations-rpcs.js';
import type { TransportParts, WithCaller } from './parts.js';

const MOST_VERSION = 0x7fff_ffff;
const REASON_BYTES = 1000;

/** AdminService. */
export function adminService(parts: TransportParts): AdminServiceImplementation<WithCaller> {
  const { policies, calibrations, models } = parts;
  return {
    ...auditRpcs(parts),
    ...keyRequests(parts),
    ...apiKeyRpcs(parts),
    ...operationsRpcs(parts),

    getPrincipal: (_request, { caller: { roles, authentication, ...who } }) =>
      Promise.resolve({
        ...who,
        roles: roles.map((role) => toProto(Role, role)),
        authentication: toProto(Authentication, authentication),
      }),

    getPolicy: async (request, { principal }) => {
      const policyId = optionalId(request.policyId, 'policy_id');
      const version = within(request.version, 'version', 0, MOST_VERSION);
      return { version: writePolicyVersion(await policies.find(principal.tenantId, policyId, version)) };
    },

    putPolicy: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      const policyId = optionalId(request.policyId, 'policy_id');
      const reason = validText(request.reason, 'reason', REASON_BYTES);
      const reference = await policies.put(principal, policyId, readPolicy(request.policy), reason, key);
      return { reference: writeReference(reference) };
    },

    listPolicies: async (request, { principal }) => {
      const policyId = optionalId(request.policyId, 'policy_id');
      const pageSize = request.pageSize === 0 ? 100 : within(request.pageSize, 'page_size', 1, 1000);
      const pageToken = validText(request.pageToken, 'page_token', 1024);
      const page = await policies.list(principal.tenantId, policyId, pageSize, pageToken);
      return { versions: page.versions.map(writePolicyVersion), nextPageToken: page.nextPageToken };
    },

    listCalibrations: () => Promise.resolve({ calibrations: calibrations.list().map(writeCalibration) }),

    assignCalibration: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      return {
        assignment: writeAssignment(await calibrations.assign(principal, readAssignment(request), key)),
      };
    },

    getCalibrationAssignments: async (_request, { principal }) => {
      const { inForce, history } = await calibrations.standing(principal.tenantId);
      return { inForce: inForce.map(writeInForce), history: history.map(writeAssignment) };
    },

    exportCalibrationRows: async function* (request, { principal }) {
      for await (const row of parts.calibrationRows.export(principal, request.withQuestions)) {
        yield { row: writeCalibrationRow(row) };
      }
    },

    getModels: () => Promise.resolve(writeModels(models)),
  };
}

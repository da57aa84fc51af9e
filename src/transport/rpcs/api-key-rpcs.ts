import type { ApiKeys } from '../../access/index.js';
import type { AdminServiceImplementation } from '../../gen/vouch/v1/admin.js';
import type * as access from '../../gen/vouch/v1/access.js';
import * as common from '../../gen/vouch/v1/common.js';
import { VouchError } from '../../errors.js';
import { fromProto, toProto } from '../enums.js';
import { checkMayGive } from '../access.js';
import { idempotencyKey, validUuid, within } from '../validate.js';
import type { TransportParts, WithCaller } from './parts.js';

type ApiKeyRpcs = Pick<
  AdminServiceImplementation<WithCaller>,
  'createApiKey' | 'listApiKeys' | 'revokeApiKey'
>;

const USUAL_DAYS = 365;
const MOST_DAYS = 3650;
const MOST_ROLES = 6;

/** The part of AdminService that is about the keys of programs. */
export function apiKeyRpcs({ apiKeys }: Pick<TransportParts, 'apiKeys'>): ApiKeyRpcs {
  return {
    createApiKey: async (request, { principal, caller }) => {
      const { label, actorId } = request;
      if (request.roles.length === 0) throw new VouchError('FIELD_REQUIRED', { field: 'roles' });
      within(request.roles.length, 'roles', 1, MOST_ROLES);
      const roles = request.roles.map((role) => fromProto(common.Role, role, 'roles'));
      checkMayGive(caller, roles);
      const { apiKey, secret } = await apiKeys.create(
        principal,
        {
          label,
          roles,
          actorId,
          days: within(request.days === 0 ? USUAL_DAYS : request.days, 'days', 1, MOST_DAYS),
        },
        idempotencyKey(request.idempotencyKey),
      );
      return { apiKey: writeApiKey(apiKey), secret: secret ?? '' };
    },

    listApiKeys: async (_request, { principal }) => {
      return { apiKeys: (await apiKeys.list(principal)).map(writeApiKey) };
    },

    revokeApiKey: async (request, { principal }) => {
      const apiKey = await apiKeys.revoke(principal, validUuid(request.keyId, 'key_id'));
      return { apiKey: writeApiKey(apiKey) };
    },
  };
}

type StoredKey = Awaited<ReturnType<ApiKeys['list']>>[number];

function writeApiKey({ roles, revokedAt, lastUsedOn, ...key }: StoredKey): access.ApiKey {
  return {
    ...key,
    roles: roles.map((role) => toProto(common.Role, role)),
    revokedAt: revokedAt ?? undefined,
    lastUsedOn: lastUsedOn ?? '',
  };
}

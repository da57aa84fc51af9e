import {
  KeyEpochState,
  type AdminServiceImplementation,
  type GetKeysResponse,
} from '../../gen/vouch/v1/admin.js';
import type { KeyStatus } from '../../keys/index.js';
import { toProto } from '../enums.js';
import { idempotencyKey, required, validId, within } from '../validate.js';
import type { TransportParts, WithPrincipal } from './parts.js';

const DAY_MS = 86_400_000;
const MOST_DAYS = 3650;

type KeyRequests = Pick<
  AdminServiceImplementation<WithPrincipal>,
  'getKeys' | 'rotateKeys' | 'destroyExpiredKeys' | 'reencryptSpeakers' | 'setKeySettings'
>;

/** What AdminService does about keys. */
export function keyRequests({ keys, keyKeeper }: TransportParts): KeyRequests {
  return {
    getKeys: async (_, { principal }) => {
      return writeStatus(await keys.status(principal.tenantId));
    },

    rotateKeys: async (request, { principal }) => {
      const epoch = await keys.rotate(principal, idempotencyKey(request.idempotencyKey));
      keyKeeper.poke(principal.tenantId);
      return { epoch };
    },

    destroyExpiredKeys: async (_, { principal }) => {
      return { destroyedEpochs: [...(await keys.destroyExpired(principal))] };
    },

    reencryptSpeakers: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      if (request.speakerId === '') {
        await keys.reencryptAll(principal, key);
        keyKeeper.poke(principal.tenantId);
      } else {
        await keys.reencrypt(principal, validId(request.speakerId, 'speaker_id'), key);
      }
      return {};
    },

    setKeySettings: async (request, { principal }) => {
      const { rotationDays } = required(request.settings, 'settings');
      const keyRotationMs = DAY_MS * within(rotationDays, 'settings.rotation_days', 1, MOST_DAYS);
      await keys.setSettings(principal, { keyRotationMs }, idempotencyKey(request.idempotencyKey));
      return {};
    },
  };
}

function writeStatus(status: KeyStatus): GetKeysResponse {
  return {
    epochs: status.epochs.map((epoch) => ({
      epoch: epoch.epoch,
      state: toProto(KeyEpochState, epoch.state),
      dataKeys: epoch.dataKeys,
      createdAt: epoch.createdAt,
      retiredAt: epoch.retiredAt ?? undefined,
      unusedSince: epoch.unusedSince ?? undefined,
      destroyAfter: epoch.destroyAfter ?? undefined,
      destroyedAt: epoch.destroyedAt ?? undefined,
    })),
    settings: { rotationDays: Math.floor(status.keyRotationMs / DAY_MS) },
    backupDays: status.backupDays,
    rotationDue: status.rotationDue,
    toRewrap: status.toRewrap,
    toReplace: status.toReplace,
  };
}

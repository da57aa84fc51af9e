import type { Command } from 'commander';
import { newKeyringText } from '../../crypto/index.js';
import {
  DestroyExpiredKeysResponse,
  GetKeysResponse,
  RotateKeysResponse,
  type KeyEpoch,
} from '../../gen/vouch/v1/admin.js';
import {
  clientCommand,
  localCommand,
  newCommand,
  writeCommand,
  type ClientOptions,
  type WriteOptions,
} from '../command.js';
import { connected } from '../connection.js';
import { wholeNumber } from '../options.js';
import { answer, fields, table, word } from '../output.js';

interface SettingsOptions extends WriteOptions {
  readonly rotationDays: number;
}

/** `vouch keys`: what the tenant's data is encrypted under. */
export function keysCommand(): Command {
  return newCommand('keys', 'show, rotate and destroy keys')
    .addCommand(
      clientCommand('status', 'show the epoch keys, and how far work on the data keys is').action(status),
    )
    .addCommand(
      writeCommand('rotate', 'make a new epoch key; data keys follow in the background').action(rotate),
    )
    .addCommand(
      clientCommand('destroy-expired', 'destroy the epoch keys that no backup needs any more').action(
        destroyExpired,
      ),
    )
    .addCommand(
      writeCommand(
        're-encrypt',
        'give a speaker a new data key; without one, all speakers, in the background',
      )
        .argument('[speaker]', 'the speaker')
        .action(reencrypt),
    )
    .addCommand(
      writeCommand('settings', 'set how old an epoch key grows')
        .requiredOption('--rotation-days <n>', 'an epoch key is rotated when it is so old', wholeNumber(1))
        .action(settings),
    )
    .addCommand(
      localCommand('generate', 'print a keyring with new keys, for VOUCH_KEYRING')
        .argument('<tenant...>', 'the tenants')
        .action((tenants: string[]) => {
          process.stdout.write(newKeyringText(tenants));
        }),
    );
}

async function status(options: ClientOptions): Promise<void> {
  const response = await connected(options, ({ admin }) => admin.getKeys({}));
  const { epochs, settings: set, rotationDue, toRewrap, toReplace, backupDays } = response;
  const rows = epochs.map((epoch) => [
    String(epoch.epoch),
    word(epoch.state, 'KEY_EPOCH_STATE'),
    String(epoch.dataKeys),
    epoch.createdAt?.toISOString() ?? '',
    fateOf(epoch),
  ]);
  const text = [
    table(['epoch', 'state', 'data keys', 'made', 'destroyed'], rows, [0, 2]),
    fields([
      ['rotation due', rotationDue?.toISOString()],
      ['rotated every', `${set?.rotationDays ?? 0} days`],
      ['backups kept', `${backupDays} days`],
      ['to wrap anew', toRewrap === 0 ? undefined : String(toRewrap)],
      ['to replace', toReplace === 0 ? undefined : String(toReplace)],
    ]),
  ].join('\n\n');
  answer(options, GetKeysResponse.toJSON(response), text);
}

function fateOf({ destroyedAt, destroyAfter }: KeyEpoch): string {
  if (destroyedAt !== undefined) return destroyedAt.toISOString();
  return destroyAfter === undefined ? '' : `after ${destroyAfter.toISOString()}`;
}

async function rotate(options: WriteOptions): Promise<void> {
  const { idempotencyKey } = options;
  const response = await connected(options, ({ admin }) => admin.rotateKeys({ idempotencyKey }));
  answer(options, RotateKeysResponse.toJSON(response), `epoch ${response.epoch}; see \`vouch keys status\``);
}

async function destroyExpired(options: ClientOptions): Promise<void> {
  const response = await connected(options, ({ admin }) => admin.destroyExpiredKeys({}));
  const { destroyedEpochs } = response;
  const text =
    destroyedEpochs.length === 0 ? 'nothing had expired' : `destroyed ${destroyedEpochs.join(', ')}`;
  answer(options, DestroyExpiredKeysResponse.toJSON(response), text);
}

async function reencrypt(speakerId: string | undefined, options: WriteOptions): Promise<void> {
  const { idempotencyKey } = options;
  await connected(options, ({ admin }) =>
    admin.reencryptSpeakers({ speakerId: speakerId ?? '', idempotencyKey }),
  );
  answer(options, {}, speakerId === undefined ? 'under way; see `vouch keys status`' : 'done');
}

async function settings(options: SettingsOptions): Promise<void> {
  const { idempotencyKey, rotationDays } = options;
  await connected(options, ({ admin }) =>
    admin.setKeySettings({ settings: { rotationDays }, idempotencyKey }),
  );
  answer(options, {}, 'set');
}

import { readFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import { Purpose } from '../../gen/vouch/v1/common.js';
import { NoticeChannel, PublishNoticeResponse } from '../../gen/vouch/v1/consent.js';
import { newCommand, writeCommand, type WriteOptions } from '../command.js';
import { connected } from '../connection.js';
import { enumOption, readEnumList, wholeNumber } from '../options.js';
import { answer, fields } from '../output.js';
import { readCommands } from './notice-show.js';

interface PublishOptions extends WriteOptions {
  readonly id: string;
  readonly version: number;
  readonly language: string;
  readonly channel: NoticeChannel;
  readonly textFile: string;
  readonly purposes: Purpose[];
  readonly controller: string;
  readonly retentionDays: number;
  readonly requiresNewConsent?: boolean;
  readonly newConsentGraceDays: number;
}

/** `vouch notice`: what people are told before they consent. */
export function noticeCommand(): Command {
  const notice = newCommand('notice', 'publish and read notices').addCommand(
    writeCommand('publish', 'publish a version of a notice; published versions never change')
      .requiredOption('--id <id>', 'its id')
      .option('--version <n>', 'its version', wholeNumber(1), 1)
      .requiredOption('--language <tag>', 'its language, for example en-GB')
      .addOption(
        enumOption('--channel <channel>', 'how it reaches people', NoticeChannel).makeOptionMandatory(),
      )
      .requiredOption('--text-file <file>', 'the wording, UTF-8')
      .addOption(
        new Option('--purposes <list>', 'what it asks for, separated by commas')
          .argParser((text) => readEnumList(text, Purpose))
          .default([Purpose.VERIFY], 'verify'),
      )
      .requiredOption('--controller <name>', 'the entity that controls the data, as the text names it')
      .requiredOption(
        '--retention-days <n>',
        'how long at most a voiceprint is kept without use, as the text says',
        wholeNumber(1),
      )
      .option('--requires-new-consent', 'those who agreed to an earlier version must be asked again')
      .option(
        '--new-consent-grace-days <n>',
        'how long what they agreed to still counts after the publication',
        wholeNumber(0),
        0,
      )
      .action(publish),
  );
  for (const command of readCommands()) notice.addCommand(command);
  return notice;
}

async function publish(options: PublishOptions): Promise<void> {
  const text = await readFile(options.textFile, 'utf8');
  const response = await connected(options, ({ consent }) =>
    consent.publishNotice({
      notice: {
        noticeId: options.id,
        version: options.version,
        language: options.language,
        channel: options.channel,
        text,
        purposes: options.purposes,
        controllerEntity: options.controller,
        retentionDays: options.retentionDays,
        requiresNewConsent: options.requiresNewConsent ?? false,
        newConsentGraceDays: options.newConsentGraceDays,
      },
      idempotencyKey: options.idempotencyKey,
    }),
  );
  const shown = fields([
    ['notice', `${options.id}@${options.version} (${options.language})`],
    ['text sha-256', Buffer.from(response.textSha256).toString('hex')],
    ['published', response.publishedAt?.toISOString()],
  ]);
  answer(options, PublishNoticeResponse.toJSON(response), shown);
}

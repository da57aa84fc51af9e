import type { Command } from 'commander';
import {
  GetNoticeResponse,
  ListNoticesResponse,
  NoticeChannel,
  type PublishedNotice,
} from '../../gen/vouch/v1/consent.js';
import { clientCommand, type ClientOptions } from '../command.js';
import { connected } from '../connection.js';
import { enumOption, wholeNumber } from '../options.js';
import { answer, fields, isolated, table, word } from '../output.js';

interface ListOptions extends ClientOptions {
  readonly id: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

interface ShowOptions extends ClientOptions {
  readonly version: number;
  readonly language?: string;
  readonly channel?: NoticeChannel;
}

/** `vouch notice list` and `vouch notice show`. */
export function readCommands(): Command[] {
  return [
    clientCommand('list', 'list what was published, first to last')
      .option('--id <id>', 'of this notice only', '')
      .option('--page-size <n>', 'how many', wholeNumber(1), 100)
      .option('--page-token <token>', 'where to go on', '')
      .action(list),
    clientCommand('show', 'show a notice as people are given it')
      .argument('<id>', 'its id')
      .option('--version <n>', 'its version; without it, the latest', wholeNumber(1), 0)
      .option('--language <tag>', 'in this language only')
      .addOption(enumOption('--channel <channel>', 'for this channel only', NoticeChannel))
      .action(show),
  ];
}

async function list(options: ListOptions): Promise<void> {
  const { id: noticeId, pageSize, pageToken } = options;
  const page = await connected(options, ({ consent }) =>
    consent.listNotices({ noticeId, pageSize, pageToken }),
  );
  const rows = page.notices.map((published) => {
    const { language = '', channel, retentionDays, requiresNewConsent } = published.notice ?? {};
    return [
      nameOf(published),
      language,
      word(channel ?? '', 'NOTICE_CHANNEL'),
      published.publishedAt?.toISOString() ?? '',
      `${retentionDays} days`,
      requiresNewConsent === true ? 'asks anew' : '',
    ];
  });
  const more = page.nextPageToken === '' ? '' : `\nmore: --page-token ${page.nextPageToken}`;
  const text = table(['notice', 'language', 'channel', 'published', 'kept', ''], rows) + more;
  answer(options, ListNoticesResponse.toJSON(page), text);
}

async function show(noticeId: string, options: ShowOptions): Promise<void> {
  const { version, language, channel } = options;
  const { wordings: all } = await connected(options, ({ consent }) =>
    consent.getNotice({ noticeId, version }),
  );
  const wordings = all.filter(({ notice }) => {
    const spoken = language === undefined || notice?.language === language;
    return spoken && (channel === undefined || notice?.channel === channel);
  });
  const text = wordings.map(describe).join('\n\n');
  answer(options, GetNoticeResponse.toJSON({ wordings }), text === '' ? 'no such wording' : text);
}

function describe(published: PublishedNotice): string {
  const { notice } = published;
  const grace = notice?.newConsentGraceDays;
  const heading = fields([
    [
      'notice',
      `${nameOf(published)} (${notice?.language}, ${word(notice?.channel ?? '', 'NOTICE_CHANNEL')})`,
    ],
    ['published', published.publishedAt?.toISOString()],
    ['text sha-256', Buffer.from(published.textSha256).toString('hex')],
    ['asks for', notice?.purposes.map((purpose) => word(purpose, 'PURPOSE')).join(', ')],
    ['controller', notice?.controllerEntity],
    ['kept without use', `${notice?.retentionDays} days at most`],
    ['new consent', notice?.requiresNewConsent === true ? `needed, after ${grace} days of grace` : undefined],
  ]);
  return `${heading}\n\n${notice?.text ?? ''}`;
}

function nameOf({ notice }: PublishedNotice): string {
  return `${isolated(notice?.noticeId ?? '')}@${notice?.version ?? 0}`;
}

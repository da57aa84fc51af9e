import { readFile, writeFile } from 'node:fs/promises';
import { Option, type Command } from 'commander';
import {
  AuditAnchor,
  AuditKind,
  AuditProblem,
  ListAuditEntriesResponse,
  ListOverridersResponse,
  ListSpeakerReadersResponse,
  ListUnusualAccessResponse,
  VerifyAuditResponse,
  type AuditEntry,
} from '../../gen/vouch/v1/audit.js';
import { clientCommand, newCommand, type ClientOptions } from '../command.js';
import { connected } from '../connection.js';
import { UsageError } from '../failure.js';
import { kebab, readEnumList, readTime, wholeNumber } from '../options.js';
import { answer, fields, isolated, table, word } from '../output.js';

interface PeriodOptions extends ClientOptions {
  readonly from?: Date;
  readonly to?: Date;
}

interface ListOptions extends PeriodOptions {
  readonly speaker?: string;
  readonly subject?: string;
  readonly by?: string;
  readonly kind?: AuditKind[];
  readonly pageSize: number;
  readonly pageToken: string;
}

interface VerifyOptions extends ClientOptions {
  readonly anchor?: string;
  readonly publicKey?: string;
}

/** `vouch audit`: who did what with people's data, and whether the trail is whole. Asks as an auditor by default. */
export function auditCommand(): Command {
  return newCommand('audit', 'read and verify the audit trail')
    .addCommand(
      ofPeriod(asAuditor('list', 'list entries, the newest first'))
        .option('--speaker <id>', 'of this person')
        .option('--subject <uuid>', 'of the person with this pseudonym')
        .option('--by <id>', 'done by this person, or on their behalf')
        .addOption(
          new Option('--kind <kinds>', `of these kinds: ${kinds().join(', ')}`).argParser((text) =>
            readEnumList(text, AuditKind),
          ),
        )
        .option('--page-size <n>', 'how many at most', wholeNumber(1), 100)
        .option('--page-token <token>', 'from the page before', '')
        .action(list),
    )
    .addCommand(
      ofPeriod(asAuditor('readers', 'tell who looked at a person'))
        .argument('<speakerId>', 'the person')
        .action(readers),
    )
    .addCommand(
      ofPeriod(asAuditor('overrides', 'tell who did otherwise than decisions suggested')).action(overriders),
    )
    .addCommand(
      ofPeriod(asAuditor('unusual', 'tell who looked at unusually many people'))
        .option('--minimum <n>', 'days with fewer people are not told', wholeNumber(1), 10)
        .action(unusual),
    )
    .addCommand(
      asAuditor('verify', 'follow the whole trail; exit code 2 and the first bad entry where it is not whole')
        .option('--anchor <file>', 'an anchor that it must pass, from `vouch audit anchor`')
        .option('--public-key <file>', 'check the anchor with this key, too, before the service is asked')
        .action(verify),
    )
    .addCommand(
      asAuditor('anchor', 'print a signed anchor of the trail, to be kept elsewhere')
        .option('--public-key <file>', 'write the public key that checks it to this file')
        .action(anchor),
    );
}

function asAuditor(name: string, description: string): Command {
  return clientCommand(name, description).setOptionValueWithSource('role', 'auditor', 'default');
}

function ofPeriod(command: Command): Command {
  return command
    .option('--from <time>', 'recorded from then on', readTime)
    .option('--to <time>', 'recorded before then', readTime);
}

function kinds(): string[] {
  return Object.keys(AuditKind)
    .filter((name) => name !== 'UNSPECIFIED' && name !== 'UNRECOGNIZED')
    .map(kebab);
}

async function list(options: ListOptions): Promise<void> {
  const { speaker = '', subject = '', by = '', kind = [], from, to, pageSize, pageToken } = options;
  const filter = { speakerId: speaker, subjectRef: subject, actorId: by, kinds: kind, from, to };
  const page = await connected(options, ({ admin }) =>
    admin.listAuditEntries({ filter, pageSize, pageToken }),
  );
  const headings = ['position', 'recorded', 'type', 'by', 'role', 'person', 'call', 'details'];
  const more = page.nextPageToken === '' ? '' : `\nmore: --page-token ${page.nextPageToken}`;
  const text = page.entries.length === 0 ? 'no entries' : table(headings, page.entries.map(row), [0]) + more;
  answer(options, ListAuditEntriesResponse.toJSON(page), text);
}

function row(entry: AuditEntry): string[] {
  const { position, recordedAt, type, actorId, onBehalfOf, role, speakerId, callId, detailsJson } = entry;
  const by = onBehalfOf === '' ? actorId : `${actorId} for ${onBehalfOf}`;
  return [
    String(position),
    recordedAt?.toISOString() ?? '',
    type,
    isolated(by),
    word(role, 'ROLE'),
    isolated(speakerId),
    isolated(callId),
    detailsJson,
  ];
}

async function readers(speakerId: string, options: PeriodOptions): Promise<void> {
  const { from, to } = options;
  const response = await connected(options, ({ admin }) => admin.listSpeakerReaders({ speakerId, from, to }));
  const rows = response.readers.map((reader) => [
    isolated(reader.actorId),
    word(reader.role, 'ROLE'),
    String(reader.reads),
    String(reader.claims),
    reader.lastAt?.toISOString() ?? '',
  ]);
  const text = rows.length === 0 ? 'nobody' : table(['who', 'role', 'reads', 'claims', 'last'], rows, [2, 3]);
  answer(options, ListSpeakerReadersResponse.toJSON(response), text);
}

async function overriders(options: PeriodOptions): Promise<void> {
  const { from, to } = options;
  const response = await connected(options, ({ admin }) => admin.listOverriders({ from, to }));
  const rows = response.overriders.map((each) => [
    isolated(each.actorId),
    word(each.role, 'ROLE'),
    String(each.overrides),
    String(each.ofRejections),
    String(each.proceededAfterRejection),
  ]);
  const headings = ['who', 'role', 'overrides', 'of rejections', 'served all the same'];
  const text = rows.length === 0 ? 'nobody' : table(headings, rows, [2, 3, 4]);
  answer(options, ListOverridersResponse.toJSON(response), text);
}

async function unusual(options: PeriodOptions & { readonly minimum: number }): Promise<void> {
  const { from, to, minimum: minimumSpeakers } = options;
  const response = await connected(options, ({ admin }) =>
    admin.listUnusualAccess({ from, to, minimumSpeakers }),
  );
  const number = (value: number | undefined) => (value === undefined ? '-' : value.toFixed(1));
  const rows = response.access.map((each) => [
    each.day,
    isolated(each.actorId),
    word(each.role, 'ROLE'),
    String(each.speakers),
    `${number(each.ownMedian)} (score ${number(each.ownScore)})`,
    `${number(each.colleaguesMedian)} (${number(each.colleaguesRatio)} times)`,
    each.reasons.map((reason) => kebab(word(reason, 'UNUSUAL_REASON'))).join(', '),
  ]);
  const headings = ['day', 'who', 'role', 'people', 'usually', 'colleagues', 'why'];
  const text = rows.length === 0 ? 'nothing unusual' : table(headings, rows, [3]);
  answer(options, ListUnusualAccessResponse.toJSON(response), text);
}

async function verify(options: VerifyOptions): Promise<void> {
  const anchored = options.anchor === undefined ? undefined : await readAnchor(options.anchor);
  if (options.publicKey !== undefined) {
    if (anchored === undefined) throw new UsageError('--public-key checks an --anchor.');
    const { checkAnchor } = await import('../../audit/index.js'); // Brings the database along.
    const { signedAt = new Date(0), ...told } = anchored;
    checkAnchor(anchored.tenantId, { ...told, signedAt }, await readFile(options.publicKey, 'utf8'));
  }
  const response = await connected(options, ({ admin }) => admin.verifyAudit({ anchor: anchored }));
  const isWhole = response.problem === AuditProblem.UNSPECIFIED;
  answer(options, VerifyAuditResponse.toJSON(response), isWhole ? whole(response) : broken(response));
  if (!isWhole) process.exitCode = 2;
}

function whole({ position, headHash, anchoredPosition }: VerifyAuditResponse): string {
  const anchored =
    anchoredPosition > 0
      ? `yes, at ${anchoredPosition}`
      : 'no: without an anchor a cut tail, or a trail written anew, cannot be told';
  return fields([
    ['the trail is', 'whole'],
    ['entries', String(position)],
    ['last hash', Buffer.from(headHash).toString('hex')],
    ['anchored', anchored],
  ]);
}

function broken({ problem, position, entry }: VerifyAuditResponse): string {
  return fields([
    ['the trail is', 'NOT WHOLE'],
    ['first bad entry', String(position)],
    ['problem', word(problem, 'AUDIT_PROBLEM')],
    ['entry', entry?.eventId],
    ['type', entry?.type],
    ['recorded', entry?.recordedAt?.toISOString()],
  ]);
}

async function anchor(options: ClientOptions & { readonly publicKey?: string }): Promise<void> {
  const response = await connected(options, ({ admin }) => admin.getAnchor({}));
  if (options.publicKey !== undefined) await writeFile(options.publicKey, response.publicKey);
  const json = response.anchor && AuditAnchor.toJSON(response.anchor);
  answer(options, json, JSON.stringify(json, null, 2));
}

async function readAnchor(file: string): Promise<AuditAnchor> {
  try {
    return AuditAnchor.fromJSON(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) throw new UsageError(`${file} is no anchor.`);
    throw error;
  }
}

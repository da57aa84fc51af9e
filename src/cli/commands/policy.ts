import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import {
  GetPolicyResponse,
  ListPoliciesResponse,
  Policy,
  PutPolicyResponse,
  ReplayedCalls,
  SyntheticSpeech,
  type PolicyVersion,
} from '../../gen/vouch/v1/admin.js';
import { NextAction } from '../../gen/vouch/v1/decision.js';
import {
  clientCommand,
  newCommand,
  writeCommand,
  type ClientOptions,
  type WriteOptions,
} from '../command.js';
import { connected } from '../connection.js';
import { UsageError } from '../failure.js';
import { collect, readEnum, wholeNumber } from '../options.js';
import { answer, fields, isolated, table, word } from '../output.js';

interface ShowOptions extends ClientOptions {
  readonly id: string;
  readonly version: number;
}

interface SetOptions extends WriteOptions {
  readonly id: string;
  readonly file?: string;
  readonly set?: readonly string[];
  readonly reason: string;
}

interface HistoryOptions extends ClientOptions {
  readonly id: string;
  readonly pageSize: number;
  readonly pageToken: string;
}

/** `vouch policy`: what a tenant decides by. */
export function policyCommand(): Command {
  const idOption = ['--id <id>', "the policy; without it, the tenant's default", ''] as const;
  return newCommand('policy', 'show and set policies')
    .addCommand(
      clientCommand('show', 'show a policy')
        .option(...idOption)
        .option('--version <n>', 'which version; without it, the latest', wholeNumber(1), 0)
        .action(show),
    )
    .addCommand(
      writeCommand('set', 'add a version of a policy; live calls keep the one that they began with')
        .option(...idOption)
        .option('--file <file>', 'the whole policy in JSON, as `show --json` has it')
        .option('--set <name=value>', 'change this of it, for example shadow=true; may be repeated', collect)
        .requiredOption('--reason <text>', 'why; without names of customers')
        .action(set),
    )
    .addCommand(
      clientCommand('history', 'list the versions, the latest first')
        .option('--id <id>', 'of this policy only', '')
        .option('--page-size <n>', 'how many', wholeNumber(1), 100)
        .option('--page-token <token>', 'where to go on', '')
        .action(history),
    );
}

async function show(options: ShowOptions): Promise<void> {
  const { id: policyId, version } = options;
  const response = await connected(options, ({ admin }) => admin.getPolicy({ policyId, version }));
  answer(options, GetPolicyResponse.toJSON(response), response.version ? describe(response.version) : '');
}

async function set(options: SetOptions): Promise<void> {
  const { id: policyId, file, set: changes = [], reason, idempotencyKey } = options;
  if (file === undefined && changes.length === 0) throw new UsageError('--file or --set is needed.');
  const response = await connected(options, async ({ admin }) => {
    const before =
      file === undefined ? (await admin.getPolicy({ policyId })).version?.policy : await readPolicyFile(file);
    if (before === undefined) throw new UsageError('The policy cannot be read: give the whole with --file.');
    const policy = Policy.fromJSON(changed(before, changes));
    return admin.putPolicy({ policyId, policy, reason, idempotencyKey });
  });
  const { id = '', version = 0 } = response.reference ?? {};
  answer(options, PutPolicyResponse.toJSON(response), `${isolated(id)}@${version}`);
}

async function history(options: HistoryOptions): Promise<void> {
  const { id: policyId, pageSize, pageToken } = options;
  const page = await connected(options, ({ admin }) => admin.listPolicies({ policyId, pageSize, pageToken }));
  const rows = page.versions.map(({ reference, createdAt, createdBy, policy, reason }) => [
    `${isolated(reference?.id ?? '')}@${reference?.version ?? 0}`,
    createdAt?.toISOString() ?? '',
    isolated(createdBy),
    policy ? String(policy.targetFalseMatchRate) : '',
    policy?.shadow === true ? 'shadow' : '',
    isolated(reason),
  ]);
  const more = page.nextPageToken === '' ? '' : `\nmore: --page-token ${page.nextPageToken}`;
  const text = table(['policy', 'put', 'by', 'target', 'mode', 'why'], rows) + more;
  answer(options, ListPoliciesResponse.toJSON(page), text);
}

function describe({ reference, policy, createdAt, createdBy, reason }: PolicyVersion): string {
  const told = policy === undefined ? {} : leaves(policy);
  return fields([
    ['policy', `${isolated(reference?.id ?? '')}@${reference?.version ?? 0}`],
    ['sha-256', reference?.sha256],
    ['put', `${createdAt?.toISOString() ?? ''} by ${isolated(createdBy)}`],
    ['why', reason === '' ? undefined : isolated(reason)],
    ...Object.entries(told).map(([name, value]) => [name, shown(name, String(value))] as const),
  ]);
}

/** The fields whose values are words, besides the next actions: their type, and what its names begin with. */
const WORDS = new Map<string, readonly [Readonly<Record<string, string>>, string]>([
  ['replayedCalls', [ReplayedCalls, 'REPLAYED_CALLS']],
  ['syntheticSpeech', [SyntheticSpeech, 'SYNTHETIC_SPEECH']],
]);

function shown(name: string, value: string): string {
  return word(value, WORDS.get(name)?.[1] ?? 'NEXT_ACTION');
}

/** The members of an object by their paths: `enrolment.waitingPeriodMs`. */
function leaves(value: object, path = ''): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]: [string, unknown]) =>
      typeof member === 'object' && member !== null
        ? Object.entries(leaves(member, `${path}${name}.`))
        : [[`${path}${name}`, member]],
    ),
  );
}

/** Every field of a policy with a value of its type, so that a name that is none is found out. */
function everyField(): Record<string, unknown> {
  return leaves(Policy.fromPartial({ enrolment: {}, nextActions: {} }));
}

/** The policy with `name=value` put in. */
function changed(policy: object, changes: readonly string[]): object {
  const known = everyField();
  const copy = structuredClone(policy) as Record<string, unknown>;
  for (const change of changes) {
    const [, name = '', text = ''] = /^([\w.]+)=(.+)$/.exec(change) ?? [];
    const value = readValue(name, text);
    if (!(name in known)) throw new UsageError(noSuchField(name, change));
    if (typeof value !== typeof known[name]) throw new UsageError(`No value for this field: ${change}`);
    const [outer = '', inner] = name.split('.');
    copy[outer] = inner === undefined ? value : { ...(copy[outer] as object | undefined), [inner]: value };
  }
  const unknown = Object.keys(leaves(copy)).filter((name) => !(name in known));
  if (unknown.length > 0) throw new UsageError(`There is no such field of a policy: ${unknown.join(', ')}`);
  return copy;
}

/** Fields within fields are named with them, which is easily forgotten. */
function noSuchField(name: string, change: string): string {
  const meant = Object.keys(everyField()).find((known) => name !== '' && known.endsWith(`.${name}`));
  const hint = meant === undefined ? '`vouch policy show` has their names' : `is ${meant} meant?`;
  return `There is no such field of a policy: ${name || change}; ${hint}`;
}

function readValue(name: string, text: string): unknown {
  const words = WORDS.get(name)?.[0];
  if (words) return readEnum(text, words);
  return name.startsWith('nextActions.') ? readEnum(text, NextAction) : valueOf(text);
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** As `show --json` prints it, or the policy of it alone. */
async function readPolicyFile(file: string): Promise<object> {
  const json = valueOf(await readFile(file, 'utf8'));
  if (typeof json !== 'object' || json === null) throw new UsageError(`${file} holds no policy.`);
  return (json as { version?: { policy?: object } }).version?.policy ?? json;
}

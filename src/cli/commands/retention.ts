import type { Command } from 'commander';
import {
  GetRetentionPolicyResponse,
  PutRetentionPolicyResponse,
  RunRetentionResponse,
  type RetentionPolicy,
} from '../../gen/vouch/v1/retention.js';
import {
  clientCommand,
  newCommand,
  writeCommand,
  type ClientOptions,
  type WriteOptions,
} from '../command.js';
import { connected } from '../connection.js';
import { wholeNumber } from '../options.js';
import { answer, fields, isolated, word } from '../output.js';

type SetOptions = WriteOptions & Partial<RetentionPolicy>;
type RunOptions = ClientOptions & { readonly dryRun: boolean };

/** The limits of the policy by their options, and what each is for. */
const LIMITS: Readonly<Record<keyof RetentionPolicy, readonly [option: string, what: string]>> = {
  inactivityDays: ['inactivity-days', 'without use, speakers are erased'],
  absoluteDays: ['absolute-days', 'speakers are erased, whatever the use'],
  lapsedConsentDays: ['lapsed-consent-days', 'voiceprints wait for consent to a notice that needs it anew'],
  callScoresDays: ['call-scores-days', "a call's events lose their scores"],
  callRowsDays: ['call-rows-days', "a call's rows are deleted"],
  enrolmentJobDays: ['enrolment-job-days', "a batch job's manifest and results are deleted"],
  callFingerprintDays: ['call-fingerprint-days', 'the fingerprint of an accepted call is deleted'],
  evidenceDays: ['evidence-days', 'what is kept of an erased person is destroyed'],
  backupDays: ['backup-days', 'the last backup of the database has expired: for you to see to'],
  idempotencyDays: ['idempotency-days', 'idempotency keys are forgotten'],
};
const NAMES = Object.keys(LIMITS) as (keyof RetentionPolicy)[];

/** `vouch retention`: how long things are kept. */
export function retentionCommand(): Command {
  const set = writeCommand('set', 'change the retention policy; what is not named stays');
  for (const name of NAMES) set.option(`--${LIMITS[name][0]} <n>`, LIMITS[name][1], wholeNumber(1));
  return newCommand('retention', 'show, set or run how long things are kept')
    .addCommand(clientCommand('show', 'show the retention policy').action(show))
    .addCommand(set.action(change))
    .addCommand(
      clientCommand('run', 'take away whose term is over, now; it runs by itself once a day')
        .option('--dry-run', 'only tell what would be taken away', false)
        .action(run),
    );
}

async function show(options: ClientOptions): Promise<void> {
  const response = await connected(options, ({ retention }) => retention.getRetentionPolicy({}));
  answer(options, GetRetentionPolicyResponse.toJSON(response), describe(response));
}

async function change(options: SetOptions): Promise<void> {
  const { idempotencyKey } = options;
  const response = await connected(options, async ({ retention }) => {
    const { policy } = await retention.getRetentionPolicy({});
    const changes = NAMES.filter((name) => options[name] !== undefined).map((name) => [name, options[name]]);
    const changed = { ...policy, ...(Object.fromEntries(changes) as Partial<RetentionPolicy>) };
    return retention.putRetentionPolicy({ policy: changed, idempotencyKey });
  });
  answer(options, PutRetentionPolicyResponse.toJSON(response), `version ${response.version}`);
}

/** An item a line, as they come: there may be many. */
async function run(options: RunOptions): Promise<void> {
  const { dryRun } = options;
  let items = 0;
  await connected(options, async ({ retention }) => {
    for await (const item of retention.runRetention({ dryRun })) {
      items++;
      answer(options, RunRetentionResponse.toJSON(item), describeItem(item, dryRun));
    }
  });
  if (items === 0) answer(options, {}, 'nothing is due');
}

function describe({ policy, version }: GetRetentionPolicyResponse): string {
  const rows = NAMES.map((name): [string, string] => [
    `after ${String(policy?.[name] ?? 0)} days`,
    LIMITS[name][1],
  ]);
  return fields([['version', version === 0 ? 'the default' : String(version)], ...rows]);
}

function describeItem(item: RunRetentionResponse, dryRun: boolean): string {
  const what = `${word(item.kind, 'RETENTION_KIND').toLowerCase().replaceAll('_', ' ')} ${isolated(item.id)}`;
  const why = word(item.rule, 'RETENTION_RULE').toLowerCase().replaceAll('_', ' ');
  const done = item.held ? 'kept: hold or restriction' : dryRun ? 'would go' : 'gone';
  const proof = item.receipt ? `, entry ${item.receipt.chainPosition} of the chain` : '';
  const many = item.count > 1 ? ` (${item.count})` : '';
  return `${done}  ${what.trim()}${many}  ${why}, due ${item.dueAt?.toISOString() ?? ''}${proof}`;
}

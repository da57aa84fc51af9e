import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import {
  CancelEnrolmentJobResponse,
  CreateEnrolmentJobResponse,
  EnrolmentJobState,
  EnrolmentRowResult,
  ExistingVoiceprint,
  GetEnrolmentJobResponse,
  ListEnrolmentJobsResponse,
  type EnrolmentJob,
  type EnrolmentJobRow,
} from '../../gen/vouch/v1/enrolment.js';
import {
  clientCommand,
  newCommand,
  writeCommand,
  type ClientOptions,
  type WriteOptions,
} from '../command.js';
import { connected, type Connection } from '../connection.js';
import { csvLine, LineWriter } from '../csv.js';
import { enumOption, wholeNumber } from '../options.js';
import { answer, fields, table, word } from '../output.js';
import { LiveLine } from '../live-line.js';
import { manifestRequests } from '../streaming.js';

interface CreateOptions extends WriteOptions {
  readonly existing: ExistingVoiceprint;
  readonly recordedBeforeEntry?: boolean;
  readonly onBehalfOf?: string;
  readonly wait?: boolean;
}

interface ListOptions extends ClientOptions {
  readonly pageSize: number;
  readonly pageToken: string;
}

/** How often a job is looked at that is waited for, ms. */
const LOOK_EVERY_MS = 1000;
const PAGE_ROWS = 1000;

/** `vouch enrol batch`: voiceprints from a manifest of recordings. */
export function enrolBatchCommand(): Command {
  const wait = ['--wait', 'stay until the job does not run any more'] as const;
  return newCommand('batch', 'make voiceprints from a manifest of recordings (docs/enrolling-in-batches.md)')
    .addCommand(
      writeCommand('create', 'make a job of a manifest')
        .argument('<manifest>', 'a CSV file')
        .addOption(
          enumOption(
            '--existing <what>',
            'where a voiceprint of the label exists',
            ExistingVoiceprint,
          ).default(ExistingVoiceprint.SKIP, 'skip'),
        )
        .option(
          '--recorded-before-entry',
          'take recordings from before their consent was entered here, if it was given before them',
        )
        .option('--on-behalf-of <id>', 'on whose behalf the voiceprints are made')
        .option(...wait)
        .action(create),
    )
    .addCommand(
      clientCommand('list', 'list jobs, those made last first')
        .option('--page-size <n>', 'how many', wholeNumber(1), 100)
        .option('--page-token <token>', 'where to go on', '')
        .action(list),
    )
    .addCommand(
      clientCommand('status', 'tell how far a job has come')
        .argument('<job>', 'its id')
        .option(...wait)
        .action(status),
    )
    .addCommand(writeCommand('cancel', 'end a job').argument('<job>', 'its id').action(cancel))
    .addCommand(
      clientCommand('report', 'write what came of every row, as CSV')
        .argument('<job>', 'its id')
        .option('--output <file>', 'where to; the standard output without it')
        .action(report),
    );
}

async function create(manifest: string, options: CreateOptions): Promise<void> {
  const { existing, recordedBeforeEntry = false, onBehalfOf = '', idempotencyKey, wait } = options;
  const start = { existing, recordedBeforeEntry, onBehalfOf, idempotencyKey };
  await connected(options, async (connection) => {
    const { job } = await connection.enrolment.createEnrolmentJob(manifestRequests(start, manifest));
    const told = wait === true && job ? await ended(connection, job) : job;
    answer(options, CreateEnrolmentJobResponse.toJSON({ job: told }), describe(told));
  });
}

async function list(options: ListOptions): Promise<void> {
  const { pageSize, pageToken } = options;
  const page = await connected(options, ({ enrolment }) =>
    enrolment.listEnrolmentJobs({ pageSize, pageToken }),
  );
  const rows = page.jobs.map((job) => [
    job.jobId,
    word(job.state, 'ENROLMENT_JOB_STATE'),
    job.createdAt?.toISOString() ?? '',
    progress(job),
  ]);
  const more = page.nextPageToken === '' ? '' : `\nmore: --page-token ${page.nextPageToken}`;
  const text = table(['job', 'state', 'made', 'progress'], rows) + more;
  answer(options, ListEnrolmentJobsResponse.toJSON(page), rows.length === 0 ? 'no jobs' : text);
}

async function status(jobId: string, options: ClientOptions & { readonly wait?: boolean }): Promise<void> {
  await connected(options, async (connection) => {
    const { job } = await connection.enrolment.getEnrolmentJob({ jobId });
    const told = options.wait === true && job ? await ended(connection, job) : job;
    answer(options, GetEnrolmentJobResponse.toJSON({ job: told }), describe(told));
  });
}

async function cancel(jobId: string, options: WriteOptions): Promise<void> {
  const { idempotencyKey } = options;
  const response = await connected(options, ({ enrolment }) =>
    enrolment.cancelEnrolmentJob({ jobId, idempotencyKey }),
  );
  answer(options, CancelEnrolmentJobResponse.toJSON(response), describe(response.job));
}

/** A page at a time: a million rows need no more memory than a thousand. */
async function report(jobId: string, options: ClientOptions & { readonly output?: string }): Promise<void> {
  await connected(options, async ({ enrolment }) => {
    let page = await enrolment.listEnrolmentJobRows({ jobId, pageSize: PAGE_ROWS });
    const writer = await LineWriter.open(options.output);
    try {
      await writer.write(csvLine(COLUMNS));
      for (;;) {
        await writer.write(page.rows.map((row) => csvLine(cellsOf(row))).join(''));
        if (page.nextPageToken === '') break;
        const pageToken = page.nextPageToken;
        page = await enrolment.listEnrolmentJobRows({ jobId, pageSize: PAGE_ROWS, pageToken });
      }
    } finally {
      await writer.close();
    }
  });
}

const COLUMNS = [
  'row',
  'file',
  'speaker',
  'label',
  'result',
  'reason',
  'field',
  'voiceprint_id',
  'finished_at',
];

function cellsOf(row: EnrolmentJobRow): string[] {
  return [
    String(row.row),
    row.file,
    row.speakerId,
    row.label,
    row.result === EnrolmentRowResult.UNSPECIFIED ? '' : word(row.result, 'ENROLMENT_ROW_RESULT'),
    row.reason,
    row.field,
    row.voiceprintId,
    row.finishedAt?.toISOString() ?? '',
  ];
}

async function ended({ enrolment }: Connection, job: EnrolmentJob): Promise<EnrolmentJob> {
  const line = new LiveLine(process.stderr);
  let seen = job;
  while (seen.state === EnrolmentJobState.RUNNING) {
    line.show(progress(seen));
    await sleep(LOOK_EVERY_MS);
    seen = (await enrolment.getEnrolmentJob({ jobId: job.jobId })).job ?? seen;
  }
  line.clear();
  return seen;
}

function progress({ rows, enrolled, skipped, failed }: EnrolmentJob): string {
  return `${enrolled + skipped + failed} of ${rows} rows; enrolled ${enrolled}, skipped ${skipped}, failed ${failed}`;
}

function describe(job: EnrolmentJob | undefined): string {
  if (job === undefined) return '';
  return fields([
    ['job', job.jobId],
    ['state', word(job.state, 'ENROLMENT_JOB_STATE')],
    ['progress', progress(job)],
    ['made', job.createdAt?.toISOString()],
    ['ended', job.endedAt?.toISOString()],
  ]);
}

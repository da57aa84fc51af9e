import { createHash } from 'node:crypto';
import { InvalidArgumentError, type Command } from 'commander';
import { RecordConsentRequest, type DeepPartial } from '../../gen/vouch/v1/consent.js';
import { writeCommand } from '../command.js';
import { connected, type Connection } from '../connection.js';
import { consentEntry, recordOptions, type RecordOptions } from '../consent-options.js';
import { csvLine, LineWriter, readCsv } from '../csv.js';
import { describeFailure, type Failure } from '../failure.js';
import { readSha256, readTime } from '../options.js';

/** The columns of a list of consents, and whether they are required. */
const COLUMNS = {
  speaker: true,
  occurred_at: true,
  evidence_type: true,
  evidence_reference: true,
  evidence_sha256: false,
  expires_at: false,
};

type Row = Readonly<Partial<Record<keyof typeof COLUMNS, string>>>;

/** Entries that are under way at once: the chain takes them one after the other anyway. */
const AT_ONCE = 8;

/** Failures that lie in a row; whatever else ends the import, to be taken up again. */
const OF_A_ROW = new Set(['INVALID_ARGUMENT', 'FAILED_PRECONDITION', 'NOT_FOUND', 'ALREADY_EXISTS']);

/** `vouch consent import`: consents that were given before, from a list. */
export function consentImportCommand(): Command {
  const command = writeCommand(
    'import',
    'record consents from a list, and say what came of each (docs/enrolling-in-batches.md)',
  )
    .argument('<list>', 'a CSV file: speaker, occurred_at, evidence_type, evidence_reference, ...')
    .option('--output <file>', 'where the report goes, as CSV; the standard output without it');
  return recordOptions(command).action(importList);
}

async function importList(
  list: string,
  options: RecordOptions & { readonly output?: string },
): Promise<void> {
  const writer = await LineWriter.open(options.output);
  try {
    await writer.write(csvLine(['row', 'speaker', 'event_id', 'retroactive', 'reason', 'field']));
    await connected(options, (connection) => recordAll(connection, list, options, writer));
  } finally {
    await writer.close();
  }
}

async function recordAll(
  connection: Connection,
  list: string,
  options: RecordOptions,
  writer: LineWriter,
): Promise<void> {
  let first = 1;
  for await (const rows of inBatches(readCsv(list, COLUMNS))) {
    const told = await Promise.all(rows.map((row) => recordRow(connection, options, row)));
    await writer.write(told.map((cells, index) => csvLine([String(first + index), ...cells])).join(''));
    first += rows.length;
    // Done, but not everything as hoped.
    if (told.some((cells) => cells.at(-2) !== '')) process.exitCode = 2;
  }
}

/** Speaker, event, mark, reason, field. */
async function recordRow(connection: Connection, options: RecordOptions, row: Row): Promise<string[]> {
  const speaker = row.speaker ?? '';
  try {
    const request = await requestOf(options, row);
    const { eventId, retroactive } = await connection.consent.recordConsent(request);
    return [speaker, eventId, retroactive ? 'yes' : 'no', '', ''];
  } catch (error) {
    const { reason, field } = rowFailure(error);
    return [speaker, '', '', reason, field];
  }
}

function rowFailure(error: unknown): Pick<Failure, 'reason' | 'field'> {
  if (error instanceof InvalidArgumentError) return { reason: 'FIELD_INVALID', field: '' };
  const failure = describeFailure(error);
  if (!OF_A_ROW.has(failure.status)) throw error;
  return failure;
}

/** The key follows from what is asked, so that a list that is imported again does nothing twice. */
async function requestOf(options: RecordOptions, row: Row): Promise<DeepPartial<RecordConsentRequest>> {
  const { expires_at: expiresAt = '', evidence_sha256: sha256 = '' } = row;
  const entry = await consentEntry(row.speaker ?? '', {
    ...options,
    occurredAt: readTime(row.occurred_at ?? ''),
    evidenceType: row.evidence_type ?? '',
    evidenceReference: row.evidence_reference ?? '',
    ...(sha256 === '' ? {} : { evidenceSha256: readSha256(sha256) }),
    ...(expiresAt === '' ? {} : { expiresAt: readTime(expiresAt) }),
    idempotencyKey: '',
  });
  const asked = JSON.stringify(RecordConsentRequest.toJSON(RecordConsentRequest.fromPartial(entry)));
  return { ...entry, idempotencyKey: `import ${createHash('sha256').update(asked).digest('hex')}` };
}

async function* inBatches(rows: AsyncIterable<Row>): AsyncGenerator<Row[]> {
  let batch: Row[] = [];
  for await (const row of rows) {
    batch.push(row);
    if (batch.length < AT_ONCE) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

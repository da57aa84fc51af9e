import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { ManifestEntry, ManifestRow, RowProblem } from '../domain/enrolment-job.js';
import type { IdentityProofing } from '../domain/people.js';
import { VouchError } from '../errors.js';
import { optionalId, requiredText, validId, validText } from './validate.js';

/** The columns of a manifest; those that are required must be in its heading. */
const COLUMNS = {
  file: true,
  speaker: true,
  channel: false,
  label: false,
  consent_reference: true,
  recorded_at: true,
  proofing_method: true,
  proofing_strength: true,
  proofed_at: true,
  proofing_actor: false,
  proofing_reference: false,
} as const;

type Column = keyof typeof COLUMNS;
type Cells = Readonly<Partial<Record<Column, string>>>;

/** The longest row, bytes: many times what its columns may hold. */
const MOST_ROW_BYTES = 32_768;

/** The longest name of a recording, bytes. */
const MOST_FILE_BYTES = 1024;

/** As many channels as a recording may have, far beyond those that do. */
const MOST_CHANNEL = 31;

/** The label of a voiceprint that was given none. */
export const DEFAULT_LABEL = 'default';

/** A manifest while it is read. */
export interface ManifestReading {
  readonly rows: AsyncIterable<ManifestRow>;
  /** SHA-256 of the bytes read so far, hex. */
  readonly sha256: () => string;
}

/**
 * Reads a manifest: CSV in UTF-8 (RFC 4180) with a heading, piece by piece as it arrives; memory does not grow with it. A
 * row with a wrong value comes with its problem; CSV that is broken, or columns that are not known or missing, end it.
 *
 * @throws MANIFEST_INVALID from the rows, and whatever the pieces throw
 */
export function readManifest(pieces: AsyncIterable<Uint8Array>): ManifestReading {
  const hash = createHash('sha256');
  const hashed = async function* () {
    for await (const piece of pieces) {
      hash.update(piece);
      yield piece;
    }
  };
  return { rows: readRows(hashed()), sha256: () => hash.copy().digest('hex') };
}

async function* readRows(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ManifestRow> {
  const parser = parse({
    bom: true,
    columns: checkHeading,
    max_record_size: MOST_ROW_BYTES,
    skip_empty_lines: true,
    trim: true,
  });
  const source = Readable.from(pieces);
  // What ends the pieces ends the rows with the same error.
  source.once('error', (error) => parser.destroy(error));
  let row = 0;
  try {
    for await (const cells of source.pipe(parser) as AsyncIterable<Cells>) yield readRow(++row, cells);
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new VouchError('MANIFEST_INVALID', {
      field: 'data',
      message: `The manifest is no CSV after row ${row}: ${error.code}.`,
      metadata: { row: String(row + 1), problem: error.code },
    });
  } finally {
    source.destroy();
  }
}

function checkHeading(heading: readonly string[]): string[] {
  const names = heading.map((name) => name.trim());
  const refuse = (message: string) => new VouchError('MANIFEST_INVALID', { field: 'data', message });
  for (const [index, name] of names.entries()) {
    // What a heading holds may be anything, a person's name too: it is told by its place.
    if (!Object.hasOwn(COLUMNS, name)) throw refuse(`Column ${index + 1} has a name that is not known.`);
    if (names.indexOf(name) !== index) throw refuse(`The column ${name} is there twice.`);
  }
  const missing = Object.entries(COLUMNS).find(([name, required]) => required && !names.includes(name));
  if (missing) throw refuse(`The column ${missing[0]} is missing.`);
  return names;
}

/** A value that is wrong does not end the manifest: the row says so in the report. */
function readRow(row: number, cells: Cells): ManifestRow {
  const cell = (column: Column) => cells[column] ?? '';
  try {
    return { row, ...readEntry(cell), problem: null };
  } catch (error) {
    if (!(error instanceof VouchError)) throw error;
    const problem: RowProblem = { reason: error.reason, field: error.field ?? '' };
    const asSent = {
      file: cell('file'),
      speakerId: cell('speaker'),
      label: cell('label'),
      consentReference: cell('consent_reference'),
    };
    return { row, ...asSent, channel: null, recordedAt: null, proofing: null, problem };
  }
}

function readEntry(cell: (column: Column) => string): ManifestEntry {
  return {
    file: requiredText(cell('file'), 'file', MOST_FILE_BYTES),
    speakerId: validId(cell('speaker'), 'speaker'),
    label: cell('label') === '' ? DEFAULT_LABEL : validText(cell('label'), 'label', 64),
    channel: readChannel(cell('channel')),
    consentReference: requiredText(cell('consent_reference'), 'consent_reference', 256),
    recordedAt: readTime(cell('recorded_at'), 'recorded_at'),
    proofing: readProofing(cell),
  };
}

function readProofing(cell: (column: Column) => string): IdentityProofing {
  const method = cell('proofing_method');
  if (method === '') throw new VouchError('PROOFING_REQUIRED', { field: 'proofing_method' });
  const strength = cell('proofing_strength').toUpperCase();
  if (strength !== 'LOW' && strength !== 'MEDIUM' && strength !== 'HIGH') {
    throw new VouchError('FIELD_INVALID', { field: 'proofing_strength' });
  }
  return {
    method: requiredText(method, 'proofing_method', 64),
    strength,
    actor: optionalId(cell('proofing_actor'), 'proofing_actor'),
    reference: optionalId(cell('proofing_reference'), 'proofing_reference'),
    provedAt: readTime(cell('proofed_at'), 'proofed_at'),
  };
}

function readChannel(text: string): number | null {
  if (text === '') return null;
  if (!/^\d{1,2}$/.test(text) || Number(text) > MOST_CHANNEL) {
    throw new VouchError('FIELD_INVALID', { field: 'channel' });
  }
  return Number(text);
}

/** ISO 8601 with its zone. */
function readTime(text: string, field: Column): Date {
  if (text === '') throw new VouchError('FIELD_REQUIRED', { field });
  const time = new Date(text);
  if (Number.isNaN(time.getTime()) || !/T.*(Z|[+-]\d\d:?\d\d)$/.test(text))
    throw new VouchError('FIELD_INVALID', { field });
  // A recording from the future would pass every consent.
  if (time.getTime() > Date.now() + CLOCK_TOLERANCE_MS) throw new VouchError('FIELD_INVALID', { field });
  return time;
}

/** How much faster than ours a clock that stamps recordings may run, ms. */
const CLOCK_TOLERANCE_MS = 5000;

import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { parse } from 'csv-parse';
import { UsageError } from './failure.js';

/** The longest row, bytes. */
const MOST_ROW_BYTES = 32_768;

/** A line of CSV (RFC 4180), with its end. */
export function csvLine(cells: readonly string[]): string {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(',')}\n`;
}

/**
 * Reads the rows of a CSV file with a heading, one after the other. Throws UsageError for a file that is no CSV, or one
 * without a column that is required, or with one that is not known.
 *
 * @param columns by name, whether they are required
 */
export async function* readCsv<Column extends string>(
  path: string,
  columns: Readonly<Record<Column, boolean>>,
): AsyncGenerator<Readonly<Partial<Record<Column, string>>>> {
  const heading = (names: string[]) => {
    const unknown = names.find((name) => !Object.hasOwn(columns, name));
    if (unknown !== undefined) throw new UsageError(`There is no column ${unknown}.`);
    const missing = Object.entries<boolean>(columns).find(
      ([name, required]) => required && !names.includes(name),
    );
    if (missing) throw new UsageError(`The column ${missing[0]} is missing.`);
    return names;
  };
  const source = createReadStream(path);
  const options = {
    bom: true,
    columns: heading,
    max_record_size: MOST_ROW_BYTES,
    skip_empty_lines: true,
    trim: true,
  };
  const parser = parse(options);
  source.once('error', (error) => parser.destroy(error));
  try {
    yield* source.pipe(parser) as AsyncIterable<Partial<Record<Column, string>>>;
  } catch (error) {
    if (error instanceof Error && 'code' in error && String(error.code).startsWith('CSV_')) {
      throw new UsageError(`${path} is no CSV: ${error.message}`);
    }
    throw error;
  } finally {
    source.destroy();
  }
}

/** Writes lines as fast as they are taken: to a file, or to the standard output. */
export class LineWriter {
  private constructor(private readonly file: FileHandle | null) {}

  /** @param path undefined: the standard output */
  static async open(path: string | undefined): Promise<LineWriter> {
    return new LineWriter(path === undefined ? null : await open(path, 'w'));
  }

  async write(lines: string): Promise<void> {
    if (this.file) await this.file.write(lines);
    else if (!process.stdout.write(lines)) await once(process.stdout, 'drain');
  }

  async close(): Promise<void> {
    await this.file?.close();
  }
}

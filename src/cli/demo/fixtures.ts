import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { packageRoot } from '../../package-root.js';

/** A line of fixtures/manifest.csv, as far as the demo needs it. */
interface Fixture {
  readonly path: string;
  /** Who is heard: the same word, the same human. */
  readonly person: string;
  readonly language: string;
  readonly role: 'enrol' | 'call' | 'edge';
  readonly licence: string;
  readonly attribution: string;
}

/** The recordings that came with the software. */
export interface Fixtures {
  /** One recording a person to enrol from. */
  readonly enrolments: readonly Fixture[];
  readonly calls: readonly Fixture[];
  /** Everybody who is to be named, with the licence of the files. */
  readonly credits: readonly string[];
  /** Where a file is. */
  readonly file: (path: string) => string;
}

/** Reads the manifest. */
export async function readFixtures(): Promise<Fixtures> {
  const folder = join(packageRoot(), 'fixtures');
  const manifest = await readFile(join(folder, 'manifest.csv'), 'utf8');
  const rows = parse<Fixture>(manifest, { columns: true, skip_empty_lines: true });
  const voices = rows.filter((row) => row.role !== 'edge');
  return {
    enrolments: rows.filter((row) => row.role === 'enrol'),
    calls: rows.filter((row) => row.role === 'call'),
    credits: [...new Set(voices.map(credit))],
    file: (path) => join(folder, path),
  };
}

function credit({ attribution, licence }: Fixture): string {
  return `${attribution.replace(/; concatenated\/cut.*$/, '')} (${licence})`;
}

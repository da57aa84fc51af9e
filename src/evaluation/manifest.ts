import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse';
import { z } from 'zod';
import { VouchError } from '../errors.js';

const optional = z
  .string()
  .optional()
  .transform((value) => (value === '' ? undefined : value));

/** One row of manifest.csv (docs/evaluation-data.md). Columns that are not named here are ignored. */
const Row = z.object({
  corpus: z.string().min(1),
  speaker: z.string().min(1),
  session: z.string().min(1),
  utterance: z.string().min(1),
  /** Below the folder of the manifest; it may not lead out of it. */
  path: z
    .string()
    .min(1)
    .refine(
      (path) => !path.startsWith('/') && !path.split(/[\\/]/).includes('..'),
      'leads out of the folder',
    ),
  seconds: z.coerce.number().positive(),
  native_rate: z.coerce.number().int().min(8000),
  licence: z.string(),
  sex: optional,
  language: optional,
  device: optional,
  date: optional,
});

export type Utterance = z.infer<typeof Row>;

/** All that one speaker said on one occasion, in the order of the manifest. */
export interface SpeechSession {
  readonly corpus: string;
  readonly speaker: string;
  readonly session: string;
  /** Relative to the folder of the manifest. */
  readonly paths: readonly string[];
  readonly seconds: number;
  /** Recorded at 8 kHz: it has been through a telephone line already. */
  readonly telephone: boolean;
  /** As the manifest has them. */
  readonly sex: string | undefined;
  readonly language: string | undefined;
  readonly device: string | undefined;
}

/** Rows of a CSV file as a schema has them. Throws FIELD_INVALID with the line of the first that does not fit. */
export async function* readCsv<Schema extends z.ZodType>(
  path: string,
  schema: Schema,
): AsyncGenerator<z.infer<Schema>> {
  const parser = createReadStream(path).pipe(
    parse({ columns: true, bom: true, trim: true, skip_empty_lines: true }),
  );
  let line = 1;
  for await (const record of parser) {
    line++;
    const row = schema.safeParse(record);
    if (!row.success) {
      const problem = row.error.issues[0];
      throw new VouchError('FIELD_INVALID', {
        field: problem?.path.join('.') ?? 'row',
        message: `${path}, row ${line}: ${problem?.path.join('.') ?? ''} ${problem?.message ?? 'is malformed'}`,
      });
    }
    yield row.data;
  }
}

/**
 * Reads `manifest.csv` of a folder and brings together what belongs to one session. Sessions of a speaker are in the
 * order of their dates where all have one, else in that of the manifest.
 * @throws VouchError FIELD_INVALID for a malformed row.
 */
export async function readManifest(dir: string): Promise<SpeechSession[]> {
  const sessions = new Map<string, { rows: Utterance[] }>();
  for await (const row of readCsv(join(dir, 'manifest.csv'), Row)) {
    const key = JSON.stringify([row.corpus, row.speaker, row.session]);
    const session = sessions.get(key) ?? { rows: [] };
    session.rows.push(row);
    sessions.set(key, session);
  }
  return inOrder([...sessions.values()].map(({ rows }) => rows)).map((rows) => {
    const [first] = rows;
    if (!first) throw new Error('a session has a row');
    return {
      corpus: first.corpus,
      speaker: first.speaker,
      session: first.session,
      paths: rows.map(({ path }) => path),
      seconds: rows.reduce((sum, { seconds }) => sum + seconds, 0),
      telephone: rows.every((row) => row.native_rate === 8000),
      sex: first.sex,
      language: first.language,
      device: first.device,
    };
  });
}

function inOrder(sessions: Utterance[][]): Utterance[][] {
  if (sessions.some(([first]) => first?.date === undefined)) return sessions;
  return sessions.sort(([a], [b]) => (a?.date ?? '').localeCompare(b?.date ?? ''));
}

/** The sessions of each speaker of each corpus. */
export function bySpeaker(sessions: readonly SpeechSession[]): Map<string, Map<string, SpeechSession[]>> {
  const corpora = new Map<string, Map<string, SpeechSession[]>>();
  for (const session of sessions) {
    const speakers = corpora.get(session.corpus) ?? new Map<string, SpeechSession[]>();
    corpora.set(session.corpus, speakers);
    speakers.set(session.speaker, [...(speakers.get(session.speaker) ?? []), session]);
  }
  return corpora;
}

/** Less audio than two windows in a speaker's only session, seconds: nothing could be enrolled and something left to test. */
const SHORTEST_ONLY_SESSION = 6;

/** Whether a session can be in any trial. */
export function isMeasurable(session: SpeechSession, all: readonly SpeechSession[]): boolean {
  return session.seconds >= SHORTEST_ONLY_SESSION || !isOnlySession(session, all);
}

/** Whether a speaker of a corpus has one session alone. */
export function isOnlySession(session: SpeechSession, all: readonly SpeechSession[]): boolean {
  return !all.some(
    (other) => other !== session && other.corpus === session.corpus && other.speaker === session.speaker,
  );
}

import { access } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { readConfig } from '../config.js';
import { readModelsManifest, type Precision } from '../embedding/index.js';
import { VouchError } from '../errors.js';
import { CONDITIONS, embedSpeech, readManifest, type SpeechSession } from '../evaluation/index.js';
import { packageRoot } from '../package-root.js';
import { newCommand } from './command.js';
import { UsageError } from './failure.js';
import { LiveLine } from './live-line.js';
import { wholeNumber } from './options.js';

/** What commands take that work on a folder of speech. */
export interface SpeechFolderOptions {
  readonly data: string;
  readonly noise?: string;
  readonly cache?: string;
  readonly corpora?: readonly string[];
  readonly conditions: readonly string[];
  readonly speakers: 'all' | 'first-half' | 'second-half';
  readonly workers: number;
  readonly replicates: number;
}

const list = (text: string): string[] => text.split(',').map((name) => name.trim());

/** A command that works on a folder of speech. */
export function speechFolderCommand(name: string, description: string): Command {
  return newCommand(name, description)
    .option('--debug', 'show where an error came from')
    .option(
      '--noise <dir>',
      'noise and room responses, with a manifest.csv; else the folder `noise` of the data, else generated',
    )
    .option('--cache <dir>', 'where embeddings are kept; by default evaluation-cache below VOUCH_DATA_DIR')
    .option('--corpora <names>', 'only these, separated by commas', list)
    .option(
      '--conditions <names>',
      'only these, separated by commas',
      list,
      CONDITIONS.map(({ id }) => id),
    )
    .addOption(
      new Option('--speakers <which>', 'only one half of the speakers of each corpus')
        .choices(['all', 'first-half', 'second-half'])
        .default('all'),
    )
    .option('--workers <n>', 'worker threads', wholeNumber(1), availableParallelism())
    .option('--replicates <n>', 'replicates of the bootstrap', wholeNumber(1), 400);
}

/**
 * Reads a folder of speech and embeds what is not in the cache, with a line that tells how far it is.
 * @param use whether a session is used at all.
 */
export async function openSpeechFolder(
  options: SpeechFolderOptions,
  use: (session: SpeechSession, all: readonly SpeechSession[]) => boolean = () => true,
) {
  const unknown = options.conditions.find((id) => !CONDITIONS.some((condition) => condition.id === id));
  if (unknown !== undefined) throw new UsageError(`There is no condition ${unknown}.`);
  const { modelPrecision, dataDir } = readConfig();
  const { modelsDir } = await readModels();
  const all = await readManifest(options.data);
  const sessions = chooseSessions(
    all.filter((session) => use(session, all)),
    options,
  );
  const line = new LiveLine(process.stderr);
  const request = {
    options: {
      modelsDir,
      precision: modelPrecision,
      windowSamples: 0,
      dataDir: options.data,
      noiseDir: options.noise ?? (await noiseOf(options.data)),
      cacheDir: options.cache ?? join(dataDir, 'evaluation-cache'),
    },
    sessions,
    conditions: options.conditions,
    workers: options.workers,
    onProgress: (done: number, total: number) => {
      const bar = '#'.repeat(Math.round((30 * done) / total)).padEnd(30, '.');
      line.show(`embedding [${bar}] ${done} of ${total} sessions`);
    },
  };
  const speech = await embedSpeech(request);
  line.clear();
  /** The same speech, embedded in another way. */
  const embedOtherwise = async (changed: { precision?: Precision; windowSamples?: number }) => {
    const other = await embedSpeech({ ...request, options: { ...request.options, ...changed } });
    line.clear();
    return other;
  };
  return { sessions, speech, modelsDir, embedOtherwise };
}

/** The sessions of the corpora and of the half of their speakers that are asked for; halves alternate by name. */
function chooseSessions(
  all: readonly SpeechSession[],
  { corpora, speakers }: SpeechFolderOptions,
): SpeechSession[] {
  const wanted = all.filter(({ corpus }) => corpora?.includes(corpus) ?? true);
  if (wanted.length === 0)
    throw new VouchError('FIELD_INVALID', { field: 'corpora', message: 'No speech to measure.' });
  if (speakers === 'all') return wanted;
  const names = [...new Set(wanted.map(({ corpus, speaker }) => `${corpus}/${speaker}`))].sort();
  const half = speakers === 'first-half' ? 0 : 1;
  return wanted.filter(({ corpus, speaker }) => names.indexOf(`${corpus}/${speaker}`) % 2 === half);
}

async function noiseOf(dir: string): Promise<string | undefined> {
  const noise = join(dir, 'noise');
  return access(join(noise, 'manifest.csv')).then(
    () => noise,
    () => undefined,
  );
}

/** Where the models are, and the hashes of the graphs of each embedding space. */
export async function readModels() {
  const config = readConfig();
  const modelsDir = config.modelsDir === '' ? join(packageRoot(), 'models') : config.modelsDir;
  const { speakerEmbedding } = await readModelsManifest(modelsDir);
  const spaces = new Set(speakerEmbedding.map(({ space }) => space));
  const hashesOf = (id: string) =>
    speakerEmbedding.filter(({ space }) => space === id).map(({ sha256 }) => sha256);
  return { modelsDir, models: Object.fromEntries([...spaces].map((id) => [id, hashesOf(id)])) };
}

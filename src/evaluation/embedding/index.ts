import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LEVEL_CONDITION, ENROLMENT_CONDITION, noiseId } from '../conditions/index.js';
import { isOnlySession, type SpeechSession } from '../manifest.js';
import { cacheKey, readEntry } from './cache.js';
import { BASELINE_CONDITIONS } from './embed-session.js';
import { fingerprintPipeline, type PipelineFingerprint } from './fingerprint.js';
import { runJobs } from './run-jobs.js';
import type { EmbeddedSession, EmbeddingOptions, SessionJob, SessionPart, Splice } from './types.js';

export { embedAudio } from './embed-audio.js';
export type { EmbeddedSession, Splice } from './types.js';

/** Sessions that are embedded, or will be: entries are read from the cache when asked for. */
export interface EmbeddedSpeech {
  readonly pipeline: PipelineFingerprint;
  read(session: SpeechSession, condition: string): Promise<EmbeddedSession>;
  /** Embeds spliced calls that are not in the cache yet; in their order. */
  embedSplices(
    splices: readonly Splice[],
    onProgress: (done: number, total: number) => void,
  ): Promise<EmbeddedSession[]>;
}

export interface EmbedRequest {
  readonly options: EmbeddingOptions;
  readonly sessions: readonly SpeechSession[];
  readonly conditions: readonly string[];
  readonly workers: number;
  readonly onProgress: (done: number, total: number) => void;
}

/** Changes with what is embedded of a session besides its windows (layout.ts). */
const LAYOUT = '3';
/** The same where baselines are embedded. */
const BASELINE_LAYOUT = '4';

/**
 * Embeds what is not in the cache yet, on worker threads. An entry's key holds the hash of the audio, the condition, the
 * noise and the fingerprint of the pipeline.
 */
export async function embedSpeech(request: EmbedRequest): Promise<EmbeddedSpeech> {
  const { options, sessions } = request;
  const pipeline = await fingerprintPipeline(options);
  const noise = await noiseId(options.noiseDir);
  const conditions = [...new Set([LEVEL_CONDITION, ENROLMENT_CONDITION, ...request.conditions])];
  const keys = new Map<SpeechSession, Map<string, string>>();
  const jobs: SessionJob[] = [];
  for (const session of sessions) {
    const onlySession = isOnlySession(session, sessions);
    const audio = await hashAudio(options.dataDir, session);
    const entries = conditions.map((id) => {
      const { corpus, speaker, session: name } = session;
      const layout = BASELINE_CONDITIONS.includes(id) ? BASELINE_LAYOUT : LAYOUT;
      const parts = [layout, audio, id, noise, pipeline.hash, corpus, speaker, name, String(onlySession)];
      return { id, key: cacheKey(parts) };
    });
    keys.set(session, new Map(entries.map(({ id, key }) => [id, key])));
    const missing: { id: string; key: string }[] = [];
    const cached: Record<string, string> = {};
    for (const { id, key } of entries) {
      if (await readEntry(options.cacheDir, key)) cached[id] = key;
      else missing.push({ id, key });
    }
    if (missing.length > 0) jobs.push({ kind: 'session', session, onlySession, conditions: missing, cached });
  }
  let done = 0;
  await runJobs(options, jobs, request.workers, () => {
    request.onProgress(++done, jobs.length);
  });
  return {
    pipeline,
    read: async (session, condition) => {
      const entry = await readEntry(options.cacheDir, keys.get(session)?.get(condition) ?? '');
      if (!entry)
        throw new Error(`not embedded: ${session.corpus}/${session.speaker}/${session.session} ${condition}`);
      return entry;
    },
    embedSplices: async (splices, onProgress) => {
      const keyed = splices.map((splice) => ({ ...splice, key: spliceKey(splice, keys) }));
      await embedMissing(keyed, request, onProgress);
      const entries = await Promise.all(keyed.map(({ key }) => readEntry(options.cacheDir, key)));
      return entries.map((entry) => entry!);
    },
  };
}

type Keys = ReadonlyMap<SpeechSession, ReadonlyMap<string, string>>;

/** The entries of both sessions stand for their audio, the condition and the pipeline. */
function spliceKey({ condition, before, after }: Splice, keys: Keys): string {
  const part = ({ session, levelDbfs, fromMs, toMs }: SessionPart) => [
    keys.get(session)?.get(condition),
    levelDbfs,
    fromMs,
    toMs,
  ];
  return cacheKey([JSON.stringify(part(before)), JSON.stringify(part(after))]);
}

async function embedMissing(
  keyed: readonly (Splice & { readonly key: string })[],
  { options, workers }: EmbedRequest,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  // One job for each first speaker's session: it is decoded once.
  const jobs = new Map<SpeechSession, (Splice & { readonly key: string })[]>();
  for (const splice of keyed) {
    if (await readEntry(options.cacheDir, splice.key)) continue;
    const job = jobs.get(splice.before.session);
    if (job) job.push(splice);
    else jobs.set(splice.before.session, [splice]);
  }
  let done = 0;
  const all = [...jobs.values()].map((splices) => ({ kind: 'splices' as const, splices }));
  await runJobs(options, all, workers, () => {
    onProgress(++done, jobs.size);
  });
}

async function hashAudio(dataDir: string, session: SpeechSession): Promise<string> {
  const hash = createHash('sha256');
  for (const path of session.paths) hash.update(await readFile(join(dataDir, path)));
  return hash.update(String(session.telephone)).digest('hex');
}

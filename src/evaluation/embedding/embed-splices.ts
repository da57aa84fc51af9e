import type { SpeechModels } from '../../embedding/index.js';
import { TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import { CONDITIONS, type NoiseBank } from '../conditions/index.js';
import type { SpeechSession } from '../manifest.js';
import { writeEntry } from './cache.js';
import { embedAudio } from './embed-audio.js';
import { applyAll, readSession, USUAL_LEVEL_DBFS } from './embed-session.js';
import type { EmbeddingOptions, SpliceJob } from './types.js';

/** Makes calls in which the speaker changes, embeds them and writes what comes of it to the cache. */
export async function embedSplices(
  models: SpeechModels,
  loadBank: () => Promise<NoiseBank>,
  options: EmbeddingOptions,
  { splices }: SpliceJob,
): Promise<void> {
  const sessions = new Map<string, Float32Array>();
  const heard = async (session: SpeechSession, condition: string, levelDbfs: number | null) => {
    const key = JSON.stringify([session.speaker, session.session, condition]);
    const known = sessions.get(key);
    if (known) return known;
    const recorded = await readOnce(options.dataDir, session);
    const chosen = CONDITIONS.filter(({ id }) => id === condition);
    const [changed] = await applyAll(chosen, recorded, levelDbfs ?? USUAL_LEVEL_DBFS, loadBank, session);
    sessions.set(key, changed!);
    return changed!;
  };
  const calls: Float32Array[] = [];
  for (const { condition, before, after } of splices) {
    const parts: Float32Array[] = [];
    for (const { session, levelDbfs, fromMs, toMs } of [before, after]) {
      const samples = await heard(session, condition, levelDbfs);
      parts.push(samples.subarray(samplesOf(fromMs), samplesOf(toMs)));
    }
    const call = new Float32Array(parts[0]!.length + parts[1]!.length);
    call.set(parts[0]!);
    call.set(parts[1]!, parts[0]!.length);
    calls.push(call);
  }
  const embedded = await embedAudio(models, models.extractors[0]!.windowSamples, calls, () => []);
  for (const [i, { key }] of splices.entries()) await writeEntry(options.cacheDir, key, embedded[i]!);
}

/** Sessions that stay decoded; at 8 kHz a session of a minute has 2 MB. */
const MOST_DECODED = 64;
const decoded = new Map<string, Promise<Float32Array>>();

/** A session may be a hundred files and comes in many splices: those that were wanted last stay decoded. */
function readOnce(dataDir: string, session: SpeechSession): Promise<Float32Array> {
  const key = JSON.stringify([session.corpus, session.speaker, session.session]);
  const recorded = decoded.get(key) ?? readSession(dataDir, session);
  decoded.delete(key);
  decoded.set(key, recorded);
  const [oldest] = decoded.keys();
  if (decoded.size > MOST_DECODED && oldest !== undefined) decoded.delete(oldest);
  return recorded;
}

function samplesOf(ms: number): number {
  return Math.round((ms * TELEPHONE_RATE_HZ) / 1000);
}

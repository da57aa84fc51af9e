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
  const recordings = new Map<SpeechSession, Promise<Float32Array>>();
  // A session may be a hundred files: it is decoded once, whatever the conditions.
  const read = (session: SpeechSession) => {
    const recorded = recordings.get(session) ?? readSession(options.dataDir, session);
    recordings.set(session, recorded);
    return recorded;
  };
  const sessions = new Map<string, Float32Array>();
  const heard = async (session: SpeechSession, condition: string, levelDbfs: number | null) => {
    const key = JSON.stringify([session.speaker, session.session, condition]);
    const known = sessions.get(key);
    if (known) return known;
    const recorded = await read(session);
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

function samplesOf(ms: number): number {
  return Math.round((ms * TELEPHONE_RATE_HZ) / 1000);
}

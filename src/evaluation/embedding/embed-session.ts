import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecording } from '../../audio/index.js';
import { TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import type { SpeechModels } from '../../embedding/index.js';
import {
  CONDITIONS,
  ENROLMENT_CONDITION,
  LEVEL_CONDITION,
  type Condition,
  type NoiseBank,
} from '../conditions/index.js';
import { wantedPieces } from '../layout.js';
import type { SpeechSession } from '../manifest.js';
import { seededRandom, seedOf } from '../random.js';
import { readEntry, writeEntry } from './cache.js';
import { embedAudio, type EmbeddedWindows } from './embed-audio.js';
import type { EmbeddedSession, EmbeddingOptions, SessionJob } from './types.js';

/** Silence between two utterances of one session, and around them. */
const GAP_SAMPLES = 0.3 * TELEPHONE_RATE_HZ;
/** Most of the time goes into starting ffmpeg. */
const DECODED_AT_ONCE = 4;
/** Conditions whose tests are also embedded in one piece each, for the plain baseline. */
export const BASELINE_CONDITIONS: readonly string[] = ['as-recorded', 'mulaw'];
/** What is taken for the level of a session in which no speech was found. */
export const USUAL_LEVEL_DBFS = -26;

/** The utterances of a session one after the other, at 8 kHz: short prompts become one call. */
export async function readSession(dataDir: string, session: SpeechSession): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (let at = 0; at < session.paths.length; at += DECODED_AT_ONCE) {
    const files = session.paths.slice(at, at + DECODED_AT_ONCE);
    const recordings = files.map(async (path) =>
      decodeRecording({ bytes: await readFile(join(dataDir, path)) }),
    );
    parts.push(...(await Promise.all(recordings)).map(({ samples }) => samples));
  }
  const length = parts.reduce((sum, part) => sum + part.length + GAP_SAMPLES, GAP_SAMPLES);
  const joined = new Float32Array(length);
  let at = GAP_SAMPLES;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length + GAP_SAMPLES;
  }
  return joined;
}

/**
 * Decodes a session, sends it through each condition, embeds it and writes what comes of it to the cache. Conditions are
 * seeded by speaker and session, so that every run hears the same.
 */
export async function embedSession(
  models: SpeechModels,
  loadBank: () => Promise<NoiseBank>,
  options: EmbeddingOptions,
  job: SessionJob,
): Promise<void> {
  const { session, onlySession } = job;
  const windowSamples = options.windowSamples || models.extractors[0]!.windowSamples;
  const samples = await readSession(options.dataDir, session);
  const wanted = (condition: Condition, tested: EmbeddedWindows, enrolled: EmbeddedWindows) =>
    wantedPieces(tested, enrolled, onlySession, windowSamples, BASELINE_CONDITIONS.includes(condition.id));
  // The level of noise rests on the first of the two, and where tests begin on the second.
  const bases = [conditionOf(LEVEL_CONDITION), conditionOf(ENROLMENT_CONDITION)];
  const based =
    (await readBases(options.cacheDir, job)) ??
    (await embedAudio(
      models,
      windowSamples,
      await applyAll(bases, samples, USUAL_LEVEL_DBFS, loadBank, session),
      (i, all) => wanted(bases[i]!, all[i]!, all[1]!),
    ));
  const others = CONDITIONS.filter(
    (each) => !bases.includes(each) && job.conditions.some(({ id }) => id === each.id),
  );
  const levelDbfs = based[0]!.levelDbfs ?? USUAL_LEVEL_DBFS;
  const changed = await applyAll(others, samples, levelDbfs, loadBank, session);
  const embedded = await embedAudio(models, windowSamples, changed, (i, all) =>
    wanted(others[i]!, all[i]!, based[1]!),
  );
  for (const { id, key } of job.conditions) {
    const at = [...bases, ...others].findIndex((condition) => condition.id === id);
    await writeEntry(options.cacheDir, key, [...based, ...embedded][at]!);
  }
}

/** The two conditions that the others rest on, where both are there already. */
async function readBases(cacheDir: string, { cached }: SessionJob): Promise<EmbeddedSession[] | undefined> {
  const [level, enrolment] = [cached[LEVEL_CONDITION], cached[ENROLMENT_CONDITION]];
  if (level === undefined || enrolment === undefined) return undefined;
  const entries = [await readEntry(cacheDir, level), await readEntry(cacheDir, enrolment)];
  return entries.flatMap((entry) => entry ?? []);
}

function conditionOf(id: string): Condition {
  return CONDITIONS.find((condition) => condition.id === id)!;
}

/** A session as conditions leave it. */
export async function applyAll(
  conditions: readonly Condition[],
  samples: Float32Array,
  levelDbfs: number,
  loadBank: () => Promise<NoiseBank>,
  { corpus, speaker, session, telephone }: SpeechSession,
): Promise<Float32Array[]> {
  const changed: Float32Array[] = [];
  for (const condition of conditions) {
    const random = seededRandom(seedOf(JSON.stringify([condition.id, corpus, speaker, session])));
    const speechRms = 10 ** (levelDbfs / 20);
    changed.push(await condition.apply({ samples, telephone, speechRms, loadBank, random }));
  }
  return changed;
}

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecording } from '../../audio/index.js';
import { TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import { bySpeaker, type SpeechSession } from '../manifest.js';

/** A speaker's calls, each at 8 kHz. */
export interface SpeakerCalls {
  readonly corpus: string;
  readonly speaker: string;
  readonly calls: readonly Float32Array[];
  /** The how manieth speaker this is, and of how many; some of those have one call alone, and are left out. */
  readonly number: number;
  readonly outOf: number;
}

/** Utterances of a speaker's only session are put together to calls of at least this, s. */
const SHORTEST_CALL_S = 6;
/** No call is longer, s. */
const LONGEST_CALL_S = 45;
/** Silence between utterances, and around them, s. */
const GAP_S = 0.3;

/**
 * The speech of each speaker as several calls: a session a call; where there is one session alone, utterances that follow
 * each other are. Speakers with fewer than two calls are left out.
 */
export async function* speakerCalls(
  dataDir: string,
  sessions: readonly SpeechSession[],
): AsyncGenerator<SpeakerCalls> {
  const corpora = [...bySpeaker(sessions)];
  const outOf = corpora.reduce((sum, [, speakers]) => sum + speakers.size, 0);
  let number = 0;
  for (const [corpus, speakers] of corpora) {
    for (const [speaker, own] of speakers) {
      number++;
      const read = await Promise.all(own.map(async ({ paths }) => readAll(dataDir, paths)));
      const parts = read.length > 1 ? read : together(read[0] ?? []);
      if (parts.length > 1) yield { corpus, speaker, number, outOf, calls: parts.map(joined) };
    }
  }
}

async function readAll(dataDir: string, paths: readonly string[]): Promise<Float32Array[]> {
  const utterances: Float32Array[] = [];
  for (const path of paths) {
    utterances.push((await decodeRecording({ bytes: await readFile(join(dataDir, path)) })).samples);
  }
  return utterances;
}

function together(utterances: readonly Float32Array[]): Float32Array[][] {
  const calls: Float32Array[][] = [];
  let samples = Infinity;
  for (const utterance of utterances) {
    if (samples >= SHORTEST_CALL_S * TELEPHONE_RATE_HZ) {
      calls.push([]);
      samples = 0;
    }
    calls.at(-1)?.push(utterance);
    samples += utterance.length;
  }
  return calls;
}

function joined(utterances: readonly Float32Array[]): Float32Array {
  const gap = GAP_S * TELEPHONE_RATE_HZ;
  const whole = new Float32Array(utterances.reduce((sum, { length }) => sum + length + gap, gap));
  let at = gap;
  for (const utterance of utterances) {
    whole.set(utterance, at);
    at += utterance.length + gap;
  }
  return whole.subarray(0, LONGEST_CALL_S * TELEPHONE_RATE_HZ);
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeRecording, type Recording } from '../../audio/index.js';
import type { EmbeddingSpace } from '../../domain/speech.js';
import { loadModels } from '../../embedding/index.js';
import { packageRoot } from '../../package-root.js';
import { CONDITIONS, generateNoise } from '../conditions/index.js';
import { embedAudio } from './embed-audio.js';
import { applyAll } from './embed-session.js';
import type { EmbeddingOptions } from './types.js';

/** Real speech that comes with the software: from a telephone line, and wideband. */
const PROBES = ['fixtures/carlo_it/call-1.wav', 'fixtures/edge/wideband-16k.wav'];

/** The pipeline as it is, by what it makes of known speech. */
export interface PipelineFingerprint {
  readonly hash: string;
  readonly windowSamples: number;
  readonly spaces: readonly EmbeddingSpace[];
}

/**
 * Sends known speech through the pipeline and every condition of this software and hashes what comes out, so that no
 * cached embedding outlives a change of any stage, and no harmless edit throws embeddings away.
 */
export async function fingerprintPipeline(options: EmbeddingOptions): Promise<PipelineFingerprint> {
  const models = await loadModels(options.modelsDir, options.precision);
  try {
    const windowSamples = options.windowSamples || models.extractors[0]!.windowSamples;
    const probes = PROBES.map(async (path) =>
      decodeRecording({ bytes: await readFile(join(packageRoot(), path)) }),
    );
    const [{ samples }, wideband] = (await Promise.all(probes)) as [Recording, Recording];
    const [embedded] = await embedAudio(models, windowSamples, [samples], () => [
      { first: 1, samples: 32_000 },
    ]);
    const session = {
      corpus: '',
      speaker: '',
      session: '',
      paths: [],
      seconds: 0,
      telephone: false,
      sex: undefined,
      language: undefined,
      device: undefined,
    };
    const bank = generateNoise();
    const changed = await applyAll(CONDITIONS, samples, -26, () => Promise.resolve(bank), session);
    const hash = createHash('sha256').update(
      JSON.stringify([windowSamples, [...changed, wideband.samples].map(summarise)]),
    );
    for (const { vectors, quality, netSpeechMs, startMs } of embedded!.windows) {
      hash.update(
        JSON.stringify([
          netSpeechMs,
          startMs,
          quality,
          Object.entries(vectors).map(([id, v]) => [id, summarise(v)]),
        ]),
      );
    }
    hash.update(
      JSON.stringify(
        embedded!.pieces.map(({ first, vectors }) => [first, Object.values(vectors).map(summarise)]),
      ),
    );
    return { hash: hash.digest('hex'), windowSamples, spaces: models.extractors.map(({ space }) => space) };
  } finally {
    await models.release();
  }
}

/** A few numbers of a signal, rounded, so that another processor's last bits do not count. */
function summarise(values: Float32Array): string[] {
  const sums = [0, 0, 0];
  values.forEach((value, i) => {
    sums[0]! += value * value;
    sums[1]! += value * (i % 7);
    sums[2]! += value * (i % 11);
  });
  return sums.map((sum) => sum.toPrecision(4));
}

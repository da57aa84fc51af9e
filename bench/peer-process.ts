/* A peer: the speaker extractor of sherpa-onnx, in a process of its own, since it brings its own ONNX Runtime. */
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { MODELS_DIR } from './audio.js';
import { answerParent } from './processes.js';
import { cpuOf, sum } from './statistics.js';

/** What is used of it; it has no types of its own. */
interface SherpaOnnx {
  readonly SpeakerEmbeddingExtractor: new (config: {
    readonly model: string;
    readonly numThreads: number;
    readonly debug: number;
  }) => {
    createStream(): {
      acceptWaveform(wave: { readonly sampleRate: number; readonly samples: Float32Array }): void;
      inputFinished(): void;
    };
    compute(stream: object): Float32Array;
  };
}

const handlers = {
  /** CPU of its front end and a graph of ours, ms a second of speech; a sentence where it is not installed. */
  sherpaOnnx: async ({ file, windows }: { file: string; windows: readonly Float32Array[] }) => {
    let sherpa: SherpaOnnx;
    try {
      sherpa = createRequire(import.meta.url)('sherpa-onnx-node') as SherpaOnnx;
    } catch (error) {
      return error instanceof Error ? error.message.split('\n')[0]! : String(error);
    }
    const model = join(MODELS_DIR, file);
    const extractor = new sherpa.SpeakerEmbeddingExtractor({ model, numThreads: 1, debug: 0 });
    const embed = (samples: Float32Array): void => {
      const stream = extractor.createStream();
      stream.acceptWaveform({ sampleRate: 16_000, samples });
      stream.inputFinished();
      extractor.compute(stream);
    };
    for (const window of windows.slice(0, 2)) embed(window);
    const ms = await cpuOf(() => {
      for (const window of windows) embed(window);
    });
    return ms / (sum(windows.map(({ length }) => length)) / 16_000);
  },
};

export type PeerHandlers = typeof handlers;

answerParent(handlers);

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Tensor, type InferenceSession } from 'onnxruntime-node';
import { createFrontEnd, type FrontEnd, type GraphInput } from '../../src/embedding/front-end.js';
import { readModelsManifest } from '../../src/embedding/index.js';
import { openOnnxSession } from '../../src/speech-activity/index.js';
import { MODELS_DIR } from '../audio.js';

/** A speaker graph and what turns speech into its input. */
export interface SpeakerGraph {
  readonly space: string;
  readonly file: string;
  readonly frontEnd: FrontEnd;
  run(input: GraphInput): Promise<unknown>;
}

/** A graph a space, of the precision that the service chose. */
export async function openSpeakerGraphs(precision: 'fp32' | 'int8'): Promise<SpeakerGraph[]> {
  const { speakerEmbedding } = await readModelsManifest(MODELS_DIR);
  const spaces = new Set(speakerEmbedding.map(({ space }) => space));
  return Promise.all(
    [...spaces].map(async (space) => {
      const graphs = speakerEmbedding.filter((model) => model.space === space);
      const model = graphs.find(({ variant }) => variant === precision) ?? graphs[0]!;
      const session = await openOnnxSession(await readFile(join(MODELS_DIR, model.file)));
      const { name } = model.inputs[0]!;
      return {
        space,
        file: model.file,
        frontEnd: createFrontEnd(model),
        run: ({ data, shape }) => session.run({ [name]: new Tensor('float32', data, shape) }),
      };
    }),
  );
}

/** Speech activity, frame by frame. */
export async function openActivityGraph(): Promise<(chunks: readonly Float32Array[]) => Promise<void>> {
  const { speechActivity } = await readModelsManifest(MODELS_DIR);
  const session = await openOnnxSession(await readFile(join(MODELS_DIR, speechActivity.file)));
  const { contextSamples } = speechActivity.frontEnd.chunks.find(
    ({ sampleRateHz }) => sampleRateHz === 16_000,
  )!;
  return async (chunks) => {
    let state: Tensor = new Tensor('float32', new Float32Array(256), [2, 1, 128]);
    let context = new Float32Array(contextSamples);
    for (const chunk of chunks) {
      const input = new Float32Array(contextSamples + chunk.length);
      input.set(context);
      input.set(chunk, contextSamples);
      context = input.slice(-contextSamples);
      const inputs: Record<string, Tensor> = {
        input: new Tensor('float32', input, [1, input.length]),
        state,
      };
      const results: InferenceSession.ReturnType = await session.run(inputs);
      state = results['stateN']!;
    }
  };
}

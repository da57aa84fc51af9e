import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { referenceSignal } from '../../src/embedding/reference-signal.js';
import { loudnessGraph } from './onnx.js';
import { MODELS_DIR } from './speech.js';

type Entry = Record<string, unknown> & { id: string; file: string; sha256: string };

/** What a models.json says. */
export interface ModelsFile {
  readonly models: Entry[];
}

export function entry(manifest: ModelsFile, id: string): Entry {
  return manifest.models.find((model) => model.id === id)!;
}

/** The models folder again, with changes to models.json and with files replaced. Whoever asks for it removes it. */
export async function modelsFolder(
  change: (manifest: ModelsFile) => void,
  files: Readonly<Record<string, Uint8Array | string>> = {},
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'vouch-models-'));
  for (const name of await readdir(MODELS_DIR))
    if (name !== 'models.json' && !(name in files)) await symlink(join(MODELS_DIR, name), join(dir, name));
  for (const [name, contents] of Object.entries(files)) await writeFile(join(dir, name), contents);
  const manifest = JSON.parse(await readFile(join(MODELS_DIR, 'models.json'), 'utf8')) as ModelsFile;
  change(manifest);
  await writeFile(join(dir, 'models.json'), JSON.stringify(manifest));
  return dir;
}

/** How a made-up countermeasure differs from an ordinary one. */
export interface MadeUpCountermeasure {
  /** Of the graph's input. */
  readonly shape?: readonly (number | string)[];
  /** Put over what models.json says of it. */
  readonly says?: Readonly<Record<string, unknown>>;
  /** What the graph is said to make of the reference signal; what it does make of it unless given. */
  readonly reference?: readonly number[];
}

/**
 * The models folder with a countermeasure that takes quiet speech for synthetic: the mean amplitude is its probability of a
 * person. It knows nothing of synthetic speech; tests need one that they can please.
 */
export function withCountermeasure({
  shape = ['batch', 'samples'],
  says = {},
  reference,
}: MadeUpCountermeasure = {}): Promise<string> {
  const graph = loudnessGraph(shape);
  const made = {
    id: 'loudness',
    file: 'loudness.onnx',
    sha256: createHash('sha256').update(graph).digest('hex'),
    task: 'countermeasure',
    licence: 'CC0-1.0',
    inputs: [{ name: 'waveform', type: 'float32', shape }],
    outputs: [{ name: 'mean', type: 'float32', shape: shape.slice(0, 1) }],
    sampleRateHz: 16_000,
    frontEnd: { type: 'waveform', sampleScale: 1 },
    score: { output: 'mean', meaning: 'probability', suspectedBelow: QUIET },
    check: { file: 'loudness.json', signal: SIGNAL, scores: 'loudness', maximumDifference: 1e-4 },
    ...says,
  };
  const heard = repeated(referenceSignal(SIGNAL)!, shape.at(-1)!);
  const signals = [{ name: SIGNAL, loudness: reference ?? [meanAmplitude(heard)] }];
  return modelsFolder(({ models }) => models.push(made), {
    'loudness.onnx': graph,
    'loudness.json': JSON.stringify({ signals }),
  });
}

const SIGNAL = 'sines-and-chirp';
/** Between the fixtures and themselves at a fifth. */
const QUIET = 0.02;

export function meanAmplitude(samples: Float32Array): number {
  return samples.reduce((sum, sample) => sum + Math.abs(sample), 0) / samples.length;
}

/** Samples said again from their beginning, or cut, to so many; as they are for a name. */
export function repeated(samples: Float32Array, length: number | string): Float32Array {
  return typeof length === 'string'
    ? samples
    : Float32Array.from({ length }, (_, i) => samples[i % samples.length]!);
}

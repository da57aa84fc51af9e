import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { EmbeddedSession } from './types.js';

/** What an entry depends on, in one word. */
export function cacheKey(parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

function pathOf(cacheDir: string, key: string): string {
  return join(cacheDir, key.slice(0, 2), `${key}.bin`);
}

type Vectors = Readonly<Record<string, Float32Array>>;
type WithoutVectors<T> = Omit<T, 'vectors'>;

interface Header {
  readonly spaces: readonly { readonly id: string; readonly dimension: number }[];
  readonly session: Omit<EmbeddedSession, 'windows' | 'pieces'> & {
    readonly windows: readonly WithoutVectors<EmbeddedSession['windows'][number]>[];
    readonly pieces: readonly WithoutVectors<EmbeddedSession['pieces'][number]>[];
  };
}

function bare<T extends { readonly vectors: Vectors }>(each: T): WithoutVectors<T> {
  const copy: WithoutVectors<T> & { vectors?: Vectors } = { ...each };
  delete copy.vectors;
  return copy;
}

/**
 * Writes an entry: the length of a JSON header (32 bits, least significant byte first), the header, then the vectors in
 * float32: of each window and then each piece, one a space. Appears whole or not at all.
 */
export async function writeEntry(cacheDir: string, key: string, session: EmbeddedSession): Promise<void> {
  const embedded = [...session.windows, ...session.pieces];
  const spaces = Object.entries(embedded[0]?.vectors ?? {}).map(([id, { length }]) => ({
    id,
    dimension: length,
  }));
  const header: Header = {
    spaces,
    session: { ...session, windows: session.windows.map(bare), pieces: session.pieces.map(bare) },
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const vectors = embedded.flatMap((each) => spaces.map(({ id }) => bytesOf(each.vectors[id]!)));
  const path = pathOf(cacheDir, key);
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, Buffer.concat([length, json, ...vectors]));
  await rename(draft, path);
}

function bytesOf(vector: Float32Array): Buffer {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength);
}

/** Reads an entry; undefined when there is none. */
export async function readEntry(cacheDir: string, key: string): Promise<EmbeddedSession | undefined> {
  let bytes: Buffer;
  try {
    bytes = await readFile(pathOf(cacheDir, key));
  } catch {
    return undefined;
  }
  const start = 4 + bytes.readUInt32LE(0);
  const { spaces, session } = JSON.parse(bytes.toString('utf8', 4, start)) as Header;
  // Copied, so that it stands at a multiple of four.
  const floats = new Float32Array(Uint8Array.from(bytes.subarray(start)).buffer);
  let at = 0;
  const withVectors = <T>(each: T): T & { vectors: Vectors } => {
    const vectors: Record<string, Float32Array> = {};
    for (const { id, dimension } of spaces) vectors[id] = floats.subarray(at, (at += dimension));
    return { ...each, vectors };
  };
  return { ...session, windows: session.windows.map(withVectors), pieces: session.pieces.map(withVectors) };
}

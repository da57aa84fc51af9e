import { open, type FileHandle } from 'node:fs/promises';
import { AudioEncoding } from '../gen/vouch/v1/common.js';
import { UsageError } from './failure.js';

/** What the samples of a file are, and where they stand. */
export interface AudioFile {
  readonly path: string;
  readonly encoding: AudioEncoding;
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Where the first sample begins, bytes. */
  readonly offset: number;
  /** How many bytes of samples there are. */
  readonly bytes: number;
}

/** What a headerless file holds. */
export interface RawFormat {
  readonly encoding: AudioEncoding;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** WAVE format tags: PCM, A-law, mu-law (mmreg.h). */
const ENCODINGS: Readonly<Record<number, AudioEncoding>> = {
  1: AudioEncoding.PCM_S16LE,
  6: AudioEncoding.ALAW,
  7: AudioEncoding.MULAW,
};
/** The tag that says that the true one stands in the first two bytes of the sub-format. */
const EXTENSIBLE = 0xfffe;

/** Bytes of one sample of one channel. */
export function sampleBytes(encoding: AudioEncoding): number {
  return encoding === AudioEncoding.PCM_S16LE ? 2 : 1;
}

/**
 * Looks into a file that is to be streamed: headerless where `raw` says what it holds, else WAV with PCM of 16 bits or
 * G.711, which is what a call stream carries. A file that is shorter than its header says counts as far as it goes.
 *
 * @throws UsageError for any other file: VerifyRecording takes those
 */
export async function inspectAudioFile(path: string, raw?: RawFormat): Promise<AudioFile> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    if (raw !== undefined) return { path, ...raw, offset: 0, bytes: size };
    return { path, ...(await readHeader(file, size)) };
  } finally {
    await file.close();
  }
}

/** Walks through the chunks of a RIFF file up to the samples. */
async function readHeader(file: FileHandle, size: number): Promise<Omit<AudioFile, 'path'>> {
  const riff = await bytesAt(file, 0, 12);
  if (riff.toString('latin1', 0, 4) !== 'RIFF' || riff.toString('latin1', 8, 12) !== 'WAVE') {
    throw notStreamable('is no WAV file');
  }
  let format: RawFormat | undefined;
  for (let offset = 12; offset + 8 <= size;) {
    const head = await bytesAt(file, offset, 8);
    const name = head.toString('latin1', 0, 4);
    const length = head.readUInt32LE(4);
    offset += 8;
    if (name === 'fmt ') format = readFormat(await bytesAt(file, offset, Math.min(length, 40)));
    if (name === 'data' && format !== undefined) {
      return { ...format, offset, bytes: Math.min(length, size - offset) };
    }
    offset += length + (length % 2);
  }
  throw notStreamable('holds no samples');
}

function readFormat(chunk: Buffer): RawFormat {
  if (chunk.length < 16) throw notStreamable('has no usable header');
  const tag = chunk.readUInt16LE(0);
  const encoding = ENCODINGS[tag === EXTENSIBLE && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag];
  const bits = chunk.readUInt16LE(14);
  if (encoding === undefined || bits !== 8 * sampleBytes(encoding)) {
    throw notStreamable('holds neither PCM of 16 bits nor G.711');
  }
  const channels = chunk.readUInt16LE(2);
  if (channels !== 1 && channels !== 2) throw notStreamable(`holds ${channels} channels`);
  return { encoding, sampleRateHz: chunk.readUInt32LE(4), channels };
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(length), position });
  return buffer.subarray(0, bytesRead);
}

function notStreamable(what: string): UsageError {
  return new UsageError(`This file ${what}; --recording sends it whole, in any common format.`);
}

/** The samples in pieces of `pieceMs`, the last one shorter. */
export async function* readPieces(file: AudioFile, pieceMs: number): AsyncGenerator<Buffer> {
  const frame = sampleBytes(file.encoding) * file.channels;
  const piece = Math.max(1, Math.round((file.sampleRateHz * pieceMs) / 1000)) * frame;
  yield* readBytes(file.path, piece, file.offset, file.bytes);
}

/** A file's bytes in pieces. */
export async function* readBytes(
  path: string,
  pieceBytes: number,
  offset = 0,
  bytes = Number.POSITIVE_INFINITY,
): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    for (let done = 0; done < bytes;) {
      const piece = await bytesAt(file, offset + done, Math.min(pieceBytes, bytes - done));
      if (piece.length === 0) return;
      done += piece.length;
      yield piece;
    }
  } finally {
    await file.close();
  }
}

import { VouchError } from '../../errors.js';
import { isSampleRate, MAX_CHANNELS } from '../format.js';
import { view } from './sniff.js';

/** How the samples of a WAVE file are written. */
export type WaveCodec = 'pcm' | 'float' | 'alaw' | 'mulaw';

/** A header that was found to agree with itself and with the file. */
export interface WaveHeader {
  readonly codec: WaveCodec;
  readonly bitsPerSample: number;
  readonly channels: number;
  readonly sampleRateHz: number;
  /** Bytes of one frame: a sample of each channel. */
  readonly frameBytes: number;
  /** Where the samples begin and end in the file. */
  readonly dataStart: number;
  readonly dataEnd: number;
}

// Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0, and RFC 2361.
const CODECS = new Map<number, { readonly codec: WaveCodec; readonly bits: readonly number[] }>([
  [1, { codec: 'pcm', bits: [8, 16, 24, 32] }],
  [3, { codec: 'float', bits: [32, 64] }],
  [6, { codec: 'alaw', bits: [8] }],
  [7, { codec: 'mulaw', bits: [8] }],
]);
const EXTENSIBLE = 0xfffe;
/** What follows the codec in the sub-format of WAVE_FORMAT_EXTENSIBLE. */
const SUBFORMAT_TAIL = '000000001000800000aa00389b71';

function invalid(message: string): VouchError {
  return new VouchError('RECORDING_HEADER_INVALID', { message });
}

/**
 * Reads and doubts the header of a RIFF WAVE file.
 * @throws VouchError RECORDING_TRUNCATED when the file ends before its header says; RECORDING_HEADER_INVALID when the
 * header contradicts itself; RECORDING_EMPTY when there are no samples; AUDIO_INCOMPLETE when they end within a frame;
 * RECORDING_UNREADABLE for other codecs; SAMPLE_RATE_OUT_OF_RANGE, CHANNELS_OUT_OF_RANGE.
 */
export function readWaveHeader(bytes: Uint8Array): WaveHeader {
  const file = view(bytes);
  const riffEnd = 8 + file.readUInt32LE(4);
  const { format, data } = findChunks(file, riffEnd);
  const header = readFormat(file.subarray(format.start, format.end));
  if (data.end > file.length || riffEnd > file.length) throw new VouchError('RECORDING_TRUNCATED');
  if (data.end > riffEnd) throw invalid('The samples reach beyond the end that the header states.');
  if (data.end === data.start) throw new VouchError('RECORDING_EMPTY');
  if ((data.end - data.start) % header.frameBytes !== 0) throw new VouchError('AUDIO_INCOMPLETE');
  return { ...header, dataStart: data.start, dataEnd: data.end };
}

interface Chunk {
  readonly start: number;
  readonly end: number;
}

/** Walks the chunks up to the samples; those after them are never looked at. */
function findChunks(file: Buffer, riffEnd: number): { format: Chunk; data: Chunk } {
  let format: Chunk | undefined;
  for (let at = 12; at + 8 <= file.length;) {
    const id = file.toString('latin1', at, at + 4);
    const chunk = { start: at + 8, end: at + 8 + file.readUInt32LE(at + 4) };
    if (id === 'data') {
      if (!format) throw invalid('There is no format before the samples.');
      return { format, data: chunk };
    }
    if (chunk.end > file.length) throw invalid('A chunk reaches beyond the end of the file.');
    if (id === 'fmt ') {
      if (format) throw invalid('There are two formats.');
      format = chunk;
    }
    // Chunks begin at even places.
    at = chunk.end + (chunk.end % 2);
  }
  if (riffEnd > file.length) throw new VouchError('RECORDING_TRUNCATED');
  throw invalid('There are no samples.');
}

function readFormat(chunk: Buffer): Omit<WaveHeader, 'dataStart' | 'dataEnd'> {
  if (chunk.length < 16) throw invalid('The format is too short.');
  const bitsPerSample = chunk.readUInt16LE(14);
  const channels = chunk.readUInt16LE(2);
  const sampleRateHz = chunk.readUInt32LE(4);
  const frameBytes = chunk.readUInt16LE(12);
  const kind = CODECS.get(codecNumber(chunk));
  if (!kind)
    throw new VouchError('RECORDING_UNREADABLE', { message: 'The codec of the WAVE file is not known.' });
  if (!kind.bits.includes(bitsPerSample)) throw invalid('The codec has no samples of this size.');
  if (channels === 0 || sampleRateHz === 0) throw invalid('The format has no channels or no sample rate.');
  if (frameBytes !== (channels * bitsPerSample) / 8)
    throw invalid('The block size contradicts the sample size.');
  if (chunk.readUInt32LE(8) !== frameBytes * sampleRateHz)
    throw invalid('The byte rate contradicts the sample rate.');
  if (channels > MAX_CHANNELS) throw new VouchError('CHANNELS_OUT_OF_RANGE');
  if (!isSampleRate(sampleRateHz)) throw new VouchError('SAMPLE_RATE_OUT_OF_RANGE');
  return { codec: kind.codec, bitsPerSample, channels, sampleRateHz, frameBytes };
}

function codecNumber(chunk: Buffer): number {
  const codec = chunk.readUInt16LE(0);
  if (codec !== EXTENSIBLE) return codec;
  if (chunk.length < 40) throw invalid('The extended format is too short.');
  if (chunk.readUInt16LE(18) > chunk.readUInt16LE(14)) throw invalid('More bits are valid than there are.');
  return chunk.toString('hex', 26, 40) === SUBFORMAT_TAIL ? chunk.readUInt16LE(24) : 0;
}

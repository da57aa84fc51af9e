import wavefile from 'wavefile';
import { VouchError } from '../../errors.js';
import type { WaveCodec, WaveHeader } from './wave-header.js';

/** Enough for a block to be cheap, little enough for its copies not to matter. */
const BLOCK_FRAMES = 16_384;
const CODEC_NUMBERS: Readonly<Record<WaveCodec, number>> = { pcm: 1, float: 3, alaw: 6, mulaw: 7 };

/**
 * The samples of one channel, in the range -1 to 1, block by block. `wavefile` unpacks them; it is given a small file of
 * its own for each block, so that it never meets the other chunks of a stranger's file (it follows their counts without
 * looking at the file's end) and never holds the whole recording in wide numbers.
 * @throws VouchError RECORDING_UNREADABLE when a sample is not a number.
 */
export function* waveSamples(
  bytes: Uint8Array,
  header: WaveHeader,
  channel: number,
): Generator<Float32Array> {
  const blockBytes = BLOCK_FRAMES * header.frameBytes;
  for (let start = header.dataStart; start < header.dataEnd; start += blockBytes) {
    const end = Math.min(start + blockBytes, header.dataEnd);
    yield toUnitRange(unpack(bytes.subarray(start, end), header), header, channel);
  }
}

function unpack(block: Uint8Array, header: WaveHeader): Float32Array {
  const wave = new wavefile.WaveFile(smallFile(block, header));
  if (header.codec === 'alaw') wave.fromALaw();
  if (header.codec === 'mulaw') wave.fromMuLaw();
  return wave.getSamples(true, Float32Array) as unknown as Float32Array;
}

function smallFile(
  block: Uint8Array,
  { codec, channels, sampleRateHz, frameBytes, bitsPerSample }: WaveHeader,
): Buffer {
  const file = Buffer.alloc(44 + block.length + (block.length % 2));
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(CODEC_NUMBERS[codec], 20);
  file.writeUInt16LE(channels, 22);
  file.writeUInt32LE(sampleRateHz, 24);
  file.writeUInt32LE(sampleRateHz * frameBytes, 28);
  file.writeUInt16LE(frameBytes, 32);
  file.writeUInt16LE(bitsPerSample, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(block.length, 40);
  file.set(block, 44);
  return file;
}

function toUnitRange(interleaved: Float32Array, header: WaveHeader, channel: number): Float32Array {
  const { codec, bitsPerSample, channels } = header;
  // G.711 is unpacked to 16 bits; 8 bits are unsigned around 128.
  const bits = codec === 'alaw' || codec === 'mulaw' ? 16 : bitsPerSample;
  const scale = codec === 'float' ? 1 : 2 ** (1 - bits);
  const offset = codec === 'pcm' && bits === 8 ? -128 : 0;
  const samples = new Float32Array(interleaved.length / channels);
  for (let frame = 0, at = channel; frame < samples.length; frame++, at += channels) {
    const value = (interleaved[at]! + offset) * scale;
    if (!Number.isFinite(value))
      throw new VouchError('RECORDING_UNREADABLE', { message: 'A sample is not a number.' });
    samples[frame] = Math.min(1, Math.max(-1, value));
  }
  return samples;
}

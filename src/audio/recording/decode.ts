import { setImmediate } from 'node:timers/promises';
import { TELEPHONE_RATE_HZ, type AudioFormat } from '../../domain/audio.js';
import { VouchError } from '../../errors.js';
import { StreamDecoder } from '../stream-decoder.js';
import { chosenChannel } from './channel.js';
import { checkMp4Boxes, checkOggEnd, flacSampleCount } from './completeness.js';
import { decodeWithFfmpeg, type FfmpegInput } from './ffmpeg.js';
import { sniffContainer, view } from './sniff.js';
import { TelephoneSink } from './telephone-sink.js';
import { DEFAULT_RECORDING_LIMITS, type Recording, type RecordingLimits } from './types.js';
import { waveSamples } from './wave-decode.js';
import { readWaveHeader, type WaveHeader } from './wave-header.js';

export interface RecordingInput {
  /** The file, whole. */
  readonly bytes: Uint8Array;
  /** Given for headerless audio, and only then; its caller channel counts. */
  readonly format?: AudioFormat;
  /** Which channel is the caller, from 0; must be there for a file of two channels. */
  readonly callerChannel?: number;
  /** For what is no speech (noise, room responses): only its rate changes, and wideband content is left as it is. */
  readonly keepsBand?: boolean;
}

/** Headerless audio is decoded in blocks of this size. */
const RAW_BLOCK_BYTES = 65_536;

/**
 * The caller's channel of a recording, at telephone bandwidth (TelephoneLine, as for calls). WAV (PCM 8 to 32 bits, float, G.711) and headerless audio
 * are decoded here; Ogg (Opus, Vorbis), MP3, M4A and FLAC by the system's ffmpeg. What a file is, its content decides.
 * Long recordings are worked through in blocks, between which other work of the process goes on.
 * @throws VouchError RECORDING_EMPTY, RECORDING_TOO_LONG, RECORDING_TRUNCATED, RECORDING_UNREADABLE,
 * RECORDING_HEADER_INVALID, AUDIO_INCOMPLETE, CALLER_CHANNEL_MISSING, CHANNELS_OUT_OF_RANGE, SAMPLE_RATE_OUT_OF_RANGE,
 * ENCODING_UNKNOWN; the reason of `signal` when it is aborted.
 */
export async function decodeRecording(
  input: RecordingInput,
  limits: RecordingLimits = DEFAULT_RECORDING_LIMITS,
  signal?: AbortSignal,
): Promise<Recording> {
  const { bytes, format } = input;
  if (bytes.length === 0) throw new VouchError('RECORDING_EMPTY');
  if (bytes.length > limits.maxBytes) throw new VouchError('RECORDING_TOO_LONG');
  if (format) return decodeRaw(input, format, limits, signal);
  const container = sniffContainer(bytes);
  switch (container) {
    case 'WAV':
      return decodeWave(input, limits, signal);
    case 'OGG':
    case 'MP3':
    case 'MP4':
    case 'FLAC':
      return decodeCompressed(input, container, limits, signal);
    case 'RF64':
      throw new VouchError('RECORDING_UNREADABLE', {
        message: 'Of WAVE files only those of the RIFF kind are read.',
      });
    case undefined:
      throw new VouchError('RECORDING_UNREADABLE');
  }
}

async function collect(
  blocks: Iterable<Float32Array>,
  sink: TelephoneSink,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  for (const block of blocks) {
    signal?.throwIfAborted();
    sink.push(block);
    await setImmediate();
  }
  return sink.finish();
}

async function decodeRaw(
  { bytes, keepsBand }: RecordingInput,
  format: AudioFormat,
  limits: RecordingLimits,
  signal: AbortSignal | undefined,
): Promise<Recording> {
  const decoder = new StreamDecoder(format);
  const sink = new TelephoneSink(format.sampleRateHz, limits.maxDurationMs, keepsBand);
  function* blocks(): Generator<Float32Array> {
    for (let at = 0; at < bytes.length; at += RAW_BLOCK_BYTES)
      yield decoder.push(bytes.subarray(at, at + RAW_BLOCK_BYTES));
    yield decoder.finish();
  }
  return {
    samples: await collect(blocks(), sink, signal),
    sampleRateHz: TELEPHONE_RATE_HZ,
    container: 'RAW',
    codec: format.encoding.toLowerCase(),
    channels: format.channels,
    sourceRateHz: format.sampleRateHz,
  };
}

async function decodeWave(
  { bytes, callerChannel, keepsBand }: RecordingInput,
  limits: RecordingLimits,
  signal: AbortSignal | undefined,
): Promise<Recording> {
  const header = readWaveHeader(bytes);
  const channel = chosenChannel(callerChannel, header.channels);
  const sink = new TelephoneSink(header.sampleRateHz, limits.maxDurationMs, keepsBand);
  return {
    samples: await collect(waveSamples(bytes, header, channel), sink, signal),
    sampleRateHz: TELEPHONE_RATE_HZ,
    container: 'WAV',
    codec: codecName(header),
    channels: header.channels,
    sourceRateHz: header.sampleRateHz,
  };
}

type Compressed = 'OGG' | 'MP3' | 'MP4' | 'FLAC';

async function decodeCompressed(
  { bytes, callerChannel, keepsBand }: RecordingInput,
  container: Compressed,
  limits: RecordingLimits,
  signal: AbortSignal | undefined,
): Promise<Recording> {
  if (container === 'OGG') checkOggEnd(bytes);
  if (container === 'MP4') checkMp4Boxes(bytes);
  const codec = codecOf(bytes, container);
  const announced = container === 'FLAC' ? flacSampleCount(bytes) : 0;
  const { demuxer, decoders } = FFMPEG_INPUTS[codec];
  const sink = await decodeWithFfmpeg({ bytes, demuxer, decoders, callerChannel, keepsBand }, limits, signal);
  if (sink.sourceSamples < announced) throw new VouchError('RECORDING_TRUNCATED');
  return {
    samples: sink.take(),
    sampleRateHz: TELEPHONE_RATE_HZ,
    container,
    codec,
    channels: sink.channels,
    sourceRateHz: sink.sourceRateHz,
  };
}

const FFMPEG_INPUTS = {
  opus: { demuxer: 'ogg', decoders: ['opus', 'libopus'] },
  vorbis: { demuxer: 'ogg', decoders: ['vorbis', 'libvorbis'] },
  mp3: { demuxer: 'mp3', decoders: ['mp3', 'mp3float'] },
  aac: { demuxer: 'mov', decoders: ['aac', 'alac'] },
  alac: { demuxer: 'mov', decoders: ['aac', 'alac'] },
  flac: { demuxer: 'flac', decoders: ['flac'] },
} as const satisfies Record<string, Pick<FfmpegInput, 'demuxer' | 'decoders'>>;

/** As ffmpeg names it, so that the same samples have one name whatever the container. */
function codecName({ codec, bitsPerSample }: WaveHeader): string {
  if (codec === 'alaw' || codec === 'mulaw') return codec;
  if (codec === 'float') return `pcm_f${bitsPerSample}le`;
  return bitsPerSample === 8 ? 'pcm_u8' : `pcm_s${bitsPerSample}le`;
}

function codecOf(bytes: Uint8Array, container: Compressed): keyof typeof FFMPEG_INPUTS {
  if (container === 'MP3') return 'mp3';
  if (container === 'FLAC') return 'flac';
  const file = view(bytes);
  // In MP4 the codec is the type of the first sample entry; in Ogg its own header begins the first page.
  if (container === 'MP4') {
    const entry = file.indexOf('stsd', 0, 'latin1') + 16;
    return file.toString('latin1', entry, entry + 4) === 'alac' ? 'alac' : 'aac';
  }
  const start = file.toString('latin1', 0, 64);
  if (start.includes('OpusHead')) return 'opus';
  if (start.includes('\x01vorbis')) return 'vorbis';
  throw new VouchError('RECORDING_UNREADABLE', { message: 'The codec of the Ogg file is not known.' });
}

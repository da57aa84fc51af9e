import { Writable } from 'node:stream';
import { VouchError } from '../../errors.js';
import { isSampleRate, MAX_CHANNELS } from '../format.js';
import { StreamDecoder } from '../stream-decoder.js';
import { chosenChannel } from './channel.js';
import { TelephoneSink } from './telephone-sink.js';

/** Magic, offset of the data, its size, encoding, rate, channels: six 32-bit numbers, most significant byte first. */
const HEADER_BYTES = 24;
const MAX_DATA_OFFSET = 4096;

/**
 * Takes the output of ffmpeg, 16-bit PCM in Sun's AU format: of those that can be piped it is the one whose header is
 * smallest and says rate and channels. An error of the audio is given to the stream, whose source then stops.
 */
export class AuSink extends Writable {
  /** Of the source; 0 until the header came. */
  sourceRateHz = 0;
  channels = 0;
  sourceSamples = 0;
  #pending: Buffer = Buffer.alloc(0);
  #decoder: StreamDecoder | undefined;
  #telephone: TelephoneSink | undefined;

  constructor(
    private readonly callerChannel: number | undefined,
    private readonly maxDurationMs: number,
    private readonly keepsBand: boolean | undefined,
  ) {
    // fluent-ffmpeg takes a stream that closes, as it would by itself at its end, for a failure.
    super({ autoDestroy: false });
  }

  /**
   * The samples at telephone bandwidth, once the stream has finished.
   * @throws VouchError RECORDING_EMPTY.
   */
  take(): Float32Array {
    if (!this.#telephone) throw new VouchError('RECORDING_EMPTY');
    return this.#telephone.finish();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    try {
      this.#push(chunk);
      callback();
    } catch (error) {
      callback(error instanceof Error ? error : new Error('Decoding failed'));
    }
  }

  #push(chunk: Buffer): void {
    const bytes = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const start = this.#decoder ? 0 : this.#readHeader(bytes);
    if (!this.#decoder || !this.#telephone) {
      this.#pending = bytes;
      return;
    }
    const end = bytes.length - ((bytes.length - start) % 2);
    const samples = this.#decoder.push(Buffer.from(bytes.subarray(start, end)).swap16());
    this.#pending = Buffer.from(bytes.subarray(end));
    this.sourceSamples += samples.length;
    this.#telephone.push(samples);
  }

  /** Where the samples begin; sets the decoder when the header is whole. */
  #readHeader(bytes: Buffer): number {
    if (bytes.length < HEADER_BYTES) return 0;
    const start = bytes.readUInt32BE(4);
    if (bytes.toString('latin1', 0, 4) !== '.snd' || start > MAX_DATA_OFFSET)
      throw new VouchError('RECORDING_UNREADABLE');
    if (bytes.length < start) return 0;
    const sampleRateHz = bytes.readUInt32BE(16);
    const channels = bytes.readUInt32BE(20);
    if (!isSampleRate(sampleRateHz)) throw new VouchError('SAMPLE_RATE_OUT_OF_RANGE');
    if (channels < 1 || channels > MAX_CHANNELS) throw new VouchError('CHANNELS_OUT_OF_RANGE');
    this.#decoder = new StreamDecoder({
      encoding: 'PCM_S16LE',
      sampleRateHz,
      channels: channels === 1 ? 1 : 2,
      callerChannel: chosenChannel(this.callerChannel, channels),
    });
    this.#telephone = new TelephoneSink(sampleRateHz, this.maxDurationMs, this.keepsBand);
    this.sourceRateHz = sampleRateHz;
    this.channels = channels;
    return start;
  }
}

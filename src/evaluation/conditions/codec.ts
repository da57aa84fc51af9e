import { spawn } from 'node:child_process';
import { VouchError } from '../../errors.js';

/** A codec that only ffmpeg has: how to encode, and in which container it travels. */
export interface FfmpegCodec {
  readonly encode: readonly string[];
  readonly container: string;
}

/** GSM 06.10 full rate, 13 kbit/s. */
export const GSM: FfmpegCodec = { encode: ['-c:a', 'libgsm'], container: 'gsm' };
/** Opus at 12 kbit/s, tuned for speech; at 8 kHz it stays narrowband. */
export const OPUS_12K: FfmpegCodec = {
  encode: ['-c:a', 'libopus', '-b:a', '12k', '-application', 'voip'],
  container: 'ogg',
};

const RAW = ['-f', 's16le', '-ar', '8000', '-ac', '1'];

/** Samples at 8 kHz encoded and decoded by ffmpeg; as long as they were. Throws RECORDING_UNREADABLE without ffmpeg. */
export async function throughCodec(samples: Float32Array, codec: FfmpegCodec): Promise<Float32Array> {
  const pcm = Int16Array.from(samples, (sample) =>
    Math.max(-32768, Math.min(32767, Math.round(sample * 32768))),
  );
  const coded = await ffmpeg(
    [...RAW, '-i', '-', ...codec.encode, '-f', codec.container, '-'],
    Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength),
  );
  const decoded = await ffmpeg(['-f', codec.container, '-i', '-', ...RAW, '-'], coded);
  const output = new Float32Array(samples.length);
  const length = Math.min(samples.length, decoded.length >> 1);
  for (let i = 0; i < length; i++) output[i] = decoded.readInt16LE(2 * i) / 32768;
  return output;
}

function ffmpeg(args: readonly string[], input: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn('ffmpeg', ['-nostdin', '-v', 'error', '-threads', '1', ...args], {
      env: {},
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    // It may end before it has read everything; its exit code says whether that is well.
    child.stdin.on('error', () => undefined);
    child.on('error', (cause) => {
      reject(new VouchError('RECORDING_UNREADABLE', { message: 'ffmpeg cannot be run.', cause }));
    });
    child.on('close', (code) => {
      if (code === 0) resolve(Buffer.concat(output));
      else reject(new VouchError('RECORDING_UNREADABLE', { message: `ffmpeg ended with ${String(code)}` }));
    });
    child.stdin.end(input);
  });
}

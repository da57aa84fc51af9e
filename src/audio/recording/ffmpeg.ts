import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ffmpeg from 'fluent-ffmpeg';
import { VouchError } from '../../errors.js';
import { AuSink } from './au-sink.js';
import type { RecordingLimits } from './types.js';

/** The largest block of memory that ffmpeg may ask for at once. */
const MAX_ALLOC_BYTES = 256 * 1024 * 1024;

export interface FfmpegInput {
  readonly bytes: Uint8Array;
  /** The only demuxer that is tried: never a playlist, never `concat`, never the network. */
  readonly demuxer: 'ogg' | 'mp3' | 'mov' | 'flac';
  /** The only decoders that may run. */
  readonly decoders: readonly string[];
  readonly callerChannel: number | undefined;
  readonly keepsBand: boolean | undefined;
}

/**
 * Decodes a file with the system's ffmpeg, from a private directory that is removed again (M4A must be seekable).
 * @returns the sink, finished.
 * @throws VouchError TEMPORARY_FOLDER_UNUSABLE, RECORDING_UNREADABLE (ffmpeg missing or refusing the file), RECORDING_TOO_LONG (in audio or by the
 * clock), and what AuSink finds wrong; the signal's reason when it is aborted.
 */
export async function decodeWithFfmpeg(
  input: FfmpegInput,
  limits: RecordingLimits,
  signal: AbortSignal | undefined,
): Promise<AuSink> {
  const directory = await mkdtemp(join(tmpdir(), 'vouch-recording-')).catch(unusableFolder);
  try {
    const path = join(directory, 'input');
    await writeFile(path, input.bytes, { mode: 0o600, flag: 'wx' }).catch(unusableFolder);
    const sink = new AuSink(input.callerChannel, limits.maxDurationMs, input.keepsBand);
    await run(lockedDownCommand(path, input, limits), sink, limits.timeoutMs, signal);
    return sink;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** A disk that is full, read-only or gone is no fault of the file, nor of the software: whoever runs the service mends it. */
function unusableFolder(cause: unknown): never {
  const { code } = cause as { code?: unknown };
  throw new VouchError('TEMPORARY_FOLDER_UNUSABLE', {
    cause,
    metadata: typeof code === 'string' ? { systemCode: code } : {},
  });
}

function lockedDownCommand(path: string, input: FfmpegInput, limits: RecordingLimits): ffmpeg.FfmpegCommand {
  const { demuxer, decoders } = input;
  const command = ffmpeg({ source: path, stdoutLines: 1 })
    .inputOptions([
      '-nostdin',
      '-hide_banner',
      '-loglevel error',
      `-max_alloc ${MAX_ALLOC_BYTES}`,
      '-threads 1',
    ])
    .inputOptions(['-protocol_whitelist file,pipe', `-format_whitelist ${demuxer}`])
    .inputOptions([`-codec_whitelist ${decoders.join(',')}`, `-f ${demuxer}`])
    // A second more than allowed, so that what is too long shows as such.
    .inputOptions(`-t ${limits.maxDurationMs / 1000 + 1}`)
    .outputOptions(['-map 0:a:0', '-vn', '-sn', '-dn', '-map_metadata -1', '-threads 1', '-filter_threads 1'])
    .outputOptions(['-c:a pcm_s16be', '-f au']);
  return withoutEnvironment(command);
}

type Spawn = (args: string[], options: object, ...callbacks: unknown[]) => void;

/** The child needs nothing of this process's environment, which holds secrets; fluent-ffmpeg has no option for it. */
function withoutEnvironment(command: ffmpeg.FfmpegCommand): ffmpeg.FfmpegCommand {
  const spawner = command as unknown as { _spawnFfmpeg: Spawn };
  const spawn = spawner._spawnFfmpeg.bind(command);
  spawner._spawnFfmpeg = (args, options, ...callbacks) => {
    spawn(args, { ...options, env: {} }, ...callbacks);
  };
  return command;
}

async function run(
  command: ffmpeg.FfmpegCommand,
  sink: AuSink,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const timeout = AbortSignal.timeout(timeoutMs);
  const stop = signal ? AbortSignal.any([signal, timeout]) : timeout;
  const kill = (): void => {
    command.kill('SIGKILL');
  };
  try {
    await new Promise<void>((resolve, reject) => {
      // Both must be over: the process and the reading of its output.
      let waitingFor = 2;
      const over = (): void => {
        if (--waitingFor === 0) resolve();
      };
      sink.once('finish', over);
      command.once('end', over);
      command.on('error', reject);
      command.once('start', () => {
        if (stop.aborted) kill();
        else stop.addEventListener('abort', kill, { once: true });
      });
      command.pipe(sink);
    });
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) throw new VouchError('RECORDING_TOO_LONG', { message: 'Decoding took too long.' });
    throw explain(error);
  } finally {
    stop.removeEventListener('abort', kill);
  }
}

function explain(error: unknown): VouchError {
  const { outputStreamError, message } = error as { outputStreamError?: unknown; message?: string };
  if (outputStreamError instanceof VouchError) return outputStreamError;
  if (message?.includes('Cannot find ffmpeg')) {
    return new VouchError('RECORDING_UNREADABLE', {
      message: 'This format needs ffmpeg, which is not installed here.',
    });
  }
  return new VouchError('RECORDING_UNREADABLE');
}

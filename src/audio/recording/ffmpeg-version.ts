import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** After which ffmpeg is given up, ms: it only says its version. */
const ANSWER_WITHIN_MS = 5000;

/** The version of the ffmpeg that recordings are decoded with, for example `5.1.6-0+deb12u1`; null where there is none. */
export async function ffmpegVersion(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('ffmpeg', ['-version'], { timeout: ANSWER_WITHIN_MS });
    return /^ffmpeg version (\S+)/.exec(stdout)?.[1] ?? null;
  } catch {
    return null;
  }
}

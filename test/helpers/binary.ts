import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** The compiled command. */
const MAIN = fileURLToPath(new URL('../../src/main.js', import.meta.url));
/** The folder of the package: dist/test/helpers is three below. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a script of the build to its end. */
export async function runScript(
  script: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Finished> {
  return finished(start(script, args, env));
}

/** Runs `vouch` to its end. */
export async function vouch(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
  return runScript(MAIN, args, env);
}

function start(script: string, args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess {
  const clean = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env };
  return spawn(process.execPath, [script, ...args], { env: clean, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function finished(child: ChildProcess): Promise<Finished> {
  const code = new Promise<number | null>((done) => child.once('close', done));
  const [stdout, stderr] = await Promise.all([read(child.stdout), read(child.stderr)]);
  return { code: await code, stdout, stderr };
}

async function read(stream: NodeJS.ReadableStream | null): Promise<string> {
  return stream === null ? '' : text(stream);
}

/** A directory of the test's own that the database server may enter, too. */
export async function openDirectory(): Promise<{ path: string; remove: () => Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'vouch-cli-'));
  await chmod(path, 0o755); // mkdtemp closes it to the server's user.
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** `vouch serve` on a free port, with data of its own. */
export class Served {
  private constructor(
    readonly address: string,
    readonly httpAddress: string,
    readonly metricsPort: number | undefined,
    private readonly child: ChildProcess,
    private readonly ended: Promise<number | null>,
    private readonly remove: () => Promise<void>,
  ) {}

  /**
   * @param changes to its environment
   * @param script another one that serves and prints its address
   * @param hear takes what it writes to the standard error stream, the log
   */
  static async start(
    changes: NodeJS.ProcessEnv = {},
    script = MAIN,
    hear: (text: string) => void = (text) => process.stderr.write(text),
  ): Promise<Served> {
    const { path, remove } = await openDirectory();
    const env = {
      VOUCH_ADDRESS: '127.0.0.1:0',
      VOUCH_METRICS_ADDRESS: 'off',
      VOUCH_HTTP_ADDRESS: '127.0.0.1:0',
      VOUCH_DATA_DIR: path,
      VOUCH_LOG_LEVEL: 'error',
      VOUCH_WORKERS: '1',
      // The machine may be busy with other tests.
      VOUCH_OVERLOAD_LAG_MS: '10000',
      VOUCH_DATABASE_WAIT_MS: '20000',
      ...changes,
    };
    const child = start(script, ['serve', '--json'], env);
    const ended = new Promise<number | null>((done) => child.once('close', done));
    child.stderr?.setEncoding('utf8').on('data', hear);
    const line = await new Promise<string>((done, reject) => {
      child.stdout?.once('data', (chunk: Buffer) => {
        done(chunk.toString());
      });
      child.once('close', () => {
        reject(new Error('vouch serve ended before it listened.'));
      });
    });
    const { address, httpAddress, metricsPort } = JSON.parse(line) as Record<
      'address' | 'httpAddress',
      string
    > & {
      metricsPort?: number;
    };
    return new Served(address, httpAddress, metricsPort, child, ended, remove);
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error('vouch serve does not run.');
    return this.child.pid;
  }

  /** Ends it as a crash does: at once, without a word. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
    await this.remove();
  }

  /** Ends it as Ctrl-C does, or by another signal. Returns its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGINT'): Promise<number | null> {
    this.child.kill(signal);
    const code = await this.ended;
    await this.remove();
    return code;
  }
}

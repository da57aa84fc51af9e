import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment, Ground } from './ground.js';

/** What a process holds once its garbage is collected. */
export interface Inspection {
  readonly heapBytes: number;
  readonly residentBytes: number;
  /** Sockets, timers and the like, by kind. */
  readonly handles: Readonly<Record<string, number>>;
  readonly warnings: number;
}

const SCRIPT = fileURLToPath(new URL('./serve-inspected.js', import.meta.url));

/** A service as a child process that can be inspected. */
export class Inspected {
  private constructor(
    private readonly child: ChildProcess,
    readonly address: string,
  ) {}

  static async start(ground: Ground, environment: Environment = {}): Promise<Inspected> {
    const child = fork(SCRIPT, {
      execArgv: ['--expose-gc'],
      env: {
        PATH: process.env['PATH'],
        VOUCH_ADDRESS: '127.0.0.1:0',
        VOUCH_METRICS_ADDRESS: 'off',
        VOUCH_HTTP_ADDRESS: '127.0.0.1:0',
        VOUCH_LOG_LEVEL: 'error',
        VOUCH_DRAIN_MS: '0',
        VOUCH_RESUME_WINDOW_MS: '5000',
        VOUCH_OVERLOAD_LAG_MS: '60000',
        DATABASE_URL: ground.postgres.url,
        VOUCH_KEYRING_FILE: join(ground.directory, 'keyring.json'),
        ...environment,
      },
    });
    const [{ address }] = (await once(child, 'message')) as [{ address: string }];
    return new Inspected(child, address);
  }

  async inspect(): Promise<Inspection> {
    this.child.send('inspect');
    const [inspection] = (await once(this.child, 'message')) as [Inspection];
    return inspection;
  }

  /** Resident at this moment, as it is, bytes. */
  async residentBytes(): Promise<number> {
    const status = await readFile(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024;
  }

  /** Whether it still runs. */
  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.send('stop');
    await ended;
  }
}

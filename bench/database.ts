import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedPostgres, migrate } from '../src/storage/index.js';
import { keepCalls, type KeptCalls } from './kept-calls.js';

/** PostgreSQL for a run, and the CPU that it uses. */
export class BenchDatabase {
  private constructor(
    private readonly directory: string,
    private readonly postgres: EmbeddedPostgres,
    private readonly pid: number,
  ) {}

  static async start(): Promise<BenchDatabase> {
    const directory = await mkdtemp(join(tmpdir(), 'vouch-bench-'));
    await chmod(directory, 0o755); // mkdtemp closes it to the server's user.
    const postgres = await EmbeddedPostgres.start(directory, { disposable: true });
    await migrate(postgres.url);
    const [pid] = readFileSync(join(postgres.directory, 'postgres/postmaster.pid'), 'utf8').split('\n');
    return new BenchDatabase(directory, postgres, Number(pid));
  }

  /** What the service needs to use it. */
  get environment(): Record<string, string> {
    return { DATABASE_URL: this.postgres.url, VOUCH_KEYRING_FILE: this.#keyringFile };
  }

  get #keyringFile(): string {
    return join(this.directory, 'keyring.json');
  }

  /** Leaves what the service keeps of calls that were accepted before. */
  keepCalls(kept: KeptCalls): Promise<void> {
    return keepCalls({ url: this.postgres.url, keyringFile: this.#keyringFile }, kept);
  }

  /** CPU of the server and its processes, those that have ended among them, ms; 100 ticks a second. */
  cpuMs(): number {
    const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    let ticks = 0;
    for (const fields of processes.map(statOf)) {
      if (!fields || (fields.pid !== this.pid && fields.parent !== this.pid)) continue;
      ticks += fields.ticks + (fields.pid === this.pid ? fields.childTicks : 0);
    }
    return ticks * 10;
  }

  async stop(): Promise<void> {
    await this.postgres.stop();
    for (const directory of [this.postgres.directory, this.directory]) {
      await rm(directory, { recursive: true, force: true });
    }
  }
}

/** Of /proc/PID/stat (proc(5)); undefined for a process that has ended meanwhile. */
function statOf(pid: string) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const at = (field: number): number => fields[field - 3] ?? 0;
    return { pid: Number(pid), parent: at(4), ticks: at(14) + at(15), childTicks: at(16) + at(17) };
  } catch {
    return undefined;
  }
}

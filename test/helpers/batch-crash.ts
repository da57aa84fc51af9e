import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionContext } from 'ava';
import { EnrolmentJobState, type EnrolmentJob } from '../../src/gen/vouch/v1/enrolment.js';
import { createJob, Imports, jobRows, outcomeOf, readJob, type Row } from './batch.js';
import { Served } from './binary.js';
import { TestTenant } from './caller.js';
import { asOwner } from './database.js';
import { clientsAt } from './clients.js';
import { Ground } from './ground.js';
import { fixturePcm } from './speech.js';
import { waveFile } from './wave.js';

const VOICES = ['allison_en', 'armelle_fr', 'carlo_it', 'ivrvoice_ru', 'june_fr', 'paola_it'];

/** Length of a recording: well over 10 s of net speech, which enrolment asks for. */
const RECORDING_BYTES = 2 * 8000 * 16;

export interface CrashPlan {
  readonly rows: number;
  /** How often the working process is killed, evenly over the job. */
  readonly kills: number;
  /** Within which the job must end, ms. */
  readonly withinMs: number;
}

/** What was seen of a job whose processes were killed. */
export interface CrashReport {
  readonly seconds: number;
  /** Rows that had a result at each kill. */
  readonly killedAt: readonly number[];
  /** Seconds from each kill until its process had another's place and a further row its result. */
  readonly back: readonly number[];
  /** Rows that were begun more than once. */
  readonly begunAgain: number;
  /** Resident memory of the process that worked, MiB: after its first rows, and at most afterwards. */
  readonly memory: readonly { readonly warmMib: number; readonly mostMib: number }[];
}

/**
 * A batch of recordings is worked on by a process that is killed in the middle of it, more than once, and replaced. Asserts
 * that every row ends with exactly one result, and every speaker with exactly one voiceprint.
 */
export async function crashBatch(t: ExecutionContext, plan: CrashPlan): Promise<CrashReport> {
  const ground = await Ground.make();
  const imports = new Imports();
  // Reads and records, and imports nothing: it works on no row.
  const reader = await ground.serve();
  const processes = new Processes(ground, imports);
  try {
    const tenant = await reader.tenant();
    const rows = await prepare(tenant, imports, plan.rows);
    const worker = await processes.start();
    const { jobId } = await createJob(worker.tenantOf(tenant.tenantId), rows);
    const report = await watch(tenant, jobId, plan, processes);
    await assertOnce(t, ground, tenant, jobId, plan.rows);
    const again = 'SELECT count(*)::int AS n FROM vouch.enrolment_job_rows WHERE attempts > 1';
    const [begun] = await asOwner<{ n: number }>(ground.postgres.url, again);
    return { ...report, begunAgain: begun?.n ?? 0 };
  } finally {
    await processes.kill();
    await reader.stop();
    await ground.close();
    await imports.remove();
  }
}

/** The process that works, one after the other. */
class Processes {
  readonly memory: { warmMib: number; mostMib: number }[] = [];
  #served: Served | undefined;
  #sampling: NodeJS.Timeout | undefined;

  constructor(
    private readonly ground: Ground,
    private readonly imports: Imports,
  ) {}

  async start(): Promise<{ tenantOf: (tenantId: string) => TestTenant }> {
    const served = await Served.start({
      DATABASE_URL: this.ground.postgres.url,
      VOUCH_KEYRING_FILE: join(this.ground.directory, 'keyring.json'),
      VOUCH_IMPORT_DIR: this.imports.directory,
    });
    this.#served = served;
    return { tenantOf: (tenantId) => new TestTenant(clientsAt(served.address), tenantId) };
  }

  /** From now on memory is sampled: what starting up and the first rows took is there. */
  warm(): void {
    const pid = this.#served?.pid;
    if (pid === undefined || this.#sampling) return;
    const seen = { warmMib: 0, mostMib: 0 };
    this.memory.push(seen);
    const sample = async () => {
      const mib = await residentMib(pid).catch(() => 0);
      if (seen.warmMib === 0) seen.warmMib = mib;
      seen.mostMib = Math.max(seen.mostMib, mib);
    };
    void sample();
    this.#sampling = setInterval(() => void sample(), 500);
  }

  async kill(): Promise<void> {
    clearInterval(this.#sampling);
    this.#sampling = undefined;
    await this.#served?.kill();
    this.#served = undefined;
  }
}

/** Speakers who have consented, a recording of each, and the manifest. */
async function prepare(tenant: TestTenant, imports: Imports, count: number): Promise<Row[]> {
  const voices = VOICES.map((voice) => Buffer.from(fixturePcm(`${voice}/enrol.wav`)));
  const rows: Row[] = [];
  for (let n = 0; n < count; n++) {
    const speaker = `speaker-${n}`;
    const reference = `archive/${n}`;
    const { effectiveAt } = await tenant.grant(speaker, {
      evidence: { type: 'signed-document', reference },
    });
    const file = `${n % 100}/${speaker}.wav`;
    await imports.write(tenant.tenantId, file, recording(voices[n % voices.length]!, n));
    const recorded_at = (effectiveAt ?? new Date()).toISOString();
    rows.push({ file, speaker, consent_reference: reference, recorded_at, label: 'import' });
  }
  return rows;
}

/** There are not as many voices as speakers: another stretch of a voice, at another level. */
function recording(voice: Buffer, n: number): Buffer {
  const from = 2 * ((n * 1009) % ((voice.length - RECORDING_BYTES) / 2));
  const samples = new Int16Array(RECORDING_BYTES / 2);
  const gain = 0.5 + ((n * 37) % 50) / 100;
  for (let i = 0; i < samples.length; i++) samples[i] = Math.round(gain * voice.readInt16LE(from + 2 * i));
  return waveFile({ data: new Uint8Array(samples.buffer) });
}

async function watch(
  tenant: TestTenant,
  jobId: string,
  { rows, kills, withinMs }: CrashPlan,
  processes: Processes,
): Promise<Omit<CrashReport, 'begunAgain'>> {
  const startedMs = performance.now();
  const killedAt: number[] = [];
  const back: number[] = [];
  let killedMs = 0;
  for (;;) {
    const job = await readJob(tenant, jobId);
    const done = resultsOf(job);
    if (killedMs > 0 && done > killedAt.at(-1)!) {
      back.push((performance.now() - killedMs) / 1000);
      killedMs = 0;
    }
    if (killedMs === 0 && done >= 5 + (killedAt.at(-1) ?? 0)) processes.warm();
    if (job.state !== EnrolmentJobState.RUNNING) break;
    if (killedAt.length < kills && done >= ((killedAt.length + 1) * rows) / (kills + 1)) {
      await processes.kill();
      killedAt.push(resultsOf(await readJob(tenant, jobId)));
      killedMs = performance.now();
      await processes.start();
    }
    if (performance.now() - startedMs > withinMs) throw new Error(`The job runs on: ${JSON.stringify(job)}`);
    await sleep(50);
  }
  return { seconds: (performance.now() - startedMs) / 1000, killedAt, back, memory: processes.memory };
}

function resultsOf({ enrolled, skipped, failed }: EnrolmentJob): number {
  return enrolled + skipped + failed;
}

async function assertOnce(
  t: ExecutionContext,
  ground: Ground,
  tenant: TestTenant,
  jobId: string,
  count: number,
): Promise<void> {
  t.like(await readJob(tenant, jobId), {
    state: EnrolmentJobState.ENDED,
    enrolled: count,
    skipped: 0,
    failed: 0,
  });
  const rows = await jobRows(tenant, jobId, 1000);
  t.is(rows.length, count);
  t.deepEqual(
    rows.filter((row) => outcomeOf(row) !== 'ENROLLED'),
    [],
  );
  t.is(new Set(rows.map((row) => row.voiceprintId)).size, count);
  const { url } = ground.postgres;
  const stored = await asOwner<{ voiceprint_id: string }>(url, 'SELECT voiceprint_id FROM vouch.voiceprints');
  t.deepEqual(stored.map((row) => row.voiceprint_id).sort(), rows.map((row) => row.voiceprintId).sort());
  t.is(stored.length, count);
  t.deepEqual(
    await asOwner(url, 'SELECT 1 FROM vouch.voiceprints GROUP BY speaker_ref, label HAVING count(*) > 1'),
    [],
  );
  const [made] = await asOwner<{ n: number }>(
    url,
    `SELECT count(*)::int AS n FROM vouch.ledger WHERE type = 'VOICEPRINT_CREATED'`,
  );
  t.is(made?.n, count);
}

/** Resident memory of a process, MiB. */
async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

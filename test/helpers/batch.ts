import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  EnrolmentJobState,
  EnrolmentRowResult,
  type DeepPartial,
  type EnrolmentJob,
  type EnrolmentJobRow,
  type EnrolmentJobStart,
} from '../../src/gen/vouch/v1/enrolment.js';
import { upload, type TestTenant } from './caller.js';

const FIXTURES = fileURLToPath(new URL('../../../fixtures/', import.meta.url));

/** A row of a manifest; what is left out is as most rows have it. */
export interface Row {
  readonly file: string;
  readonly speaker: string;
  readonly consent_reference: string;
  readonly [column: string]: string;
}

/** A manifest in CSV. Recordings are stated to have been begun just now. */
export function manifest(rows: readonly Row[]): Buffer {
  const columns = [
    'file',
    'speaker',
    'channel',
    'label',
    'consent_reference',
    'recorded_at',
    'proofing_method',
    'proofing_strength',
    'proofed_at',
  ];
  const usual: Record<string, string> = {
    recorded_at: new Date().toISOString(),
    proofing_method: 'branch-visit',
    proofing_strength: 'high',
    proofed_at: '2026-01-01T00:00:00Z',
  };
  const lines = rows.map((row) =>
    columns.map((column) => quoted(row[column] ?? usual[column] ?? '')).join(','),
  );
  return Buffer.from([columns.join(','), ...lines, ''].join('\n'));
}

function quoted(cell: string): string {
  return /[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

/** The folder that a service imports from, with a folder for a tenant. */
export class Imports {
  /** For VOUCH_IMPORT_DIR. */
  readonly directory: string;

  constructor() {
    this.directory = mkdtempSync(join(tmpdir(), 'vouch-import-'));
    mkdirSync(this.directory, { recursive: true });
  }

  /** Puts fixtures where a tenant's manifests find them, by the same names. */
  async copy(tenantId: string, files: readonly string[]): Promise<void> {
    for (const file of files) {
      const target = join(this.directory, tenantId, file);
      await mkdir(dirname(target), { recursive: true });
      await copyFile(join(FIXTURES, file), target);
    }
  }

  async write(tenantId: string, file: string, bytes: Uint8Array): Promise<void> {
    const target = join(this.directory, tenantId, file);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, bytes);
  }

  async remove(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }
}

export async function createJob(
  tenant: TestTenant,
  rows: readonly Row[] | Uint8Array,
  start: DeepPartial<EnrolmentJobStart> = {},
): Promise<EnrolmentJob> {
  const bytes = rows instanceof Uint8Array ? rows : manifest(rows);
  const { job } = await tenant.enrolment.createEnrolmentJob(
    upload({ idempotencyKey: randomUUID(), ...start }, bytes),
  );
  if (!job) throw new Error('No job came.');
  return job;
}

export async function readJob(tenant: TestTenant, jobId: string): Promise<EnrolmentJob> {
  const { job } = await tenant.enrolment.getEnrolmentJob({ jobId });
  if (!job) throw new Error('No job came.');
  return job;
}

/** Waits until a job does not run any more. */
export async function jobEnds(tenant: TestTenant, jobId: string, withinMs = 110_000): Promise<EnrolmentJob> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const job = await readJob(tenant, jobId);
    if (job.state !== EnrolmentJobState.RUNNING) return job;
    if (Date.now() > deadline) throw new Error(`The job runs on: ${JSON.stringify(job)}`);
    await sleep(100);
  }
}

/** All jobs of a tenant. */
export async function listedJobs({ enrolment }: TestTenant, pageSize: number): Promise<EnrolmentJob[]> {
  const jobs: EnrolmentJob[] = [];
  let pageToken = '';
  do {
    const page = await enrolment.listEnrolmentJobs({ pageSize, pageToken });
    jobs.push(...page.jobs);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return jobs;
}

/** All rows of a job. */
export async function jobRows(tenant: TestTenant, jobId: string, pageSize = 7): Promise<EnrolmentJobRow[]> {
  const rows: EnrolmentJobRow[] = [];
  let pageToken = '';
  do {
    const page = await tenant.enrolment.listEnrolmentJobRows({ jobId, pageSize, pageToken });
    rows.push(...page.rows);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return rows;
}

/** A row's result in words: `ENROLLED`, or `FAILED CONSENT_MISSING recorded_at`. */
export function outcomeOf({ result, reason, field }: EnrolmentJobRow): string {
  const name = Object.keys(EnrolmentRowResult).find(
    (each) => EnrolmentRowResult[each as 'FAILED'] === result,
  );
  return [name, reason, field].filter((part) => part !== '').join(' ');
}

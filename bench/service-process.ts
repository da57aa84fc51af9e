/* The service, in a process of its own: as `vouch serve` starts it, and asked for what it uses. */
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { readConfig } from '../src/config.js';
import type { Policy } from '../src/domain/policy.js';
import { VouchService } from '../src/service.js';
import { DEFAULT_POLICY } from '../src/tenant/index.js';
import { answerParent } from './processes.js';
import { cpuMs } from './statistics.js';

const service = await VouchService.create(readConfig());
const { host, port } = await service.start();
const delay = monitorEventLoopDelay({ resolution: 20 });
delay.enable();

/** What the process has used since it began. */
export interface Usage {
  readonly cpuMs: number;
  /** Of that, by the main thread: gRPC, sessions, decisions; the rest is speech, and the runtime's own threads. */
  readonly mainThreadCpuMs: number;
  readonly residentMiB: number;
  /** How late the event loop was since this was asked last, ms. */
  readonly eventLoopDelayP99Ms: number;
}

/** Of the main thread, whose id is that of the process, from /proc; 0 where there is none. 100 ticks a second. */
function mainThreadCpuMs(): number {
  try {
    const stat = readFileSync(`/proc/self/task/${process.pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return 0;
  }
}

const handlers = {
  address: () => `${host}:${port}`,
  usage: (): Usage => {
    const eventLoopDelayP99Ms = delay.percentile(99) / 1e6;
    delay.reset();
    return {
      cpuMs: cpuMs(),
      mainThreadCpuMs: mainThreadCpuMs(),
      residentMiB: process.memoryUsage.rss() / 2 ** 20,
      eventLoopDelayP99Ms,
    };
  },
  threads: () => readdirSync('/proc/self/task').length,
  collectGarbage: () => globalThis.gc?.(),
  /** A tenant whose voiceprints may be used at once. */
  createTenant: async (changes: Partial<Policy>) => {
    const tenantId = `bench-${randomUUID()}`;
    await service.tenants.create(
      { tenantId, role: 'ADMINISTRATOR', actorId: 'bench' },
      {
        ...DEFAULT_POLICY,
        // The same voices say the same over and over.
        replayedCalls: 'ADVISORY',
        enrolment: { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0 },
        ...changes,
      },
    );
    return tenantId;
  },
};

export type ServiceHandlers = typeof handlers;

answerParent(handlers, () => service.stop());

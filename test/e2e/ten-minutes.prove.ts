import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createChannel, createClientFactory, Metadata } from 'nice-grpc';
import { AdminServiceDefinition } from '../../src/gen/vouch/v1/admin.js';
import { ConsentServiceDefinition } from '../../src/gen/vouch/v1/consent.js';
import { DecisionKind } from '../../src/gen/vouch/v1/decision.js';
import { EnrolmentServiceDefinition } from '../../src/gen/vouch/v1/enrolment.js';
import { RetentionServiceDefinition } from '../../src/gen/vouch/v1/retention.js';
import { TransferServiceDefinition } from '../../src/gen/vouch/v1/transfer.js';
import { VerificationServiceDefinition } from '../../src/gen/vouch/v1/verification.js';
import { Served } from '../helpers/binary.js';
import { TestTenant, type ClientMaker } from '../helpers/caller.js';
import { fixturePcm } from '../helpers/speech.js';
import type { TestStream } from '../helpers/test-stream.js';

/** Length of the call, minutes; at least 3. */
const MINUTES = Number(process.env['VOUCH_PROVE_MINUTES'] ?? 10);
const SAMPLE_EVERY_MS = 2000;
const WARM_UP_MS = 60_000;
const FRAME_MS = 20;
const FRAME_BYTES = 320;
/** What the resident memory of the process may drift by from the second minute to the last, MiB. */
const DRIFT_MIB = 16;

test('a call of ten minutes streams at real pace with flat memory', async (t) => {
  t.timeout((MINUTES + 2) * 60_000);
  const served = await Served.start();
  t.teardown(() => served.stop());
  const tenant = new TestTenant(clientsOf(served.address), 'development');
  await tenant.publishNotice();
  await tenant.enrol('carlo_it');
  const call = tenant.open(['carlo_it']);
  await call.event('started');

  const samples: { atMs: number; mib: number }[] = [];
  const startedAt = performance.now();
  const sampling = setInterval(() => {
    void residentMib(served.pid).then((mib) => samples.push({ atMs: performance.now() - startedAt, mib }));
  }, SAMPLE_EVERY_MS);
  const lateMs = await streamAtRealPace(call, MINUTES * 60_000);
  clearInterval(sampling);
  t.is(await call.end(), null);

  const ended = await call.event('ended');
  t.is(ended.audioMs, MINUTES * 60_000);
  t.is(ended.droppedMs, 0);
  t.is((await call.event('decision', ({ kind }) => kind === DecisionKind.ACCEPT)).claimsSoFar, 1);
  t.false(call.kinds().includes('speakerChanged'));
  const warm = samples.filter(({ atMs }) => atMs >= WARM_UP_MS);
  const driftMib = slope(warm) * (warm.at(-1)!.atMs - warm[0]!.atMs);
  t.log(
    `${MINUTES} min; resident ${Math.round(warm[0]!.mib)} MiB after the first minute, ${Math.round(warm.at(-1)!.mib)} at the end;`,
    `drift of the fitted line ${driftMib.toFixed(1)} MiB; the client was at most ${Math.round(lateMs)} ms late`,
  );
  t.true(driftMib < DRIFT_MIB);
});

/** Sends fixture speech over and over, a frame every 20 ms. Returns by how much the latest frame was late, ms. */
async function streamAtRealPace(call: TestStream, lengthMs: number): Promise<number> {
  const speech = Buffer.concat([fixturePcm('carlo_it/call-1.wav'), fixturePcm('carlo_it/call-2.wav')]);
  const frames = Math.floor(speech.length / FRAME_BYTES);
  const startedAt = performance.now();
  let latestMs = 0;
  for (let n = 0; n * FRAME_MS < lengthMs; n++) {
    const waitMs = startedAt + n * FRAME_MS - performance.now();
    if (waitMs > 1) await sleep(waitMs);
    latestMs = Math.max(latestMs, -waitMs);
    const at = (n % frames) * FRAME_BYTES;
    await call.send({ $case: 'audio', value: { data: speech.subarray(at, at + FRAME_BYTES) } });
  }
  return latestMs;
}

/** Resident memory of a process, MiB. */
async function residentMib(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

/** Slope of the least-squares line, MiB a millisecond. */
function slope(points: readonly { atMs: number; mib: number }[]): number {
  const mean = (of: (point: { atMs: number; mib: number }) => number) =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const x = mean((point) => point.atMs);
  const y = mean((point) => point.mib);
  const covariance = mean((point) => (point.atMs - x) * (point.mib - y));
  return covariance / mean((point) => (point.atMs - x) ** 2);
}

function clientsOf(address: string): ClientMaker {
  const shared = createChannel(address);
  return {
    clients: (tenantId, role, channel = shared) => {
      const metadata = Metadata({ 'vouch-tenant': tenantId, 'vouch-role': role });
      const factory = createClientFactory();
      const options = { '*': { metadata } };
      return {
        verification: factory.create(VerificationServiceDefinition, channel, options),
        enrolment: factory.create(EnrolmentServiceDefinition, channel, options),
        consent: factory.create(ConsentServiceDefinition, channel, options),
        admin: factory.create(AdminServiceDefinition, channel, options),
        retention: factory.create(RetentionServiceDefinition, channel, options),
        transfer: factory.create(TransferServiceDefinition, channel, options),
      };
    },
  };
}

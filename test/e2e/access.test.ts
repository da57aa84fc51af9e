import { Readable } from 'node:stream';
import test from 'ava';
import { createClientFactory, Metadata, Status, type CallOptions } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { ROLES } from '../../src/access/index.js';
import type { Role } from '../../src/domain/principal.js';
import { Role as PersonRole } from '../../src/gen/vouch/v1/common.js';
import { ACCESS } from '../../src/transport/access-table.js';
import { serviceOfFile } from '../helpers/ground.js';
import { PCM } from '../helpers/caller.js';
import { collect } from '../helpers/collect.js';
import { answerOf, eventsOf, httpCaller, reasonOf } from '../helpers/http.js';
import { isRefused } from '../helpers/refusal.js';
import { failure, failureOf, TestStream } from '../helpers/test-stream.js';

const service = serviceOfFile();

/** Why nobody of that role is let in. */
const REFUSALS: ReadonlySet<string> = new Set(['ROLE_NOT_ALLOWED', 'UNAUTHENTICATED']);

type AnyRpc = (request: unknown, options: CallOptions) => Promise<unknown> | AsyncIterable<unknown>;

interface Cell {
  readonly service: (typeof ACCESS)[number]['service'];
  readonly method: string;
  readonly streams: boolean;
  readonly role: Role;
  readonly allowed: boolean;
}

/** Every RPC with every role. */
const CELLS: readonly Cell[] = ACCESS.flatMap(({ service: definition, rows }) =>
  Object.entries<readonly Role[]>(rows).flatMap(([method, allowed]) =>
    ROLES.map((role) => ({
      service: definition,
      method,
      streams: (definition.methods as Record<string, { requestStream: boolean }>)[method]!.requestStream,
      role,
      allowed: allowed.includes(role),
    })),
  ),
);

/** How an empty request of a role fails, over gRPC; empty where it does not. */
async function reasonOverGrpc(cell: Cell, tenantId: string): Promise<string> {
  const metadata = Metadata({ 'vouch-tenant': tenantId, 'vouch-role': cell.role });
  const client: unknown = createClientFactory()
    .use(errorDetailsClientMiddleware)
    .create(cell.service, service().channel, { '*': { metadata } });
  const rpc = (client as Readonly<Record<string, AnyRpc>>)[cell.method]!;
  const signal = AbortSignal.timeout(20_000);
  try {
    const answer = rpc(cell.streams ? Readable.from([{}]) : {}, { signal });
    await (Symbol.asyncIterator in answer ? answer[Symbol.asyncIterator]().next() : answer);
    return '';
  } catch (error) {
    return failureOf(error).reason;
  }
}

/** The same over HTTP. */
async function reasonOverHttp(cell: Cell, tenantId: string): Promise<string> {
  const { name } = (cell.service.methods as Record<string, { name: string }>)[cell.method]!;
  const type = cell.streams ? 'application/x-ndjson' : 'application/json';
  const http = httpCaller(service(), tenantId, cell.role);
  const response = await http.post(`${cell.service.name}/${name}`, '{}', { 'content-type': type });
  if (!response.ok) return reasonOf((await answerOf(response)).body) ?? '';
  if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
    await response.arrayBuffer();
    return '';
  }
  for await (const { event, data } of eventsOf(response))
    return event === 'error' ? (reasonOf(data) ?? '') : '';
  return '';
}

for (const [transport, reasonOver] of [
  ['gRPC', reasonOverGrpc],
  ['HTTP', reasonOverHttp],
] as const) {
  test.serial(`over ${transport} every RPC lets in the roles of the table, and nobody else`, async (t) => {
    t.timeout(120_000);
    const { tenantId } = await service().tenant();
    t.true(CELLS.length > 300);
    for (const cell of CELLS) {
      const reason = await reasonOver(cell, tenantId);
      const name = `${cell.service.name}/${cell.method} as ${cell.role}: ${reason}`;
      if (cell.allowed) t.false(REFUSALS.has(reason), name);
      else t.is(reason, 'ROLE_NOT_ALLOWED', name);
    }
    t.log(`${CELLS.length} cells`);
  });
}

const denied = { reason: 'CALL_OF_ANOTHER', code: Status.PERMISSION_DENIED, field: 'call_id' } as const;

test('a platform reads the calls that it streams, also one that was paused before its stream', async (t) => {
  const { tenantId } = await service().tenant();
  const as = (role: Role, actor: string) => service().clients(tenantId, role, undefined, actor).verification;
  const [own, another] = [as('TELEPHONY', 'ivr-1'), as('TELEPHONY', 'ivr-2')];
  const callId = 'paused first';
  await as('AGENT', 'payments').pauseCall({ callId, reason: 'card', idempotencyKey: 'p' });
  const stream = new TestStream(own, callId);
  await stream.send({ $case: 'start', value: { callId, format: PCM } });
  await stream.event('started');
  t.is((await own.getCall({ callId })).callId, callId);
  isRefused(t, await failure(another.getCall({ callId })), denied);
  isRefused(t, await failure(another.resumeCall({ callId, idempotencyKey: 'r' })), denied);
  isRefused(t, await failure(another.evaluateCall({ callId, idempotencyKey: 'e' })), denied);
  isRefused(t, await failure(collect(another.watchCall({ callId }))), denied);
  await stream.end();
});

test('an agent reads the calls that name them, or nobody', async (t) => {
  const tenant = await service().tenant();
  const as = (actor: string) => service().clients(tenant.tenantId, 'AGENT', undefined, actor).verification;
  const named = tenant.open([], { agentId: 'ann' });
  const { callId } = named;
  await named.event('started');
  t.is((await as('ann').getCall({ callId })).callId, callId);
  isRefused(t, await failure(as('bob').getCall({ callId })), denied);
  isRefused(t, await failure(collect(as('bob').watchCall({ callId }))), denied);
  await tenant.verification.updateCall({ callId, agentId: 'bob', idempotencyKey: 'hand over' });
  t.is((await as('bob').getCall({ callId })).callId, callId);
  isRefused(t, await failure(as('ann').getCall({ callId })), denied);
  t.is((await tenant.as('SUPERVISOR').getCall(callId)).callId, callId);
  await named.end();
  const ofNobody = tenant.open([]);
  await ofNobody.event('started');
  t.is((await as('ann').getCall({ callId: ofNobody.callId })).callId, ofNobody.callId);
  await ofNobody.end();
});

test('exact scores are for those who answer for the service; a platform sees tens, an agent the band', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const platform = tenant.as('TELEPHONY');
  const call = platform.open(['allison_en']);
  await call.speech('allison_en/call-1.wav');
  await call.end();
  const { callId } = call;
  const exact: Role[] = ['SUPERVISOR', 'PRIVACY_OFFICER', 'ADMINISTRATOR', 'AUDITOR'];
  for (const role of exact) {
    const { decision } = await tenant.as(role).getCall(callId);
    t.is(typeof decision!.llr, 'number', role);
    t.is(typeof decision!.claims[0]!.score, 'number', role);
  }
  const { decision } = await platform.getCall(callId);
  const seen = JSON.stringify([decision, call.events]);
  t.true(seen.includes('"confidence"'));
  t.notRegex(seen, /"(score|llr|secondScore)"/);
  for (const [, confidence] of seen.matchAll(/"confidence":([^,}]+)/g)) t.is(Number(confidence) % 10, 0);
  t.notRegex(
    JSON.stringify(await tenant.as('AGENT').getCall(callId)),
    /"(score|llr|secondScore|confidence)"/,
  );
});

test('somebody with several roles acts in the first one that may', async (t) => {
  const { tenantId } = await service().tenant();
  const both = service().clients(tenantId, 'AUDITOR,PRIVACY_OFFICER,TELEPHONY' as Role);
  t.is((await failure(both.admin.putPolicy({}))).metadata['role'], 'PRIVACY_OFFICER');
  await both.admin.listAuditEntries({});
  const { entries } = await both.admin.listAuditEntries({ pageSize: 1 });
  t.is(entries[0]!.role, PersonRole.PRIVACY_OFFICER);
});

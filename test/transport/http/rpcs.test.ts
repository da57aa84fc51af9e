import { randomUUID } from 'node:crypto';
import { Validator } from '@seriousme/openapi-schema-validator';
import test from 'ava';
import { EnrolmentStart } from '../../../src/gen/vouch/v1/enrolment.js';
import { PROOFING } from '../../helpers/caller.js';
import { collect } from '../../helpers/collect.js';
import { serviceOfFile } from '../../helpers/ground.js';
import {
  answerOf,
  errorOf,
  eventsOf,
  httpCaller,
  HttpCaller,
  reasonOf,
  type ServerSentEvent,
} from '../../helpers/http.js';
import { SERVICES } from '../../helpers/services.js';
import { fixtureFile } from '../../helpers/speech.js';

const CALL = 'allison_en/call-1.wav';
const service = serviceOfFile();

test('an RPC is asked with JSON, and answers with JSON', async (t) => {
  const tenant = await service().tenant();
  const http = httpCaller(service(), tenant.tenantId);
  const { status, headers, body } = await http.ask('ConsentService/OptOut', {
    speakerId: 'kim',
    occurredAt: '2026-01-01T00:00:00Z',
    idempotencyKey: 'k',
  });
  t.is(status, 200, JSON.stringify(body));
  t.regex(headers.get('content-type') ?? '', /^application\/json/);
  t.is(headers.get('cache-control'), 'no-store');
  const read = await http.ask('ConsentService/GetConsent', { speaker_id: 'kim' });
  t.is(read.status, 200, JSON.stringify(read.body));
  t.regex(JSON.stringify(read.body), /OPTED_OUT|optedOut/);
});

test('a failure has the status of its code, and says why in the form of AIP-193', async (t) => {
  const tenant = await service().tenant();
  const http = httpCaller(service(), tenant.tenantId);
  const { status, body } = await http.ask('EnrolmentService/GetSpeaker', { speakerId: 'nobody' });
  t.is(status, 404);
  const error = errorOf(body);
  t.like(error, { code: 404, status: 'NOT_FOUND' });
  t.like(error.details[0], {
    '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
    reason: 'SPEAKER_NOT_FOUND',
    domain: 'vouch.v1',
  });
});

test('a watched call comes as events, replayed and then live, up to the end', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const http = httpCaller(service(), tenant.tenantId, 'AGENT');
  const call = tenant.open(['allison_en']);
  await call.event('started');
  const response = await http.post('VerificationService/WatchCall', JSON.stringify({ callId: call.callId }));
  t.is(response.status, 200);
  t.is(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  const watched = collect(eventsOf(response));
  await call.speech(CALL, 0, 8000);
  t.is(await call.end(), null);
  const events = await watched;
  t.deepEqual(events.at(-1), { event: 'end', data: {} });
  const sequences = events
    .slice(0, -1)
    .map(({ data }) => (data as { event: { sequence?: number } }).event.sequence);
  t.deepEqual(
    sequences.filter(Boolean),
    sequences.filter(Boolean).map((_, index) => index + 1),
  );
  t.true(
    events.some(
      ({ data }) =>
        JSON.stringify(data).includes('"DECISION_ACCEPT"') || JSON.stringify(data).includes('ACCEPT'),
    ),
  );
});

test('what refuses a stream before it began is an HTTP status', async (t) => {
  const tenant = await service().tenant();
  const http = httpCaller(service(), tenant.tenantId);
  const { status, body } = await http.ask('VerificationService/WatchCall', { callId: 'nobody' });
  t.is(status, 404);
  t.is(reasonOf(body), 'CALL_NOT_FOUND');
});

test('a recording is enrolled from lines of JSON', async (t) => {
  const tenant = await service().tenant();
  await tenant.grant('allison_en');
  const http = httpCaller(service(), tenant.tenantId);
  const start = EnrolmentStart.fromPartial({
    speakerId: 'allison_en',
    proofing: PROOFING,
    recordedAt: new Date(),
    idempotencyKey: randomUUID(),
  });
  const bytes = fixtureFile('allison_en/enrol.wav');
  const messages: unknown[] = [{ start: EnrolmentStart.toJSON(start) }];
  for (let at = 0; at < bytes.length; at += 262_144)
    messages.push({ data: Buffer.from(bytes.subarray(at, at + 262_144)).toString('base64') });
  const body = messages.map((message) => `${JSON.stringify(message)}\n`).join('');
  const { status, body: answer } = await answerOf(
    await http.post('EnrolmentService/EnrolFromRecording', body, { 'content-type': 'application/x-ndjson' }),
  );
  t.is(status, 200, JSON.stringify(answer));
  t.like(answer, { voiceprint: { speakerId: 'allison_en' } });
  const listed = await http.ask('EnrolmentService/ListVoiceprints', { speakerId: 'allison_en' });
  t.is((listed.body as { voiceprints: unknown[] }).voiceprints.length, 1);
});

test('StreamCall is for gRPC only', async (t) => {
  const { status, body } = await httpCaller(service(), (await service().tenant()).tenantId).ask(
    'VerificationService/StreamCall',
    {},
  );
  t.is(status, 501);
  t.is(reasonOf(body), 'GRPC_ONLY');
});

test('a client that goes away ends its stream at the service', async (t) => {
  const tenant = await service().tenant();
  const http = httpCaller(service(), tenant.tenantId);
  const call = tenant.open([]);
  await call.event('started');
  const leave = new AbortController();
  const response = await http.post(
    'VerificationService/WatchCall',
    JSON.stringify({ callId: call.callId }),
    {},
    leave.signal,
  );
  const events: ServerSentEvent[] = [];
  const reading = (async () => {
    for await (const event of eventsOf(response)) {
      events.push(event);
      leave.abort();
    }
  })();
  t.is(await reading.catch((error: unknown) => (error as Error).name), 'AbortError');
  t.true(events.length > 0);
  t.is(await call.end(), null);
});

interface Operation {
  readonly description: string;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, { readonly post: Operation }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

async function document(): Promise<Document> {
  const { status, body } = await new HttpCaller(service()).get('/openapi.json');
  if (status !== 200) throw new Error(`Status ${status}.`);
  return body as Document;
}

test('the document is one of OpenAPI 3.1', async (t) => {
  const found = await document();
  t.regex(found.openapi, /^3\.1\./);
  // Without a new line in it, it would be taken for the name of a file.
  const { valid, errors } = await new Validator().validate(`${JSON.stringify(found)}\n`);
  t.true(valid, JSON.stringify(errors));
});

test('every RPC is in it but StreamCall, with what the contract says of it', async (t) => {
  const { paths, components } = await document();
  const expected = SERVICES.flatMap(({ fullName, methods }) =>
    Object.values(methods).map(({ name }) => `/${fullName}/${name}`),
  ).filter((path) => !path.endsWith('/StreamCall'));
  t.deepEqual(Object.keys(paths).sort(), expected.sort());
  for (const [path, { post }] of Object.entries(paths))
    t.regex(post.description, /^\w[^]+\n\nRoles: \w/, path);
  for (const [name, { description, properties = {} }] of Object.entries(components.schemas)) {
    if (name === 'Error') continue;
    t.true((description ?? '').length > 0, name);
    for (const [field, schema] of Object.entries(properties))
      t.truthy(schema.description, `${name}.${field}`);
  }
});

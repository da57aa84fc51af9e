import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createFileRegistry, fromBinary, type DescField, type DescMessage } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import test from 'ava';
import { createClientFactory, Metadata } from 'nice-grpc';
import { errorDetailsClientMiddleware } from 'nice-grpc-error-details';
import { ROOT } from '../../helpers/binary.js';
import { serviceOfFile } from '../../helpers/ground.js';
import { answerOf, errorOf, eventsOf, httpCaller, type HttpCaller } from '../../helpers/http.js';
import { SERVICES, type AnyRpc, type AnyService } from '../../helpers/services.js';
import { failureOf } from '../../helpers/test-stream.js';

const descriptors = await readFile(join(ROOT, 'src/gen/vouch.binpb'));
const contract = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors));

const service = serviceOfFile({ VOUCH_TRANSFERS: 'on' });

/** What came of a request: messages as JSON, or why not. */
type Outcome =
  { readonly messages: readonly unknown[] } | { readonly reason: unknown; readonly metadata: unknown };

type Client = Readonly<Record<string, (request: unknown) => Promise<unknown> | AsyncIterable<unknown>>>;

async function overGrpc(client: Client, key: string, rpc: AnyRpc, json: unknown): Promise<Outcome> {
  const message: unknown = rpc.requestType.fromJSON(json);
  const messages = async function* () {
    await Promise.resolve();
    yield message;
  };
  try {
    const answer = client[key]!(rpc.requestStream ? messages() : message);
    const answers: unknown[] = [];
    if (Symbol.asyncIterator in answer) for await (const each of answer) answers.push(each);
    else answers.push(await answer);
    return { messages: answers.map((each) => rpc.responseType.toJSON(each)) };
  } catch (error) {
    const { reason, metadata } = failureOf(error);
    return { reason, metadata };
  }
}

async function overHttp(http: HttpCaller, path: string, rpc: AnyRpc, json: unknown): Promise<Outcome> {
  const type = rpc.requestStream ? 'application/x-ndjson' : 'application/json';
  const response = await http.post(path, JSON.stringify(json), { 'content-type': type });
  if (rpc.responseStream && response.ok) {
    const messages: unknown[] = [];
    for await (const { event, data } of eventsOf(response)) {
      if (event === 'error') return failed(data);
      if (event === 'message') messages.push(data);
    }
    return { messages };
  }
  const { body, status } = await answerOf(response);
  return status === 200 ? { messages: [body] } : failed(body);
}

function failed(body: unknown): Outcome {
  const [info] = errorOf(body).details;
  return { reason: info?.reason, metadata: info?.metadata };
}

/** A request with something in every field, as JSON. The same key twice is the same request. */
function sample(message: DescMessage): Record<string, unknown> {
  const first = new Set(message.oneofs.map(({ fields }) => fields[0]));
  const fields = message.fields.filter((field) => !field.oneof || first.has(field));
  return Object.fromEntries(
    fields.map((field) => {
      const value = sampleOf(field);
      return [field.jsonName, field.fieldKind === 'list' ? [value] : value];
    }),
  );
}

const TEXTS: Readonly<Record<string, string>> = {
  speaker_id: 'kim',
  language: 'en',
  on_behalf_of: 'lee',
  page_token: '',
  policy_id: '',
  decision_id: '00000000-0000-4000-8000-000000000000',
};

function sampleOf(field: DescField): unknown {
  if (field.message?.typeName === 'google.protobuf.Timestamp') return '2026-01-01T00:00:00Z';
  if (field.message) return sample(field.message);
  if (field.enum) return field.enum.values[1]?.name;
  // PauseCall makes a call of the other name, and to watch that one has no end.
  if (field.parent.name === 'WatchCallRequest' && field.name === 'call_id') return 'nobody';
  const text = TEXTS[field.name] ?? `some ${field.name}`;
  const byType: Readonly<Record<string, unknown>> = { STRING: text, BYTES: 'A'.repeat(43) + '=', BOOL: true };
  return byType[SCALARS[field.scalar] ?? ''] ?? 1;
}

const SCALARS: Readonly<Record<number, string>> = { 9: 'STRING', 12: 'BYTES', 8: 'BOOL' };

/** What differs between any two requests: when, which id, what is made of them, and a secret that is told once. */
function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).flatMap(([key, each]) => (key === 'secret' ? [] : [[key, masked(each)]])),
    );
  if (typeof value !== 'string') return typeof value;
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return 'a time';
  return value.length > 30 ? 'an id, or bytes' : value;
}

const TENANTS: readonly [string, (rpc: AnyRpc, at: AnyService) => unknown][] = [
  ['nothing is stated', () => ({})],
  [
    'everything is stated',
    (rpc, { name }) => {
      const method = contract.getService(`vouch.v1.${name}`)?.methods.find((each) => each.name === rpc.name);
      return sample(method!.input);
    },
  ],
];

for (const [what, requestOf] of TENANTS) {
  test.serial(`each RPC has the same result over HTTP as over gRPC where ${what}`, async (t) => {
    t.timeout(120_000);
    const { tenantId } = await service().tenant();
    const http = httpCaller(service(), tenantId);
    const metadata = Metadata({
      'vouch-tenant': tenantId,
      'vouch-role': 'ADMINISTRATOR',
      'vouch-actor': 'test',
    });
    const factory = createClientFactory().use(errorDetailsClientMiddleware);
    let answered = 0;
    for (const definition of SERVICES) {
      const client = factory.create(definition, service().channel, {
        '*': { metadata },
      }) as unknown as Client;
      for (const [key, rpc] of Object.entries(definition.methods)) {
        const path = `${definition.name}/${rpc.name}`;
        const json = requestOf(rpc, definition);
        const told = await overHttp(http, path, rpc, json);
        if (rpc.name === 'StreamCall') t.like(told, { reason: 'GRPC_ONLY' });
        else t.deepEqual(masked(told), masked(await overGrpc(client, key, rpc, json)), path);
        if ('messages' in told) answered += 1;
      }
    }
    t.true(answered > 15, `${answered} RPCs gave a result`);
    t.log(`${answered} RPCs gave a result`);
  });
}

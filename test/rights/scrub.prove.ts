import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { ConsentGate, Consents } from '../../src/consent/index.js';
import { FileKeyring } from '../../src/crypto/index.js';
import { Voiceprints } from '../../src/enrolment/index.js';
import { Rights } from '../../src/rights/index.js';
import { Database, EmbeddedPostgres, migrate, scrub } from '../../src/storage/index.js';
import { DEFAULT_POLICY, Tenants } from '../../src/tenant/index.js';
import { filesWith, tablesWith } from '../helpers/byte-search.js';
import { notice, recordInput } from '../helpers/consents.js';
import { asOwner } from '../helpers/database.js';
import { newTenant, TestClock } from '../helpers/tenant.js';
import { enrolmentRequest, speech } from '../helpers/voiceprints.js';

const ERASED = 'search-me-erased-5b1c9d';
const OTHERS = Array.from({ length: 40 }, (_, index) => `search-me-${index}-stays`);

test('on the embedded server, too, after erasure and scrub neither a dump nor any file of the server holds the id', async (t) => {
  t.timeout(180_000);
  const directory = await mkdtemp(join(tmpdir(), 'vouch-scrub-'));
  await chmod(directory, 0o755); // mkdtemp closes it to the server's user.
  const server = await EmbeddedPostgres.start(directory, { disposable: true });
  t.teardown(async () => {
    await server.stop();
    for (const each of [server.directory, directory]) await rm(each, { recursive: true, force: true });
  });
  const { url } = server;
  await migrate(url);
  const database = await Database.connect({ url });
  t.teardown(() => database.close());
  const keyFile = join(await mkdtemp(join(tmpdir(), 'vouch-keys-')), 'keyring.json');
  const keyring = await FileKeyring.open(keyFile);
  const clock = new TestClock();
  const officer = await newTenant(new Tenants(database, keyring, clock));
  const consents = new Consents(database, keyring, clock);
  const gate = new ConsentGate(database, keyring, clock);
  const voiceprints = new Voiceprints(database, keyring, gate, clock);
  await consents.publishNotice(officer, notice(), 'notice');
  for (const speakerId of [...OTHERS, ERASED]) {
    await consents.recordConsent(officer, recordInput(speakerId, clock.now()));
    const { grant } = await gate.openClaim(officer.tenantId, speakerId, 'VERIFY');
    const policy = { ...DEFAULT_POLICY.enrolment, waitingPeriodMs: 0 };
    await voiceprints.create(officer, grant!, enrolmentRequest(speakerId), speech(clock.now()), policy);
  }
  // Statistics of the planner keep samples of columns, where they may.
  await asOwner(url, 'ANALYZE');
  await asOwner(url, 'CHECKPOINT');
  const [kept = ''] = OTHERS;
  t.deepEqual(await tablesWith(url, ERASED), ['vouch.speakers']);
  t.true((await filesWith(server.directory, ERASED)).length >= 3, 'in the table, its index and the log');

  const key = randomUUID();
  const input = { speakerId: ERASED, onBehalfOf: '', idempotencyKey: key };
  const receipt = await new Rights(database, keyring, clock).erase(officer, input);
  t.like(receipt.destroyed, { names: 1, voiceprints: 1, dataKeys: 1 });
  t.deepEqual(await tablesWith(url, ERASED), []);
  await asOwner(url, 'VACUUM');
  await asOwner(url, 'CHECKPOINT');
  t.true(
    (await filesWith(server.directory, ERASED)).length > 0,
    'without the scrub its bytes are still there',
  );

  const scrubbed = await scrub(url);
  t.like(scrubbed, { segmentsKept: 0, archived: false });
  t.deepEqual(await filesWith(server.directory, ERASED), []);
  t.deepEqual(await tablesWith(url, ERASED), []);
  t.deepEqual(await tablesWith(url, kept), ['vouch.speakers'], 'the search finds what is there');
  t.true((await filesWith(server.directory, kept)).length > 0);
  // And it still serves, and knows the repeat.
  t.deepEqual(await new Rights(database, keyring, clock).erase(officer, input), receipt);
});

import test from 'ava';
import pg from 'pg';
import type { RetentionItem } from '../../src/domain/retention.js';
import { Retention, RetentionTimer } from '../../src/retention/index.js';
import { Database, listLedger } from '../../src/storage/index.js';
import { asOwner } from '../helpers/database.js';
import { rightsGround } from '../helpers/rights.js';
import { reasonOf } from '../helpers/tenant.js';

const DAY = 86_400_000;

test('a run that is cut off is told as far as it came', async (t) => {
  const { url, database, keyring, clock, officer, grant, call } = await rightsGround(t);
  for (let index = 0; index < 40; index += 1) await grant(`speaker-${index}`);
  await call(['stranger']);
  clock.advance(1200 * DAY);
  const failures: unknown[] = [];
  const onFailure = (error: unknown) => failures.push(error);
  const timer = new RetentionTimer({ database, keyring, clock, onFailure });
  const round = timer.round();
  const begun = async () => (await asOwner(url, 'SELECT FROM vouch.erasure_evidence')).length > 0;
  while (!(await begun()));
  await timer.stop();
  await round;
  const entries = async () => database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 1000));
  const ledger = await entries();
  const erased = ledger.filter(({ type }) => type === 'SPEAKER_ERASED').length;
  t.true(erased < 41);
  const end = ledger.find(({ type }) => type === 'RETENTION_RUN');
  t.like(JSON.parse(end?.body ?? '{}'), { removed: { SPEAKER: erased }, complete: false });
  t.deepEqual(failures, []);

  // As by SIGKILL: whoever reads the items never comes back.
  const items = new Retention({ database, keyring }, clock).run(officer, false);
  for (let next = await items.next(); next.done !== true; next = await items.next())
    if (next.value.kind === 'CALL') break;
  t.is((await entries()).at(-1)?.type, 'RETENTION_REMOVED');
});

test('one speaker who takes too long keeps nobody else, and what remains is told', async (t) => {
  const { url, keyring, clock, officer, grant } = await rightsGround(t);
  await grant('lee');
  clock.advance(1200 * DAY);
  const [held] = await asOwner<{ id: string }>(
    url,
    'SELECT speaker_id AS id FROM vouch.speakers ORDER BY speaker_ref LIMIT 1',
  );
  const blocker = new pg.Client({ connectionString: url });
  await blocker.connect();
  t.teardown(() => blocker.end());
  await blocker.query('BEGIN');
  await blocker.query('SELECT FROM vouch.speakers WHERE speaker_id = $1 FOR UPDATE', [held?.id]);
  const database = await Database.connect({ url, statementTimeoutMs: 300 });
  t.teardown(() => database.close());
  const items: RetentionItem[] = [];
  const run = async () => {
    for await (const item of new Retention({ database, keyring }, clock).run(officer, false))
      items.push(item);
  };
  t.is(await reasonOf(run()), 'DATABASE_UNAVAILABLE');
  t.deepEqual(
    items.filter(({ kind }) => kind === 'SPEAKER').map(({ id }) => id),
    ['kim', 'lee'].filter((id) => id !== held?.id),
  );
});

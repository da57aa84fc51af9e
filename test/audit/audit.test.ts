import test, { type ExecutionContext } from 'ava';
import { Audit, entryHash, type ChainPoint } from '../../src/audit/index.js';
import { listLedger } from '../../src/storage/index.js';
import { asOwner } from '../helpers/database.js';
import { freshGround, newTenant, type Ground } from '../helpers/tenant.js';

const SUBJECT = '7e0a9f5c-2a5e-4c53-9d8e-0d9b7f6f8a11';

/** A tenant with a chain of six entries. */
async function sixEntries(t: ExecutionContext): Promise<Ground & { audit: Audit }> {
  const ground = await freshGround(t);
  const audit = new Audit(ground.database, ground.clock);
  // The tenant's beginning made two.
  for (let number = 3; number <= 6; number++) {
    await audit.append(ground.officer, 'SPEAKER_READ', SUBJECT, { number, text: 'ä € 𐍈 "quoted"\n' });
  }
  return { ...ground, audit };
}

/** What the database's owner could do, past every grant. */
async function tamper({ url, officer, audit }: Ground & { audit: Audit }, ...statements: string[]) {
  for (const statement of statements) await asOwner(url, statement);
  return audit.verify(officer.tenantId);
}

test('an untouched chain leads to its head', async (t) => {
  const { database, officer, audit } = await sixEntries(t);
  const entries = await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 100));
  t.is(entries.length, 6);
  const head = { position: 6, hash: entries[5]!.hash };
  t.deepEqual(await audit.verify(officer.tenantId), head);
  t.deepEqual(await audit.verify(officer.tenantId, { position: 3, hash: entries[2]!.hash }), head);
});

test('what is appended tells its place', async (t) => {
  const { database, officer, audit } = await sixEntries(t);
  const { position, hash } = await audit.append(officer, 'SPEAKER_READ', SUBJECT, {});
  t.is(position, 7);
  const [entry] = await database.tenant(officer.tenantId, (tx) => listLedger(tx, 6, 1));
  t.deepEqual(hash, entry!.hash);
});

test('the database and this code hash alike', async (t) => {
  const { database, officer } = await sixEntries(t);
  for (const entry of await database.tenant(officer.tenantId, (tx) => listLedger(tx, 0, 100))) {
    t.deepEqual(entryHash(entry), entry.hash);
  }
});

for (const [field, value] of Object.entries({
  kind: "'CONSENT'",
  event_id: 'gen_random_uuid()',
  type: "'OPTED_OUT'",
  subject_ref: 'NULL',
  actor_role: "'AUDITOR'",
  on_behalf_of_ref: 'actor_ref',
  occurred_at: "occurred_at - interval '1 ms'",
  recorded_at: "recorded_at + interval '1 year'",
  body: "replace(body, '4', '5')",
  hash: "sha256('x')",
})) {
  test(`a changed ${field} is found`, async (t) => {
    const ground = await sixEntries(t);
    const problem = await tamper(ground, `UPDATE vouch.ledger SET ${field} = ${value} WHERE position = 4`);
    t.like(problem, { position: 4, problem: 'CHANGED', entry: { position: 4 } });
  });
}

test('a deleted entry is found', async (t) => {
  const ground = await sixEntries(t);
  const problem = await tamper(ground, 'DELETE FROM vouch.ledger WHERE position = 3');
  t.deepEqual(problem, { position: 3, problem: 'MISSING', entry: null });
});

test('two swapped entries are found', async (t) => {
  const problem = await tamper(
    await sixEntries(t),
    'UPDATE vouch.ledger SET position = 40 WHERE position = 4',
    'UPDATE vouch.ledger SET position = 4 WHERE position = 5',
    'UPDATE vouch.ledger SET position = 5 WHERE position = 40',
  );
  t.like(problem, { position: 4, problem: 'MOVED' });
});

test('an entry forged with a hash of its own is found', async (t) => {
  const problem = await tamper(
    await sixEntries(t),
    "UPDATE vouch.ledger SET type = 'FORGED' WHERE position = 4",
    'UPDATE vouch.ledger SET hash = vouch.ledger_hash(ledger) WHERE position = 4',
  );
  t.like(problem, { position: 4, problem: 'FORGED', entry: { type: 'FORGED' } });
});

test('a last entry forged with a hash of its own is found against the head', async (t) => {
  const problem = await tamper(
    await sixEntries(t),
    "UPDATE vouch.ledger SET type = 'FORGED' WHERE position = 6",
    'UPDATE vouch.ledger SET hash = vouch.ledger_hash(ledger) WHERE position = 6',
  );
  t.like(problem, { position: 6, problem: 'FORGED' });
});

test('an entry that nobody appended is found', async (t) => {
  const problem = await tamper(
    await sixEntries(t),
    `INSERT INTO vouch.ledger SELECT tenant_id, 7, kind, gen_random_uuid(), type, subject_ref, actor_ref, actor_role,
       on_behalf_of_ref, occurred_at, recorded_at, body, hash, hash FROM vouch.ledger WHERE position = 6`,
    'UPDATE vouch.ledger SET hash = vouch.ledger_hash(ledger) WHERE position = 7',
  );
  t.like(problem, { position: 7, problem: 'FORGED' });
});

test('a chain written anew is found against an anchor, and by nothing else', async (t) => {
  const ground = await sixEntries(t);
  const { tenantId } = ground.officer;
  const anchor = (await ground.audit.verify(tenantId)) as ChainPoint;
  const problem = await tamper(
    ground,
    "UPDATE vouch.ledger SET type = 'OPTED_OUT' WHERE position = 4",
    ...[4, 5, 6].flatMap((position) => [
      `UPDATE vouch.ledger l SET prev_hash = b.hash FROM vouch.ledger b
       WHERE l.position = ${position} AND b.position = ${position - 1}`,
      `UPDATE vouch.ledger SET hash = vouch.ledger_hash(ledger) WHERE position = ${position}`,
    ]),
    'UPDATE vouch.ledger_heads h SET hash = l.hash FROM vouch.ledger l WHERE l.position = 6',
  );
  t.like(problem, { position: 6, problem: undefined });
  t.like(await ground.audit.verify(tenantId, anchor), { position: 6, problem: 'NOT_ANCHORED' });
});

test('a cut tail is found against the head, and with the head against an anchor', async (t) => {
  const ground = await sixEntries(t);
  const { tenantId } = ground.officer;
  const anchor = (await ground.audit.verify(tenantId)) as ChainPoint;
  t.like(await tamper(ground, 'DELETE FROM vouch.ledger WHERE position > 4'), {
    position: 5,
    problem: 'MISSING',
  });
  await tamper(
    ground,
    'UPDATE vouch.ledger_heads h SET position = 4, hash = l.hash FROM vouch.ledger l WHERE l.position = 4',
  );
  t.like(await ground.audit.verify(tenantId), { position: 4, problem: undefined });
  t.like(await ground.audit.verify(tenantId, anchor), { position: 5, problem: 'MISSING' });
});

test('the service can append, and neither change, delete nor insert', async (t) => {
  const { database, officer } = await freshGround(t);
  for (const statement of [
    "UPDATE ledger SET type = 'x'",
    'DELETE FROM ledger',
    'TRUNCATE ledger',
    'INSERT INTO ledger SELECT * FROM ledger',
    'UPDATE ledger_heads SET position = 0',
    'DELETE FROM ledger_heads',
  ]) {
    const error = await t.throwsAsync(database.tenant(officer.tenantId, (tx) => tx.query(statement)));
    t.like(error, { metadata: { sqlState: '42501' } }, statement);
  }
});

test('entries that arrive at once get positions without gaps', async (t) => {
  const { database, clock, officer } = await freshGround(t);
  const audit = new Audit(database, clock);
  const appended = await Promise.all(
    Array.from({ length: 20 }, (_, number) => audit.append(officer, 'SPEAKER_READ', null, { number })),
  );
  t.deepEqual(
    appended.map(({ position }) => position).sort((a, b) => a - b),
    Array.from({ length: 20 }, (_, i) => i + 3),
  );
  t.like(await audit.verify(officer.tenantId), { position: 22 });
});

test('each tenant has its own chain', async (t) => {
  const { audit, tenants, database } = await sixEntries(t);
  const other = await newTenant(tenants);
  t.like(await audit.verify(other.tenantId), { position: 2 });
  const rows = await database.tenant(other.tenantId, (tx) => listLedger(tx, 0, 100));
  t.is(rows.length, 2);
  t.like(await audit.verify('no such tenant'), { position: 0 });
});

test('a chain holds no name of who acted', async (t) => {
  const { url, officer } = await sixEntries(t);
  const rows = await asOwner<{ row: string }>(url, 'SELECT ledger::text AS row FROM vouch.ledger');
  t.true(rows.every(({ row }) => !row.includes(officer.actorId)));
});

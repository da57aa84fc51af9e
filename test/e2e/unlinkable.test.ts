import { randomUUID } from 'node:crypto';
import test from 'ava';
import type { TestTenant } from '../helpers/caller.js';
import { asOwner } from '../helpers/database.js';
import { Ground } from '../helpers/ground.js';

/** What a person is under: the same id and the same voice at two controllers. */
const PERSON = 'allison_en';

/** Bytes in a row that two values do not share by accident: 2^-64 a pair. */
const SHARED_BYTES = 8;

/** Columns that say nothing of anybody, and are meant to be the same: texts, models, versions, names of events. */
const OF_NOBODY = new Set(['notices.text_sha256', 'notice_texts.text_sha256', 'policies.sha256']);

interface Column {
  readonly table: string;
  readonly column: string;
  readonly type: string;
}

const columnsOf = (url: string) =>
  asOwner<Column>(
    url,
    `SELECT c.table_name AS table, c.column_name AS column, c.data_type AS type
     FROM information_schema.columns c JOIN information_schema.tables USING (table_schema, table_name)
     WHERE c.table_schema = 'vouch' AND table_type = 'BASE TABLE' AND c.data_type IN ('bytea', 'uuid')
       AND EXISTS (SELECT FROM information_schema.columns t
         WHERE t.table_schema = 'vouch' AND t.table_name = c.table_name AND t.column_name = 'tenant_id')`,
  );

async function valuesOf(url: string, { table, column, type }: Column, tenantId: string): Promise<Buffer[]> {
  const bytes = type === 'uuid' ? `uuid_send(${column})` : column;
  const rows = await asOwner<{ value: Buffer | null }>(
    url,
    `SELECT ${bytes} AS value FROM vouch.${table} WHERE tenant_id = '${tenantId}'`,
  );
  return rows.flatMap(({ value }) => (value === null ? [] : [value]));
}

/** What a chain begins with: the hash before its first entry is all zeros at everybody's. */
const ZEROS = '\0'.repeat(SHARED_BYTES);

/** Every stretch of so many bytes, as a text. */
function* stretches(value: Buffer): Generator<string> {
  for (let at = 0; at + SHARED_BYTES <= value.length; at++) {
    const stretch = value.toString('latin1', at, at + SHARED_BYTES);
    if (stretch !== ZEROS) yield stretch;
  }
}

/** All that one controller comes to hold of a person. */
async function live(tenant: TestTenant): Promise<void> {
  await tenant.enrol(PERSON);
  const call = tenant.open([PERSON]);
  await call.speech(`${PERSON}/call-1.wav`);
  await call.end();
  await tenant.enrolment.setSpeakerAccount({
    speakerId: PERSON,
    accountId: 'account',
    idempotencyKey: randomUUID(),
  });
}

test('one person at two controllers leaves nothing by which their rows could be brought together', async (t) => {
  const ground = await Ground.make();
  t.teardown(() => ground.close());
  const service = await ground.serve();
  t.teardown(() => service.stop());
  const tenants = [await service.tenant(), await service.tenant()] as const;
  for (const tenant of tenants) await live(tenant);
  const { url } = ground.postgres;
  const columns = (await columnsOf(url)).filter(({ table, column }) => !OF_NOBODY.has(`${table}.${column}`));

  // Where each stretch of bytes stands at the first controller.
  const first = new Map<string, string>();
  let looked = 0;
  for (const column of columns) {
    for (const value of await valuesOf(url, column, tenants[0].tenantId)) {
      looked++;
      for (const stretch of stretches(value)) first.set(stretch, `${column.table}.${column.column}`);
    }
  }
  const shared = new Set<string>();
  for (const column of columns) {
    for (const value of await valuesOf(url, column, tenants[1].tenantId)) {
      for (const stretch of stretches(value)) {
        const there = first.get(stretch);
        if (there !== undefined) shared.add(`${there} and ${column.table}.${column.column}`);
      }
    }
  }
  t.deepEqual([...shared], []);
  // Voiceprints, keys, pseudonyms, keyed hashes and chains were among what was looked at.
  const tables = new Set(columns.map(({ table }) => table));
  for (const table of ['voiceprints', 'speakers', 'speaker_keys', 'call_claims', 'ledger', 'consent_details'])
    t.true(tables.has(table), table);
  t.true(looked > 50, String(looked));
  t.true(first.size > 1000);
});

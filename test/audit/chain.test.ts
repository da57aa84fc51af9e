import { createHash } from 'node:crypto';
import test from 'ava';
import fc from 'fast-check';
import { entryHash, verifyChain, type ChainEntry } from '../../src/audit/index.js';

const START = Buffer.alloc(32);
const uuid = fc.uuid();
const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2030-01-01'), noInvalidDate: true });

/** What an entry says, before it has its place. */
const content = fc.record({
  kind: fc.constantFrom('AUDIT', 'CONSENT'),
  eventId: uuid,
  type: fc.constantFrom('SPEAKER_READ', 'OPTED_OUT', 'DECISION_MADE'),
  subjectRef: fc.option(uuid),
  actorRef: uuid,
  actorRole: fc.constantFrom('AGENT', 'AUDITOR'),
  onBehalfOfRef: fc.option(uuid),
  occurredAt: time,
  recordedAt: time,
  body: fc.json(),
});

/** A chain as it is appended. */
const chain = fc.array(content, { minLength: 1, maxLength: 12 }).map((contents) => {
  const entries: ChainEntry[] = [];
  for (const each of contents) {
    const entry = {
      tenantId: 'acme',
      position: entries.length + 1,
      ...each,
      prevHash: entries.at(-1)?.hash ?? START,
    };
    entries.push({ ...entry, hash: entryHash(entry) });
  }
  return entries;
});

function headOf(entries: readonly ChainEntry[]) {
  const { position, hash } = entries.at(-1)!;
  return { position, hash };
}

const other = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

/** A change of one field to something else. */
const CHANGES: Readonly<Record<string, (entry: ChainEntry) => Partial<ChainEntry>>> = {
  tenantId: ({ tenantId }) => ({ tenantId: `${tenantId}x` }),
  kind: ({ kind }) => ({ kind: kind === 'AUDIT' ? 'CONSENT' : 'AUDIT' }),
  eventId: ({ eventId }) => ({ eventId: `${eventId}0` }),
  type: ({ type }) => ({ type: `${type}S` }),
  subjectRef: ({ subjectRef }) => ({ subjectRef: subjectRef === null ? '' : null }),
  actorRef: ({ actorRef }) => ({ actorRef: actorRef.slice(1) }),
  actorRole: ({ actorRole }) => ({ actorRole: `${actorRole}S` }),
  onBehalfOfRef: ({ onBehalfOfRef }) => ({ onBehalfOfRef: onBehalfOfRef === null ? '' : null }),
  occurredAt: ({ occurredAt }) => ({ occurredAt: new Date(occurredAt.getTime() + 1) }),
  recordedAt: ({ recordedAt }) => ({ recordedAt: new Date(recordedAt.getTime() - 1) }),
  body: ({ body }) => ({ body: `${body} ` }),
  prevHash: ({ prevHash }) => ({ prevHash: other(prevHash) }),
  hash: ({ hash }) => ({ hash: other(hash) }),
};

test('a chain leads to its head, past any of its entries as an anchor', async (t) => {
  await fc.assert(
    fc.asyncProperty(chain, fc.nat(), async (entries, pick) => {
      const { position, hash } = entries[pick % entries.length]!;
      const expected = { head: headOf(entries), anchor: { position, hash } };
      t.deepEqual(await verifyChain(entries, expected), expected.head);
    }),
    { numRuns: 50 },
  );
});

test('any single changed field is found, at its entry', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      chain,
      fc.nat(),
      fc.constantFrom(...Object.keys(CHANGES)),
      async (entries, pick, field) => {
        const at = pick % entries.length;
        const changed = entries.map((entry, index) =>
          index === at ? { ...entry, ...CHANGES[field]!(entry) } : entry,
        );
        const result = await verifyChain(changed, { head: headOf(entries) });
        t.true('problem' in result);
        t.is(result.position, at + 1, field);
      },
    ),
    { numRuns: 300 },
  );
});

test('any deleted entry is found, at its place', async (t) => {
  await fc.assert(
    fc.asyncProperty(chain, fc.nat(), async (entries, pick) => {
      const at = pick % entries.length;
      const result = await verifyChain(entries.toSpliced(at, 1), { head: headOf(entries) });
      t.like(result, { position: at + 1, problem: 'MISSING' });
    }),
    { numRuns: 100 },
  );
});

test('any two swapped entries are found, at the first of them', async (t) => {
  await fc.assert(
    fc.asyncProperty(chain, fc.nat(), fc.nat(), async (entries, one, two) => {
      fc.pre(one % entries.length !== two % entries.length);
      const [first = 0, second = 0] = [one % entries.length, two % entries.length].sort((a, b) => a - b);
      const swapped = [...entries];
      swapped[first] = { ...entries[second]!, position: first + 1 };
      swapped[second] = { ...entries[first]!, position: second + 1 };
      const result = await verifyChain(swapped, { head: headOf(entries) });
      t.like(result, { position: first + 1, problem: 'MOVED' });
    }),
    { numRuns: 100 },
  );
});

test('any entry replaced by one that is whole in itself is found, at its place', async (t) => {
  await fc.assert(
    fc.asyncProperty(chain, fc.nat(), async (entries, pick) => {
      const at = pick % entries.length;
      const forged = { ...entries[at]!, type: 'FORGED' };
      const replaced = entries.with(at, { ...forged, hash: entryHash(forged) });
      const result = await verifyChain(replaced, { head: headOf(entries) });
      t.like(result, { position: at + 1, problem: 'FORGED' });
    }),
    { numRuns: 100 },
  );
});

test('a cut tail is found against the head or an anchor', async (t) => {
  await fc.assert(
    fc.asyncProperty(chain, fc.nat(), async (entries, pick) => {
      fc.pre(entries.length > 1);
      const kept = entries.slice(0, 1 + (pick % (entries.length - 1)));
      const missing = { position: kept.length + 1, problem: 'MISSING' } as const;
      t.like(await verifyChain(kept, { head: headOf(entries) }), missing);
      t.like(await verifyChain(kept, { head: headOf(kept), anchor: headOf(entries) }), missing);
      t.deepEqual(await verifyChain(kept, { head: headOf(kept) }), headOf(kept));
    }),
    { numRuns: 50 },
  );
});

import test from 'ava';
import fc from 'fast-check';
import { UNKNOWN_QUALITY } from '../../src/domain/speech.js';
import type { CallEventBody } from '../../src/domain/event.js';
import {
  actorOf,
  addClaim,
  appendEvents,
  getCall,
  insertSpeaker,
  lastDecision,
  readEvents,
  recordOutcome,
  type Database,
} from '../../src/storage/index.js';
import { decision, storedBody } from '../helpers/arbitrary-events.js';
import { asOwner, freshDatabase, freshTenant } from '../helpers/database.js';
import { reasonOf } from '../helpers/reasons.js';
import { ENDED, event, open, telephony } from '../helpers/stored-calls.js';

const append = (database: Database, tenant: string, ...events: Parameters<typeof appendEvents>[3]) =>
  database.tenant(tenant, (tx) => appendEvents(tx, events[0]!.callId, 1, events));
const read = (database: Database, tenant: string, after = 0, limit = 100) =>
  database.tenant(tenant, (tx) => readEvents(tx, 'call', after, limit));
const numbers = async (...args: Parameters<typeof read>) =>
  (await read(...args)).map((event) => event.sequence);

/** The body with names only where the claim is known, and no token: what a reader may expect. */
function expected(body: CallEventBody, names: ReadonlyMap<number, string>): CallEventBody {
  const copy = structuredClone(body);
  if (copy.type === 'started') return { ...copy, resumeToken: '' };
  if (copy.type === 'claimReceived') return { ...copy, speakerId: names.get(copy.claimNumber) ?? '' };
  if (copy.type !== 'decision' && copy.type !== 'evaluation') return copy;
  const claims = copy.decision.claims.map((claim) => ({
    ...claim,
    speakerId: names.get(claim.claimNumber) ?? '',
  }));
  return { ...copy, decision: { ...copy.decision, claims } };
}

test('every event comes back as it was, but for the token and the names that are not known', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  const names = new Map([
    [1, 'anna'],
    [3, 'ben'],
  ]);
  await database.tenant(tenant, async (tx) => {
    const actor = await actorOf(tx, telephony(tenant));
    for (const claimNumber of [1, 2, 3]) {
      const speakerRef = names.has(claimNumber) ? `00000000-0000-4000-8000-00000000000${claimNumber}` : null;
      const speakerId = names.get(claimNumber) ?? '';
      if (speakerRef !== null) await insertSpeaker(tx, { speakerRef, speakerId, createdAt: new Date() });
      const claim = { callId: 'call', epoch: 1, speakerRef, claimedHash: Buffer.of(claimNumber), actor };
      await addClaim(tx, { ...claim, method: null, mediaTimeMs: 0, maximumClaims: 9 });
    }
  });
  let sequence = 0;
  await fc.assert(
    fc.asyncProperty(storedBody, async (body) => {
      fc.pre(body.type !== 'ended');
      const sent = event('call', ++sequence, body);
      await append(database, tenant, sent);
      t.deepEqual(await read(database, tenant, sequence - 1), [
        { ...sent, replayed: true, body: expected(body, names) },
      ]);
    }),
    { numRuns: 200 },
  );
});

test('no id of a speaker and no token is stored with an event', async (t) => {
  const { database, url } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  const [made] = fc.sample(decision('d'), { numRuns: 1, seed: 1 });
  const claim = {
    ...fc.sample(decision('d'), 50).flatMap((one) => one.claims)[0]!,
    speakerId: 'secret-name',
  };
  const policy = { id: 'default', version: 1, sha256: '' };
  await append(
    database,
    tenant,
    event('call', 1, {
      type: 'started',
      resumeToken: 'secret-token',
      streamNumber: 1,
      paused: false,
      policy,
      targetFalseMatchRate: 0.01,
      minimumNetSpeechMs: 3000,
    }),
    event('call', 2, { type: 'claimReceived', claimNumber: 1, speakerId: 'secret-name', method: null }),
    event('call', 3, { type: 'decision', decision: { ...made!, claims: [claim] } }),
  );
  const rows = await asOwner<{ row: string }>(url, 'SELECT e::text AS row FROM vouch.call_events e');
  t.is(rows.length, 3);
  t.false(rows.some((row) => row.row.includes('secret')));
});

test('events are numbered on without a gap; a batch with one is refused whole', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  await append(database, tenant, event('call', 1), event('call', 2));
  t.is(await reasonOf(append(database, tenant, event('call', 4))), 'INTERNAL');
  t.is(await reasonOf(append(database, tenant, event('call', 3), event('call', 5))), 'INTERNAL');
  t.is(await reasonOf(append(database, tenant, event('call', 3), event('call', 3))), 'INTERNAL');
  await append(database, tenant, event('call', 3));
  t.deepEqual(await numbers(database, tenant), [1, 2, 3]);
});

test('what was not confirmed may be sent again, with more after it; another event under its number may not', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  const first = [event('call', 1), event('call', 2)] as const;
  await append(database, tenant, ...first);
  await append(database, tenant, ...first, event('call', 3));
  t.deepEqual(await numbers(database, tenant), [1, 2, 3]);
  const other = event('call', 3, { type: 'paused', reason: '', origin: 'STREAM' });
  t.is(await reasonOf(append(database, tenant, other)), 'INTERNAL');
});

test('two writers of one call at once make no gap and no double', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  const other: CallEventBody = { type: 'resumed', origin: 'REQUEST' };
  const both = await Promise.all([
    reasonOf(append(database, tenant, event('call', 1), event('call', 2))),
    reasonOf(append(database, tenant, event('call', 1, other))),
  ]);
  t.deepEqual(both.sort(), ['INTERNAL', 'nothing was thrown']);
  const call = await database.tenant(tenant, (tx) => getCall(tx, 'call'));
  t.is((await numbers(database, tenant)).length, call?.lastSequence ?? -1);
});

test('progress is not stored, and nothing after the end', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  const quality = UNKNOWN_QUALITY;
  const progress = {
    audioMs: 1,
    droppedMs: 0,
    netSpeechMs: 0,
    quality,
    kind: 'INCONCLUSIVE',
    confidence: null,
  };
  const one = event('call', 1, { type: 'progress', ...progress } as CallEventBody);
  t.is(await reasonOf(append(database, tenant, one)), 'INTERNAL');
  const pair = [event('call', 1, ENDED), event('call', 2)] as const;
  t.is(await reasonOf(append(database, tenant, ...pair)), 'CALL_ENDED');
  await append(database, tenant, pair[0]);
  t.is(await reasonOf(append(database, tenant, pair[1])), 'CALL_ENDED');
  await append(database, tenant, pair[0]); // Said again, since its answer was lost.
  t.is(await reasonOf(append(database, tenant, event('none', 1))), 'CALL_NOT_FOUND');
});

test('a reader goes on after a number, a page at a time', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  await append(database, tenant, ...[1, 2, 3, 4, 5].map((n) => event('call', n)));
  t.deepEqual(await numbers(database, tenant, 1, 3), [2, 3, 4]);
  t.deepEqual(await numbers(database, tenant, 5), []);
});

test('the last decision of a call is found, and an outcome finds its decision', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  const stranger = await freshTenant(database);
  await open(database, tenant, 'call');
  t.is(await database.tenant(tenant, (tx) => lastDecision(tx, 'call')), null);
  const events = ['first', 'second'].map((id, index) => {
    const [made] = fc.sample(decision(id), 1);
    return event('call', index + 1, { type: 'decision', decision: made! });
  });
  await append(database, tenant, ...events);
  t.is((await database.tenant(tenant, (tx) => lastDecision(tx, 'call')))?.decisionId, 'second');

  const report = (of: string, decisionId: string) =>
    database.tenant(of, async (tx) => {
      const actor = await actorOf(tx, telephony(of));
      return recordOutcome(tx, { decisionId, outcome: 'QUESTIONS_PASSED', occurredAt: null, actor });
    });
  t.regex((await report(tenant, 'first')).outcomeId, /^[0-9a-f-]{36}$/);
  t.is(await reasonOf(report(tenant, 'third')), 'DECISION_NOT_FOUND');
  t.is(await reasonOf(report(stranger, 'first')), 'DECISION_NOT_FOUND');
});

import test from 'ava';
import {
  abandonCall,
  acknowledgeControl,
  actorOf,
  addClaim,
  appendEvents,
  beat,
  getCall,
  insertSpeaker,
  claimedSpeakers,
  leave,
  listControls,
  pauseCall,
  readEvents,
  resumeCall,
  setCallState,
  staleCalls,
  type Database,
} from '../../src/storage/index.js';
import { asOwner, freshDatabase, freshTenant } from '../helpers/database.js';
import { reasonOf } from '../helpers/reasons.js';
import { ENDED, event, open, OTHER_REPLICA, REPLICA, telephony } from '../helpers/stored-calls.js';

const pause = (database: Database, tenant: string, callId: string, reason = 'card-payment') =>
  database.tenant(tenant, async (tx) => pauseCall(tx, callId, reason, await actorOf(tx, telephony(tenant))));
const get = (database: Database, tenant: string, callId: string) =>
  database.tenant(tenant, (tx) => getCall(tx, callId));

test('a new call is live, belongs to its stream, and keeps what its start said', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  const opened = await open(database, tenant, 'call');
  t.like(opened, {
    how: 'NEW',
    epoch: 1,
    paused: false,
    lastSequence: 0,
    policyId: 'default',
    policyVersion: 1,
  });
  const call = await get(database, tenant, 'call');
  t.like(call, { state: 'LIVE', ownerReplica: REPLICA, direction: 'INBOUND', agentId: null, endedAt: null });
  t.is(call?.start?.format.encoding, 'MULAW');
});

test('a call of an unknown tenant is refused', async (t) => {
  const { database } = await freshDatabase(t);
  t.is(await reasonOf(pause(database, 'nobody', 'call')), 'TENANT_NOT_FOUND');
});

test('of two streams that open a call at once, exactly one gets it', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'another'); // The policy and the actor are there.
  for (let round = 0; round < 10; round++) {
    const both = [0, 1].map(() => reasonOf(open(database, tenant, `call-${round}`)));
    t.deepEqual((await Promise.all(both)).sort(), ['CALL_ALREADY_LIVE', 'nothing was thrown']);
  }
});

test('of two streams that take a call over at once, the later one has it', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  const taken = await Promise.all(
    [0, 1].map((n) =>
      open(database, tenant, 'call', { resumeToken: 'token-1', newResumeToken: `token-2${n}` }),
    ),
  );
  t.deepEqual(taken.map((call) => call.epoch).sort(), [2, 3]);
  t.is((await get(database, tenant, 'call'))?.epoch, 3);
});

test('a live call is given away against its resume token only', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  t.is(await reasonOf(open(database, tenant, 'call')), 'CALL_ALREADY_LIVE');
  t.is(await reasonOf(open(database, tenant, 'call', { resumeToken: 'wrong' })), 'RESUME_TOKEN_INVALID');
  const resumed = await open(database, tenant, 'call', {
    resumeToken: 'token-1',
    newResumeToken: 'token-2',
    replicaId: OTHER_REPLICA,
  });
  t.like(resumed, { how: 'RESUMED', epoch: 2 });
  t.is((await get(database, tenant, 'call'))?.ownerReplica, OTHER_REPLICA);
});

test('the token that a stream came with stays good beside its new one, earlier ones do not', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  await open(database, tenant, 'call', { resumeToken: 'token-1', newResumeToken: 'token-2' });
  await open(database, tenant, 'call', { resumeToken: 'token-1', newResumeToken: 'token-3' });
  t.is(await reasonOf(open(database, tenant, 'call', { resumeToken: 'token-2' })), 'RESUME_TOKEN_INVALID');
  await open(database, tenant, 'call', { resumeToken: 'token-3', newResumeToken: 'token-4' });
  t.is(await reasonOf(open(database, tenant, 'call', { resumeToken: 'token-1' })), 'RESUME_TOKEN_INVALID');
});

test('tokens are not stored', async (t) => {
  const { database, url } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call', { newResumeToken: 'sesame-sesame' });
  const [row] = await asOwner<{ row: string }>(url, 'SELECT calls::text AS row FROM vouch.calls');
  t.false(row!.row.includes('sesame'));
  t.false(row!.row.includes(Buffer.from('sesame').toString('hex')));
});

test('after a takeover nothing that the earlier stream writes is taken', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  await database.tenant(tenant, (tx) => appendEvents(tx, 'call', 1, [event('call', 1)]));
  const resumed = await open(database, tenant, 'call', { resumeToken: 'token-1' });
  t.is(resumed.lastSequence, 1);
  const stale = [
    database.tenant(tenant, (tx) => appendEvents(tx, 'call', 1, [event('call', 2)])),
    database.tenant(tenant, (tx) => setCallState(tx, 'call', 1, 'INTERRUPTED')),
    database.tenant(tenant, (tx) => acknowledgeControl(tx, 'call', 1, 0)),
    database.tenant(tenant, async (tx) => addClaim(tx, await claim(tx, tenant, 'someone', 1))),
  ];
  for (const write of stale) t.is(await reasonOf(write), 'CALL_TAKEN_OVER');
  t.is((await database.tenant(tenant, (tx) => readEvents(tx, 'call', 0, 10))).length, 1);
});

test('a call that ended is not opened, paused or resumed', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  await database.tenant(tenant, (tx) => appendEvents(tx, 'call', 1, [event('call', 1, ENDED)]));
  t.like(await get(database, tenant, 'call'), { state: 'ENDED', endReason: 'ENDED', lastSequence: 1 });
  t.is(await reasonOf(open(database, tenant, 'call', { resumeToken: 'token-1' })), 'CALL_ENDED');
  t.is(await reasonOf(pause(database, tenant, 'call')), 'CALL_ENDED');
  t.is(await reasonOf(database.tenant(tenant, (tx) => resumeCall(tx, 'call'))), 'CALL_ENDED');
  t.is(await reasonOf(database.tenant(tenant, (tx) => resumeCall(tx, 'none'))), 'CALL_NOT_FOUND');
});

test('a call that was paused before it began begins paused', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  t.like(await pause(database, tenant, 'call'), { state: 'EXPECTED', controlVersion: 1, ownerReplica: null });
  const opened = await open(database, tenant, 'call');
  t.like(opened, { how: 'ADOPTED', epoch: 1, paused: true, pauseReason: 'card-payment', controlVersion: 1 });
  // The stream was told as it began: there is nothing for it to carry out.
  t.deepEqual(await database.system((tx) => listControls(tx, REPLICA)), []);
});

test('a pause outlives a takeover that says nothing of it, and only a resume ends it', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  await pause(database, tenant, 'call');
  t.true((await open(database, tenant, 'call', { resumeToken: 'token-1' })).paused);
  await database.tenant(tenant, (tx) => resumeCall(tx, 'call'));
  t.false((await open(database, tenant, 'call', { resumeToken: 'token-1' })).paused);
});

test('a pause waits for its owner alone, over all tenants, until it is acknowledged', async (t) => {
  const { database } = await freshDatabase(t);
  const tenants = [await freshTenant(database, 'a'), await freshTenant(database, 'b')];
  for (const tenant of tenants) {
    await open(database, tenant, 'call');
    await pause(database, tenant, 'call', tenant);
    await pause(database, tenant, 'call', 'again');
  }
  const pending = await database.system((tx) => listControls(tx, REPLICA));
  t.deepEqual(
    pending.sort((x, y) => x.tenantId.localeCompare(y.tenantId)),
    tenants.map((tenantId) => ({
      tenantId,
      callId: 'call',
      epoch: 1,
      paused: true,
      pauseReason: tenantId,
      controlVersion: 1,
    })),
  );
  t.deepEqual(await database.system((tx) => listControls(tx, OTHER_REPLICA)), []);
  await database.tenant('a', (tx) => acknowledgeControl(tx, 'call', 1, 1));
  t.deepEqual(
    (await database.system((tx) => listControls(tx, REPLICA))).map((control) => control.tenantId),
    ['b'],
  );
});

async function claim(tx: Parameters<typeof addClaim>[0], tenant: string, name: string, epoch: number) {
  return {
    callId: 'call',
    epoch,
    speakerRef: null,
    claimedHash: Buffer.from(name),
    method: 'AGENT_ENTRY',
    mediaTimeMs: 0,
    actor: await actorOf(tx, telephony(tenant)),
    maximumClaims: 2,
  } as const;
}

test('claims are numbered, counted once each, and capped', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  const add = (name: string) =>
    database.tenant(tenant, async (tx) => addClaim(tx, await claim(tx, tenant, name, 1)));
  t.deepEqual(await add('anna'), { claimNumber: 1, isNew: true });
  t.deepEqual(await add('ben'), { claimNumber: 2, isNew: true });
  t.deepEqual(await add('anna'), { claimNumber: 1, isNew: false });
  t.is(await reasonOf(add('carl')), 'TOO_MANY_CLAIMS');
});

test('a claim names its speaker for as long as the speaker is known', async (t) => {
  const { database, url } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  const speakerRef = '00000000-0000-4000-8000-0000000000aa';
  await database.tenant(tenant, async (tx) => {
    await insertSpeaker(tx, { speakerRef, speakerId: 'anna', createdAt: new Date() });
    await addClaim(tx, { ...(await claim(tx, tenant, 'x', 1)), speakerRef });
    await addClaim(tx, await claim(tx, tenant, 'nobody', 1));
  });
  const names = () => database.tenant(tenant, (tx) => claimedSpeakers(tx, 'call'));
  t.deepEqual(await names(), new Map([[1, 'anna']]));
  await asOwner(url, 'DELETE FROM vouch.speakers');
  t.deepEqual(await names(), new Map());
});

test('calls are abandoned when their replica is silent or their stream does not come back', async (t) => {
  const { database, url } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  for (const call of ['live', 'silent', 'interrupted']) {
    await open(database, tenant, call, { replicaId: call === 'silent' ? OTHER_REPLICA : REPLICA });
  }
  await database.tenant(tenant, (tx) => setCallState(tx, 'interrupted', 1, 'INTERRUPTED'));
  await pause(database, tenant, 'expected');
  await database.system((tx) => beat(tx, REPLICA));
  await database.system((tx) => beat(tx, OTHER_REPLICA));
  await asOwner(url, "UPDATE vouch.calls SET state_since = now() - interval '1 hour'");
  const minute = { silentReplicaMs: 60_000, interruptedMs: 60_000, expectedMs: 60_000 };
  const stale = async () => {
    const calls = await database.system((tx) => staleCalls(tx, minute, 10));
    return calls.map((call) => call.callId).sort();
  };
  t.deepEqual(await stale(), ['expected', 'interrupted']);
  await database.system((tx) => leave(tx, OTHER_REPLICA));
  t.deepEqual(await stale(), ['expected', 'interrupted', 'silent']);
});

test('an abandoned call ends with its event, once, and its owner is fenced off', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await open(database, tenant, 'call');
  await database.tenant(tenant, (tx) => appendEvents(tx, 'call', 1, [event('call', 1)]));
  const abandon = () =>
    database.tenant(tenant, (tx) =>
      abandonCall(tx, { tenantId: tenant, callId: 'call', epoch: 1 }, new Date()),
    );
  t.true(await abandon());
  t.false(await abandon());
  t.like(await get(database, tenant, 'call'), { state: 'ENDED', endReason: 'ABANDONED', lastSequence: 2 });
  const late = database.tenant(tenant, (tx) => appendEvents(tx, 'call', 1, [event('call', 2)]));
  t.is(await reasonOf(late), 'CALL_TAKEN_OVER');
});

import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import type { CallState } from '../../src/domain/call.js';
import { createExtractor, type SpeechExtractor } from '../../src/embedding/index.js';
import { VouchError } from '../../src/errors.js';
import { packFingerprint } from '../../src/replay/index.js';
import { CallRequests, Calls, CallStore } from '../../src/session/index.js';
import { LeavingCalls } from '../../src/session/leaving-calls.js';
import type { CallStream } from '../../src/session/index.js';
import type { LiveCall } from '../../src/session/live-call.js';
import { Policies } from '../../src/tenant/index.js';
import { callStart } from '../helpers/call-start.js';
import { sessionParts } from '../helpers/session-parts.js';
import { MODELS_DIR, PCM_8K } from '../helpers/speech.js';
import { reasonOf } from '../helpers/tenant.js';

let extractor: SpeechExtractor;
test.before(async () => {
  extractor = await createExtractor({ modelsDir: MODELS_DIR, precision: 'auto', workers: 0 });
});
test.after.always(() => extractor.close());

const START = callStart({ callId: 'call-1', format: PCM_8K });

/** Opens calls; the database's answer to the first opening gets lost, and what was heard before may come late. */
class LossyStore extends CallStore {
  lost = false;
  late: Promise<unknown> | undefined;
  claimsFail = false;

  override async open(...asked: Parameters<CallStore['open']>): ReturnType<CallStore['open']> {
    const opened = await super.open(...asked);
    if (!this.lost) return opened;
    this.lost = false;
    throw new VouchError('DATABASE_UNAVAILABLE');
  }

  override async claim(...asked: Parameters<CallStore['claim']>): ReturnType<CallStore['claim']> {
    if (this.claimsFail) throw new VouchError('DATABASE_UNAVAILABLE');
    return super.claim(...asked);
  }

  override async resumed(...asked: Parameters<CallStore['resumed']>): ReturnType<CallStore['resumed']> {
    const { late } = this;
    this.late = undefined;
    await late;
    return super.resumed(...asked);
  }
}

/** Reads policies; `at` fails as often as it is told to. */
class FailingPolicies extends Policies {
  failures = 0;

  override async at(...asked: Parameters<Policies['at']>): ReturnType<Policies['at']> {
    if (this.failures-- > 0) throw new VouchError('DATABASE_UNAVAILABLE');
    return super.at(...asked);
  }
}

async function callsGround(t: ExecutionContext) {
  const parts = await sessionParts(t, extractor);
  const { database, keyring, clock, replicaId, officer } = parts;
  const store = new LossyStore(database, keyring, replicaId, clock);
  const policies = new FailingPolicies(database, keyring, clock);
  const calls = new Calls({
    ...parts,
    store,
    policies,
    requests: new CallRequests(database, keyring),
    maximumCalls: 10,
    maximumCallsPerTenant: 10,
    overloadLagMs: 5000,
    openWithinMs: 4000,
    consentLeaseMs: 60_000,
    resumeWindowMs: 60_000,
  });
  t.teardown(() => calls.close());
  const stateOf = async () => (await store.reads.find(officer.tenantId, START.callId))?.state;
  const becomes = async (state: CallState) => {
    for (let tries = 0; tries < 100 && (await stateOf()) !== state; tries++) await sleep(50);
    return (await stateOf()) === state;
  };
  return { ...parts, store, policies, calls, becomes };
}

async function tokenOf(stream: CallStream): Promise<string> {
  for await (const { body } of stream.events) if (body.type === 'started') return body.resumeToken;
  return '';
}

test('a call whose opening was not confirmed may be opened once more', async (t) => {
  const { store, calls, officer, becomes } = await callsGround(t);
  store.lost = true;
  t.is(await reasonOf(calls.open(officer, START)), 'DATABASE_UNAVAILABLE');
  t.true(await becomes('EXPECTED'));
  const stream = await calls.open(officer, START);
  t.true(await becomes('LIVE'));
  await stream.end('hang-up');
  t.true(await becomes('ENDED'));
});

test('a call that was taken over, but not gone on with, is not left live', async (t) => {
  const { policies, calls, officer, becomes } = await callsGround(t);
  const resumeToken = await tokenOf(await calls.open(officer, START));
  policies.failures = 1;
  const again = { ...START, resumeToken };
  t.is(await reasonOf(calls.open(officer, again)), 'DATABASE_UNAVAILABLE');
  t.true(await becomes('INTERRUPTED'));
  const second = await calls.open(officer, again);
  await second.end('hang-up');
  t.true(await becomes('ENDED'));
});

test('of two streams that take a call up at once the later one has it, whichever is ready first', async (t) => {
  const { store, calls, officer, becomes } = await callsGround(t);
  const again = { ...START, resumeToken: await tokenOf(await calls.open(officer, START)) };
  let goOn: () => void = () => undefined;
  store.late = new Promise<void>((resolve) => (goOn = resolve));
  const overtaken = reasonOf(calls.open(officer, again));
  for (let tries = 0; tries < 100 && calls.count > 0; tries++) await sleep(20);
  const later = await calls.open(officer, again);
  goOn();
  t.is(await overtaken, 'CALL_TAKEN_OVER');
  t.is(calls.find(officer.tenantId, START.callId)?.stream, later);
  await later.end('hang-up');
  t.true(await becomes('ENDED'));
});

test('a stream that was on its way to its call when the process began to stop is told to move, too', async (t) => {
  const { calls, officer } = await callsGround(t);
  const opening = calls.open(officer, START);
  calls.drain(new Date());
  const stream = await opening;
  t.is(await reasonOf(calls.open(officer, { ...START, callId: 'call-2' })), 'SHUTTING_DOWN');
  await stream.end('hang-up');
  const told: string[] = [];
  for await (const { body } of stream.events) told.push(body.type);
  t.true(told.includes('drain'), told.join(' '));
});

test('claims that wait for the database are made when it is back; no more wait than a call may need', async (t) => {
  const { store, calls, officer } = await callsGround(t);
  const stream = await calls.open(officer, START);
  store.claimsFail = true;
  const claim = (speakerId: string) => stream.claim({ speakerId, method: null, mediaTimeMs: null });
  for (let n = 0; n < 101; n++) await claim('kim');
  store.claimsFail = false;
  const claims = () => calls.find(officer.tenantId, START.callId)!.session.assessment.claims;
  for (let tries = 0; tries < 100 && claims().length === 0; tries++) await sleep(50);
  t.deepEqual(
    claims().map(({ speakerId }) => speakerId),
    ['kim'],
  );
  store.claimsFail = true;
  for (let n = 0; n < 100; n++) await claim(`guest-${n}`);
  t.is(await reasonOf(claim('guest-100')), 'DATABASE_UNAVAILABLE');
  await stream.end('hang-up');
});

test('an opening that is refused leaves the call with whom it belongs to', async (t) => {
  const { calls, officer, becomes } = await callsGround(t);
  const stream = await calls.open(officer, START);
  t.is(await reasonOf(calls.open(officer, START)), 'CALL_ALREADY_LIVE');
  await sleep(200);
  t.true(await becomes('LIVE'));
  t.is(calls.count, 1);
  await stream.end('hang-up');
});

test('a fingerprint in an unknown form, or that was tampered with, is told of and held against no call', async (t) => {
  const { fingerprints, openDossier, grantOf, officer, database, keyring, failures } = await callsGround(t);
  const grant = await grantOf('kim');
  const asked = (callId: string) => openDossier(officer.tenantId, 'kim', { callId, replays: true });
  const kept = packFingerprint([{ ticks: Uint32Array.of(2, 4), codes: Uint16Array.of(1, 2) }]);
  await fingerprints.keep(grant, 'good', 1, kept);
  await fingerprints.keep(grant, 'newer', 1, Buffer.from([9, 1, 2]));
  await fingerprints.keep(grant, 'spoilt', 1, kept);
  const spoilt = await keyring.keyedHash(officer.tenantId, 'replayed-call', JSON.stringify(['spoilt', 1]));
  await database.tenant(officer.tenantId, (tx) =>
    tx.query(
      'UPDATE replay_fingerprints SET fingerprint = set_byte(fingerprint, 20, get_byte(fingerprint, 20) # 1) WHERE source_hash = $1',
      [spoilt],
    ),
  );
  t.deepEqual((await openDossier(officer.tenantId, 'kim')).fingerprints, []);
  t.is(failures.length, 0, 'where no replay is looked for none is opened');
  const { voiceprints, fingerprints: heard } = await asked('another');
  t.is(voiceprints.length, 1);
  t.deepEqual(
    heard.map(({ codes }) => [...codes]),
    [[1, 2]],
  );
  t.deepEqual(failures.map(reasonIn).sort(), ['CIPHERTEXT_INVALID', 'INTERNAL']);
});

const reasonIn = (error: unknown) => (error as VouchError).reason;

test('what a call that is over left and cannot be stored is told, but for consent that is gone', async (t) => {
  const { store, grantOf } = await callsGround(t);
  const grant = await grantOf('kim');
  const failures: unknown[] = [];
  for (const reason of ['CONSENT_MISSING', 'CIPHERTEXT_INVALID'] as const) {
    const keep = () => Promise.reject(new VouchError(reason));
    const leaving = new LeavingCalls(store, { keep }, (error) => failures.push(error));
    const log = { settled: () => Promise.resolve(), unwritten: 0 };
    const session = { callId: 'call-1', log, assessment: { fingerprints: [{ grant, parts: [] }] } };
    leaving.add({ session, epoch: 1 } as unknown as LiveCall, 'ENDED');
    await leaving.close();
  }
  t.deepEqual(failures.map(reasonIn), ['CIPHERTEXT_INVALID']);
});

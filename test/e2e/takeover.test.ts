import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { ReasonCode } from '../../src/gen/vouch/v1/decision.js';
import { Served } from '../helpers/binary.js';
import { TestTenant } from '../helpers/caller.js';
import { clientsAt } from '../helpers/clients.js';
import { asOwner } from '../helpers/database.js';
import { Door } from '../helpers/door.js';
import { Ground } from '../helpers/ground.js';
import { MARKED_FRAME } from '../helpers/marker.js';
import { fixturePcm } from '../helpers/speech.js';
import { wordOf, type TestStream } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const CALLER = 'allison_en';
const CALL = `${CALLER}/call-1.wav`;
const ANOTHER = fixturePcm('carlo_it/call-1.wav');
const LISTENING = fileURLToPath(new URL('../helpers/serve-listening.js', import.meta.url));

/** A process of its own, reached through a door, with its database behind another. */
class Replica {
  private constructor(
    readonly served: Served,
    readonly door: Door,
    private readonly heardFile: string,
  ) {}

  static async start(t: ExecutionContext, ground: Ground, databaseUrl: string): Promise<Replica> {
    const heardFile = join(ground.directory, `heard-${randomUUID()}`);
    await writeFile(heardFile, '');
    const served = await Served.start(
      {
        DATABASE_URL: databaseUrl,
        VOUCH_KEYRING_FILE: join(ground.directory, 'keyring.json'),
        HEARD_FILE: heardFile,
      },
      LISTENING,
    );
    const door = await Door.open(Number(served.address.split(':')[1]));
    t.teardown(async () => {
      await served.kill();
      await door.close();
    });
    return new Replica(served, door, heardFile);
  }

  /** Clients over a connection of their own, through the door. */
  as(tenantId: string): TestTenant {
    return new TestTenant(clientsAt(`127.0.0.1:${this.door.port}`), tenantId);
  }

  /** Markers that have reached the speech stages. */
  async heard(): Promise<number> {
    return (await readFile(this.heardFile, 'utf8')).length;
  }

  async heardBecomes(t: ExecutionContext, wanted: number): Promise<void> {
    for (let tries = 0; tries < 100 && (await this.heard()) !== wanted; tries++) await sleep(50);
    t.is(await this.heard(), wanted);
  }
}

/** Two processes on one database that may go away, and somebody who is enrolled. */
async function scene(t: ExecutionContext) {
  const ground = await Ground.make();
  t.teardown(() => ground.close());
  const database = await Door.open(Number(new URL(ground.postgres.url).port));
  t.teardown(() => database.close());
  const url = database.through(ground.postgres.url);
  const maker = await ground.serve({ DATABASE_URL: url });
  // Three windows before the first comparison.
  const tenant = await maker.tenant({ minimumNetSpeechMs: 8900 });
  await tenant.enrol(CALLER);
  await maker.stop();
  const [here, there] = await Promise.all([Replica.start(t, ground, url), Replica.start(t, ground, url)]);
  return { ground, database, tenantId: tenant.tenantId, here, there };
}

/** Opens a call until the database is there. */
async function openOnceThere(open: () => TestStream): Promise<TestStream> {
  for (;;) {
    const call = open();
    const started = await call.event('started').catch(() => undefined);
    if (started || (await call.over)?.reason !== 'DATABASE_UNAVAILABLE') return call;
    await sleep(100);
  }
}

test.serial('a pause race: after the acknowledgement no byte is heard, on whichever process', async (t) => {
  t.timeout(110_000);
  const { ground, database, tenantId, here, there } = await scene(t);
  const elsewhere = there.as(tenantId);
  const call = here.as(tenantId).open([CALLER]);
  const { callId } = call;
  const { resumeToken } = await call.event('started');
  await call.speech(CALL, 0, 2000);
  await call.audio(MARKED_FRAME);
  await call.speech(CALL, 2000, 3000);
  await here.heardBecomes(t, 1);

  // Frames that are on their way while the payment page asks another process for the pause.
  here.door.block();
  for (let n = 0; n < 25; n++) await call.audio(MARKED_FRAME);
  await elsewhere.verification.pauseCall({ callId, reason: 'card-payment', idempotencyKey: randomUUID() });
  here.door.unblock();
  await call.event('paused');
  for (let n = 0; n < 25; n++) await call.audio(MARKED_FRAME);
  await call.event('progress', ({ droppedMs }) => droppedMs >= 500);
  t.is(await here.heard(), 1);

  await ground.signalPostgres('SIGKILL');
  for (let n = 0; n < 50; n++) await call.audio(MARKED_FRAME);
  await sleep(500);
  t.is(await here.heard(), 1);
  await here.served.kill();
  t.is((await elsewhere.open([CALLER], { callId, resumeToken }).over)?.reason, 'DATABASE_UNAVAILABLE');

  await ground.restartPostgres();
  database.leadTo(Number(new URL(ground.postgres.url).port));
  const again = await openOnceThere(() => elsewhere.open([CALLER], { callId, resumeToken }));
  t.true((await again.event('started')).paused, 'nobody said so, and it is');
  for (let n = 0; n < 75; n++) await again.audio(MARKED_FRAME);
  await again.event('progress', ({ droppedMs }) => droppedMs >= 1000);
  t.is(await there.heard(), 0);
  await elsewhere.verification.resumeCall({ callId, idempotencyKey: randomUUID() });
  await again.event('resumed');
  await again.audio(MARKED_FRAME);
  t.is(await again.end(), null);
  await there.heardBecomes(t, 1);
});

test.serial('a takeover of a call whose connection stops dead, by another caller', async (t) => {
  t.timeout(110_000);
  const { ground, tenantId, here, there } = await scene(t);
  const stale = here.as(tenantId).open([CALLER]);
  const { callId } = stale;
  const { resumeToken } = await stale.event('started');
  // Over connections that live.
  const watchers = [here, there].map(
    ({ served }) => new Watcher(new TestTenant(clientsAt(served.address), tenantId), callId),
  );
  await stale.speech(CALL, 0, 8000);
  const checkpoint = `SELECT 1 FROM vouch.call_checkpoints WHERE length(sealed) > 4000`;
  for (let tries = 0; tries < 100; tries++) {
    if ((await asOwner(ground.postgres.url, checkpoint)).length > 0) break;
    await sleep(50);
  }

  here.door.block();
  const deadMs = performance.now();
  // What the first caller says from now on comes late, or never.
  const late = stale.speech(CALL, 8000);
  const other = there.as(tenantId).open([CALLER], { callId, resumeToken });
  t.is((await other.event('started')).streamNumber, 2);
  t.true(performance.now() - deadMs < 5000, 'the connections that are dead are waited for longer');
  await other.audio(ANOTHER.subarray(0, ANOTHER.length / 2));
  here.door.unblock();
  await other.audio(ANOTHER.subarray(ANOTHER.length / 2));
  t.is((await stale.over)?.reason, 'CALL_TAKEN_OVER');
  await late;
  await other.event('evidenceRestarted', ({ reason }) => reason === ReasonCode.SPEAKER_CHANGED);
  t.is(await other.end(), null);

  const { netSpeechMs } = other.all('ended')[0]!;
  for (const decision of other.all('decision')) {
    t.not(wordOf(decision), 'ACCEPT');
    t.true(decision.netSpeechMs <= netSpeechMs, 'no evidence crosses callers');
  }
  const rows = await asOwner<{ sequence: number; epoch: number }>(
    ground.postgres.url,
    `SELECT sequence, epoch FROM vouch.call_events WHERE call_id = '${callId}' ORDER BY sequence`,
  );
  const numbers = rows.map((_, i) => i + 1);
  t.deepEqual(
    rows.map(({ sequence }) => sequence),
    numbers,
  );
  t.deepEqual(
    rows.map(({ epoch }) => epoch),
    rows.map(({ epoch }) => epoch).toSorted(),
    'nothing of the first stream after the second has begun',
  );
  const toldOther = other.events.flatMap(({ sequence }) => (sequence > 0 ? [sequence] : []));
  t.deepEqual(toldOther, numbers.slice(-toldOther.length));
  for (const watcher of watchers) {
    t.is(await watcher.over, null);
    t.deepEqual(
      watcher.events.flatMap(({ sequence }) => (sequence > 0 ? [sequence] : [])),
      numbers,
    );
  }
});

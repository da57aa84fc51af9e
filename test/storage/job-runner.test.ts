import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { beat, JobRunner, queueTask, type Database, type Task } from '../../src/storage/index.js';
import { asOwner, freshDatabase, freshTenant } from '../helpers/database.js';

/** A process that gives its beats and does a task; told apart by its id. */
async function runner(t: ExecutionContext, database: Database, task: Task): Promise<string> {
  const replicaId = randomUUID();
  const beats = () => database.system((tx) => beat(tx, replicaId));
  await beats();
  const timer = setInterval(() => void beats().catch(() => undefined), 200);
  const onFailure = () => undefined;
  const running = JobRunner.start({
    database,
    replicaId,
    tasks: { task },
    onFailure,
    silentMs: 3000,
    lookEveryMs: 300,
  });
  t.teardown(async () => {
    clearInterval(timer);
    await running.stop();
  });
  return replicaId;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 110_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('It did not come to that.');
    await sleep(50);
  }
}

test('a task is done once its transaction is committed, and by the process that says so', async (t) => {
  const { url, database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  const done: unknown[] = [];
  let holder = '';
  const replicaId = await runner(t, database, async (payload) => {
    const [row] = await asOwner<{ id: string }>(url, 'SELECT locked_by AS id FROM graphile_worker.jobs');
    holder = row?.id ?? '';
    done.push(payload);
  });
  const undone = database.tenant(tenant, async (tx) => {
    await queueTask(tx, { task: 'task', payload: { n: 0 }, key: 'a' });
    throw new Error('taken back');
  });
  await t.throwsAsync(undone);
  await database.tenant(tenant, (tx) => queueTask(tx, { task: 'task', payload: { n: 1 }, key: 'b' }));
  await until(() => done.length > 0);
  t.is(holder, replicaId);
  await until(async () => (await asOwner(url, 'SELECT 1 FROM graphile_worker.jobs')).length === 0);
  t.deepEqual(done, [{ n: 1 }]);
});

test('work stays with a process that lives, however long it takes, and goes on from turn to turn', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  const turns: number[] = [];
  const task: Task = async (payload) => {
    const { turn } = payload as { turn: number };
    turns.push(turn);
    // Longer than anybody may be silent.
    if (turn === 0) await sleep(4000);
    if (turn === 5) return;
    const next = { task: 'task', payload: { turn: turn + 1 }, key: `turn ${turn + 1}` };
    await database.tenant(tenant, (tx) => queueTask(tx, next));
  };
  await runner(t, database, task);
  await runner(t, database, task);
  await database.tenant(tenant, (tx) => queueTask(tx, { task: 'task', payload: { turn: 0 }, key: 'turn 0' }));
  await until(() => turns.includes(5));
  t.deepEqual(turns, [0, 1, 2, 3, 4, 5]);
});

test('work of a process that fell silent is taken over', async (t) => {
  const { url, database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  await database.tenant(tenant, (tx) => queueTask(tx, { task: 'task', payload: {}, key: 'a' }));
  const [gone] = await asOwner<{ id: string }>(
    url,
    `UPDATE graphile_worker._private_jobs SET locked_at = now(), locked_by = gen_random_uuid()::text
     RETURNING locked_by AS id`,
  );
  await database.system((tx) => beat(tx, gone!.id));
  const lastBeatMs = Date.now();
  let takenMs = 0;
  await runner(t, database, () => {
    takenMs = Date.now();
    return Promise.resolve();
  });
  await until(() => takenMs > 0);
  t.true(takenMs - lastBeatMs >= 2900, 'not before it was silent for long enough');
});

test('a stop tells the task under way, and waits for it', async (t) => {
  const { database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  let ended = false;
  let begun = false;
  const replicaId = randomUUID();
  await database.system((tx) => beat(tx, replicaId));
  const running = JobRunner.start({
    database,
    replicaId,
    onFailure: () => undefined,
    tasks: {
      task: async (_payload, signal) => {
        begun = true;
        await once(signal, 'abort');
        await sleep(300);
        ended = true;
      },
    },
  });
  await database.tenant(tenant, (tx) => queueTask(tx, { task: 'task', payload: {}, key: 'a' }));
  await until(() => begun);
  await running.stop();
  t.true(ended);
});

test('a database that is gone when a task is done ends no process; the task is done with once it is back', async (t) => {
  const { url, database } = await freshDatabase(t);
  const tenant = await freshTenant(database);
  const server = new URL(url);
  const name = server.pathname.slice(1);
  server.pathname = '/postgres';
  const open = (yes: boolean) => asOwner(server.href, `ALTER DATABASE ${name} ALLOW_CONNECTIONS ${yes}`);
  const cut = 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1';
  let done = 0;
  await runner(t, database, async () => {
    if (done++ > 0) return; // It may be done a second time: nobody could be told of the first.
    await open(false);
    await asOwner(server.href, cut, [name]);
  });
  await database.tenant(tenant, (tx) => queueTask(tx, { task: 'task', payload: {}, key: 'a' }));
  await until(() => done > 0);
  await sleep(3000);
  await open(true);
  await until(async () => (await asOwner(url, 'SELECT 1 FROM graphile_worker.jobs')).length === 0);
  t.pass();
});

import { randomUUID } from 'node:crypto';
import test from 'ava';
import type { TransferKey } from '../../src/gen/vouch/v1/transfer.js';
import type { TestTenant } from '../helpers/caller.js';
import { Ground, type TestService } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const ALLISON = 'allison_en';

let ground: Ground;
let on: TestService;
let off: TestService;

test.serial.before('a service that moves speakers, and one that does not', async (t) => {
  t.timeout(60_000);
  ground = await Ground.make();
  on = await ground.serve({ VOUCH_TRANSFERS: 'on' });
  off = await ground.serve();
});

test.after.always('stop', async () => {
  for (const service of [on, off]) await service.stop();
  await ground.close();
});

async function keyOf({ transfer }: TestTenant): Promise<TransferKey> {
  return (await transfer.createTransferKey({ idempotencyKey: randomUUID() })).key!;
}

async function exported({ transfer }: TestTenant, key: TransferKey): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const { message } of transfer.exportSpeakers({ key }))
    if (message?.$case === 'data') pieces.push(message.value);
  return Buffer.concat(pieces);
}

async function imported(
  { transfer }: TestTenant,
  exporterPublicKeyPem: string,
  data: Buffer,
): Promise<unknown[]> {
  async function* requests() {
    await Promise.resolve();
    yield { message: { $case: 'start' as const, value: { exporterPublicKeyPem } } };
    yield { message: { $case: 'data' as const, value: data } };
  }
  const answers: unknown[] = [];
  for await (const { message } of transfer.importSpeakers(requests())) answers.push(message);
  return answers;
}

test('a caller is accepted on the other side as on the first', async (t) => {
  const [from, to] = [await on.tenant(), await on.tenant()];
  await from.enrol(ALLISON);
  const file = await exported(from, await keyOf(to));
  const { publicKey } = await from.as('AUDITOR').admin.getAnchor({});
  const answers = await imported(to, publicKey, file);
  t.deepEqual(answers, [{ $case: 'summary', value: { speakers: 1, voiceprints: 1, leftOut: 0 } }]);
  const call = to.open([ALLISON]);
  await call.speech(`${ALLISON}/call-1.wav`, 0, 8000);
  await call.event('decision', (each) => wordOf(each) === 'ACCEPT');
  t.is(await call.end(), null);
});

test('whoever runs the service, and the role, must want it', async (t) => {
  const tenant = await on.tenant();
  const key = await keyOf(tenant);
  const reasons = async (asked: TestTenant) => [
    (await failure(asked.transfer.createTransferKey({ idempotencyKey: randomUUID() }))).reason,
    (await failure(exported(asked, key))).reason,
    (await failure(imported(asked, 'key', Buffer.alloc(1)))).reason,
  ];
  for (const role of ['TELEPHONY', 'AGENT', 'SUPERVISOR', 'AUDITOR'] as const)
    t.deepEqual(await reasons(tenant.as(role)), Array(3).fill('ROLE_NOT_ALLOWED'), role);
  t.deepEqual(await reasons(off.tenantOf(tenant.tenantId)), Array(3).fill('TRANSFERS_OFF'));
  t.is((await failure(imported(tenant, '', Buffer.alloc(1)))).reason, 'FIELD_INVALID');
  t.is((await failure(imported(tenant, 'no key', Buffer.alloc(9)))).reason, 'TRANSFER_FILE_INVALID');
});

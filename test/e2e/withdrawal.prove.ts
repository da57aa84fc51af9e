import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test from 'ava';
import { createChannel, createClientFactory, Metadata } from 'nice-grpc';
import { Purpose } from '../../src/gen/vouch/v1/common.js';
import { ConsentServiceDefinition } from '../../src/gen/vouch/v1/consent.js';
import { Served } from '../helpers/binary.js';
import { Ground } from '../helpers/ground.js';
import { wordOf } from '../helpers/test-stream.js';

const CALL = 'allison_en/call-1.wav';
const WITHDRAWALS = 20;
const WITHIN_MS = 1000;

test('withdrawals recorded by one process stop calls of another within a second', async (t) => {
  t.timeout(10 * 60_000);
  const ground = await Ground.make();
  const here = await ground.serve();
  const there = await Served.start({
    DATABASE_URL: ground.postgres.url,
    VOUCH_KEYRING_FILE: join(ground.directory, 'keyring.json'),
  });
  t.teardown(async () => {
    await there.stop();
    await here.stop();
    await ground.close();
  });
  const tenant = await here.tenant();
  const channel = createChannel(there.address);
  const metadata = Metadata({
    'vouch-tenant': tenant.tenantId,
    'vouch-role': 'PRIVACY_OFFICER',
    'vouch-actor': 'test',
  });
  const consent = createClientFactory().create(ConsentServiceDefinition, channel, { '*': { metadata } });
  const delays: number[] = [];
  for (let n = 0; n < WITHDRAWALS; n++) {
    const speakerId = `speaker-${n}`;
    await tenant.grant(speakerId);
    await tenant.enrolFrom('allison_en/enrol.wav', { speakerId });
    const call = tenant.open([speakerId]);
    await call.speech(CALL, 0, 8000);
    await call.event('decision', (each) => wordOf(each) === 'ACCEPT');
    // At every phase of the other process's rounds.
    await sleep((n / WITHDRAWALS) * 500);
    const request = { speakerId, purposes: [Purpose.VERIFY], idempotencyKey: randomUUID() };
    const { voiceprintsErased } = await consent.withdrawConsent(request);
    const recordedAt = performance.now();
    await call.event('consentChanged', ({ granted }) => !granted);
    delays.push(performance.now() - recordedAt);
    t.is(voiceprintsErased, 1);
    await call.end();
    t.is(wordOf(call.decision), 'CONSENT_MISSING');
  }
  channel.close();
  delays.sort((a, b) => a - b);
  const ms = (delay: number | undefined) => Math.round(delay ?? NaN);
  t.log(
    `${WITHDRAWALS} withdrawals: median ${ms(delays[WITHDRAWALS / 2])} ms, slowest ${ms(delays.at(-1))} ms`,
  );
  t.true(delays.at(-1)! <= WITHIN_MS);
});

import test from 'ava';
import { createChannel, createClient } from 'nice-grpc';
import { HealthDefinition } from 'nice-grpc-server-health';
import { ServerReflectionService } from 'nice-grpc-server-reflection';
import reflectionMessages from 'nice-grpc-server-reflection/lib/proto/grpc/reflection/v1/reflection_pb.js';
import { CallState, EndReason } from '../../src/gen/vouch/v1/verification.js';
import { VouchError } from '../../src/errors.js';
import { Ground } from '../helpers/ground.js';
import { failure, wordOf } from '../helpers/test-stream.js';
import { Watcher } from '../helpers/watcher.js';

const OWN = [
  'vouch.v1.AdminService',
  'vouch.v1.ConsentService',
  'vouch.v1.EnrolmentService',
  'vouch.v1.RetentionService',
  'vouch.v1.TransferService',
  'vouch.v1.VerificationService',
];
const CALL = 'allison_en/call-1.wav';

let ground: Ground;
test.before('start the database', async () => {
  ground = await Ground.make();
});
test.after.always('stop the database', () => ground.close());

test('health tells of the process and of every service', async (t) => {
  const running = await ground.serve();
  t.teardown(() => running.stop());
  const health = createClient(HealthDefinition, running.channel);
  for (const service of ['', ...OWN]) t.is((await health.check({ service })).status, 1, service);
  await t.throwsAsync(health.check({ service: 'no.such.Service' }), { message: /NOT_FOUND/ });
});

test('reflection lists the services and tells their messages', async (t) => {
  const running = await ground.serve();
  t.teardown(() => running.stop());
  const reflection = createClient(ServerReflectionService, running.channel);
  const ask = async (prepare: (request: reflectionMessages.ServerReflectionRequest) => unknown) => {
    const request = new reflectionMessages.ServerReflectionRequest();
    prepare(request);
    const answers: reflectionMessages.ServerReflectionResponse[] = [];
    const one = async function* () {
      await Promise.resolve();
      yield request;
    };
    for await (const answer of reflection.serverReflectionInfo(one())) answers.push(answer);
    return answers[0]!;
  };
  const listed = await ask((request) => request.setListServices(''));
  const names = listed
    .getListServicesResponse()!
    .getServiceList()
    .map((each) => each.getName());
  t.deepEqual(names.sort(), ['grpc.health.v1.Health', ...OWN]);
  for (const name of OWN) {
    const file = await ask((request) => request.setFileContainingSymbol(name));
    t.true(file.getFileDescriptorResponse()!.getFileDescriptorProtoList().length > 0);
  }
});

test('a stopping service tells its streams, takes no new ones, and lets those that end in time end', async (t) => {
  const running = await ground.serve({ VOUCH_DRAIN_MS: '10000' });
  const tenant = await running.tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(CALL, 0, 8000);
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  const health = createClient(HealthDefinition, running.channel);
  const startedAt = Date.now();
  const stopped = running.service.stop();
  const drain = await call.event('drain');
  t.true(Math.abs(drain.deadline!.getTime() - startedAt - 10_000) < 2000);
  t.is((await health.check({ service: '' })).status, 2);
  t.is((await tenant.open([]).over)?.reason, 'SHUTTING_DOWN');
  await call.speech(CALL, 8000);
  t.is(await call.end(), null);
  await stopped;
  t.true(Date.now() - startedAt < 9000, 'it does not wait for nothing');
  running.channel.close();
  const again = await ground.serve();
  t.teardown(() => again.stop());
  const found = await again.tenantOf(tenant.tenantId).getCall(call.callId);
  t.is(found.state, CallState.ENDED);
  t.deepEqual(found.decision, call.decision);
});

test('a stream that does not end in time is cut, and another process takes it up with its token', async (t) => {
  const running = await ground.serve({ VOUCH_DRAIN_MS: '0' });
  const tenant = await running.tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  const { resumeToken } = await call.event('started');
  await call.speech(CALL, 0, 8000);
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  const [, over] = await Promise.all([running.stop(), call.over]);
  t.is(over?.reason, 'SHUTTING_DOWN');
  const numbers = call.events.flatMap(({ sequence }) => (sequence > 0 ? [sequence] : []));

  const next = await ground.serve();
  t.teardown(() => next.stop());
  const same = next.tenantOf(tenant.tenantId);
  t.is((await same.getCall(call.callId)).state, CallState.INTERRUPTED);
  const resumed = same.open(['allison_en'], { callId: call.callId, resumeToken });
  await resumed.speech(CALL);
  t.is(await resumed.end(), null);
  t.is(wordOf(resumed.decision), 'ACCEPT');
  t.is(resumed.all('started')[0]?.streamNumber, 2);
  t.is(resumed.all('evidenceRestarted').length, 1);
  numbers.push(...resumed.events.flatMap(({ sequence }) => (sequence > 0 ? [sequence] : [])));
  t.deepEqual(
    numbers,
    numbers.map((_, index) => index + 1),
  );
  const watcher = new Watcher(same, call.callId);
  t.is(await watcher.over, null);
  t.deepEqual(
    watcher.events.map(({ sequence }) => sequence),
    numbers,
  );
});

test('a stopped service listens no more, and may be told to stop again', async (t) => {
  const running = await ground.serve();
  const tenant = await running.tenant();
  await running.stop();
  await running.service.stop();
  const channel = createChannel(running.address);
  t.teardown(() => {
    channel.close();
  });
  t.is((await failure(tenant.as('ADMINISTRATOR', channel).getCall('call'))).code, 14);
});

test('only so many calls at once; a further one is told when to come back', async (t) => {
  const running = await ground.serve({ VOUCH_MAXIMUM_CALLS: '1' });
  t.teardown(() => running.stop());
  const tenant = await running.tenant();
  const call = tenant.open([]);
  await call.event('started');
  t.is((await tenant.open([]).over)?.reason, 'TOO_MANY_CALLS');
  await call.end();
  t.is(await tenant.open([]).end(), null);
});

test('a call that is longer than it may be is ended', async (t) => {
  const running = await ground.serve();
  t.teardown(() => running.stop());
  const tenant = await running.tenant({ maximumCallMs: 3000 });
  const call = tenant.open([]);
  await call.speech(CALL, 0, 5000);
  t.is((await call.over)?.reason, 'CALL_TOO_LONG');
  t.is(call.all('ended')[0]?.reason, EndReason.TOO_LONG);
  t.is((await tenant.getCall(call.callId)).state, CallState.ENDED);
});

test('a service that listens beyond the loopback is refused', async (t) => {
  const error = await t.throwsAsync(ground.serve({ VOUCH_ADDRESS: '0.0.0.0:0' }), { instanceOf: VouchError });
  t.is(error.reason, 'CONFIGURATION_INVALID');
});

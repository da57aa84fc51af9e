import test from 'ava';
import { VouchError } from '../../../src/errors.js';
import { Ground } from '../../helpers/ground.js';
import {
  errorOf,
  eventsOf,
  HttpCaller,
  httpCaller,
  reasonOf,
  type ServerSentEvent,
} from '../../helpers/http.js';

let ground: Ground;
test.before('start the database', async () => {
  ground = await Ground.make();
});
test.after.always('stop the database', () => ground.close());

test('a stopping service ends its event streams with UNAVAILABLE and takes no new ones', async (t) => {
  const running = await ground.serve({ VOUCH_DRAIN_MS: '10000' });
  const tenant = await running.tenant();
  const http = httpCaller(running, tenant.tenantId);
  const call = tenant.open([]);
  await call.event('started');
  const message = JSON.stringify({ callId: call.callId });
  const response = await http.post('VerificationService/WatchCall', message);
  const events: ServerSentEvent[] = [];
  const watching = (async () => {
    for await (const event of eventsOf(response)) events.push(event);
  })();
  const stopped = running.service.stop();
  await watching;
  const last = events.at(-1);
  t.is(last?.event, 'error');
  t.like(errorOf(last?.data), { code: 503, status: 'UNAVAILABLE' });
  t.is(reasonOf(last?.data), 'SHUTTING_DOWN');
  const another = await http.post('VerificationService/WatchCall', message);
  t.is(another.status, 503);
  t.is(reasonOf(await another.json()), 'SHUTTING_DOWN');
  t.is((await http.get('/health/ready')).status, 503);
  t.is((await http.get('/health/live')).status, 200);
  t.is(
    (await http.ask('VerificationService/GetCall', { callId: call.callId })).status,
    200,
    'the rest goes on',
  );
  t.is(await call.end(), null);
  await stopped;
  await t.throwsAsync(http.get('/health/live'));
});

test('a service whose database is gone is not ready, and alive', async (t) => {
  const own = await Ground.make();
  const running = await own.serve();
  t.teardown(async () => {
    await running.stop();
    await own.close();
  });
  const http = new HttpCaller(running);
  t.is((await http.get('/health/ready')).status, 200);
  await own.postgres.stop();
  await new Promise((later) => setTimeout(later, 1000));
  t.is((await http.get('/health/ready')).status, 503);
  t.is((await http.get('/health/live')).status, 200);
});

test('a service that serves HTTP beyond the loopback is refused', async (t) => {
  const error = await t.throwsAsync(ground.serve({ VOUCH_HTTP_ADDRESS: '0.0.0.0:0' }), {
    instanceOf: VouchError,
  });
  t.is(error.reason, 'CONFIGURATION_INVALID');
  t.is(error.field, 'VOUCH_HTTP_ADDRESS');
});

import test from 'ava';
import { Ground, type TestService } from '../helpers/ground.js';
import { TestTenant } from '../helpers/caller.js';
import { clientsOver } from '../helpers/clients.js';
import { attributesOf, OtlpReceiver } from '../helpers/otlp-receiver.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const TRACE = 'a1b2c3d4e5f60718293a4b5c6d7e8f90';
const CLIENT_SPAN = 'aabbccddeeff0011';
const CALL = 'allison_en/call-1.wav';

let ground: Ground;
test.before('start the database', async () => {
  ground = await Ground.make();
});
test.after.always('stop the database', () => ground.close());

/** The tenant as a client sees it that says which trace it is in. */
function traced(running: TestService, { tenantId }: TestTenant, traceparent: string): TestTenant {
  const clients = (tenant: string, role: Parameters<TestService['clients']>[1]) =>
    clientsOver(running.channel, tenant, role, 'test', { traceparent });
  return new TestTenant({ clients }, tenantId);
}

test.serial("a trace goes from the client's span to the decision", async (t) => {
  const receiver = await OtlpReceiver.start();
  const running = await ground.serve({ VOUCH_OTLP_ENDPOINT: receiver.endpoint, VOUCH_TRACE_SHARE: '0' });
  const tenant = await running.tenant();
  await tenant.enrol('allison_en');
  const call = traced(running, tenant, `00-${TRACE}-${CLIENT_SPAN}-01`).open(['allison_en']);
  await call.speech(CALL, 0, 8000);
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  t.is(await call.end(), null);
  // HTTP says it in a header.
  await fetch(`http://${running.httpAddress}/vouch.v1.VerificationService/GetCall`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-${CLIENT_SPAN}-01` },
    body: '{"callId": "none"}',
  });
  await running.stop();
  await receiver.close();

  const { spans } = receiver;
  t.true(spans.every(({ traceId }) => traceId === TRACE));
  t.deepEqual(
    spans.map(({ name }) => name).sort(),
    ['VerificationService/GetCall', 'VerificationService/StreamCall', 'consent gate', 'listen and decide'],
    'of the requests without a trace of their own none is traced',
  );
  const named = (name: string) => spans.find((span) => span.name === name)!;
  const stream = named('VerificationService/StreamCall');
  t.is(stream.parentSpanId, CLIENT_SPAN);
  t.like(attributesOf(stream), { 'rpc.status': 'OK', 'vouch.stream.end': 'ENDED', 'vouch.stream_number': 1 });
  t.like(attributesOf(named('VerificationService/GetCall')), {
    'rpc.system': 'http',
    'rpc.status': 'NOT_FOUND',
  });
  const gate = named('consent gate');
  t.is(gate.parentSpanId, stream.spanId);
  t.deepEqual(attributesOf(gate), { 'vouch.claims': 1, 'vouch.grounds': 1 });
  const deciding = named('listen and decide');
  t.is(deciding.parentSpanId, stream.spanId);
  t.like(attributesOf(deciding), { 'vouch.decision.kind': 'ACCEPT', 'vouch.decision.finality': 'FINAL' });
  const happened = deciding.events.map(({ name }) => name);
  t.true(happened.indexOf('first speech') < happened.lastIndexOf('decision'));
  t.true(happened.includes('claimReceived'));
  t.true(stream.events.some(({ name }) => name === 'ended'));
  for (const span of spans) t.true(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano), span.name);
});

test.serial(
  'what the client does not trace is not traced, and what says nonsense begins a trace',
  async (t) => {
    const receiver = await OtlpReceiver.start();
    const running = await ground.serve({ VOUCH_OTLP_ENDPOINT: receiver.endpoint, VOUCH_TRACE_SHARE: '1' });
    const tenant = await running.tenant();
    const ask = (traceparent: string) =>
      failure(traced(running, tenant, traceparent).getCall(traceparent.slice(0, 20)));
    await ask(`00-${TRACE}-${CLIENT_SPAN}-00`);
    for (const nonsense of [
      'nonsense',
      `00-${'0'.repeat(32)}-${CLIENT_SPAN}-01`,
      `00-${TRACE}-${CLIENT_SPAN}`,
    ])
      await ask(nonsense);
    await running.stop();
    await receiver.close();
    const asked = receiver.spans.filter(({ name }) => name === 'VerificationService/GetCall');
    t.is(asked.length, 3);
    t.true(asked.every(({ traceId, parentSpanId }) => traceId !== TRACE && !parentSpanId));
  },
);

test.serial(
  'a collector that refuses, says nothing or is not there costs its spans and nothing else',
  async (t) => {
    const receiver = await OtlpReceiver.start();
    for (const status of [500, 0]) {
      receiver.status = status;
      const running = await ground.serve({
        VOUCH_OTLP_ENDPOINT: receiver.endpoint,
        VOUCH_TRACE_SHARE: '1',
        VOUCH_METRICS_ADDRESS: '127.0.0.1:0',
      });
      const tenant = await running.tenant();
      const call = tenant.open([]);
      await call.speech(CALL, 0, 1000);
      t.is(await call.end(), null);
      if (status === 500) {
        await new Promise((wake) => setTimeout(wake, 6500));
        t.regex(await running.metrics(), /vouch_spans_total\{outcome="lost"\} [1-9]/);
      }
      const stoppedAt = Date.now();
      await running.stop();
      t.true(Date.now() - stoppedAt < 5000, `${status}: ${Date.now() - stoppedAt} ms to stop`);
    }
    const { endpoint } = receiver;
    await receiver.close();
    const running = await ground.serve({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, VOUCH_TRACE_SHARE: '1' });
    await t.notThrowsAsync(running.tenant());
    await running.stop();
  },
);

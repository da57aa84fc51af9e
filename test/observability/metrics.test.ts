import test from 'ava';
import { REASONS, VouchError } from '../../src/errors.js';
import { Metrics, serveMetrics } from '../../src/observability/index.js';
import { readExposition, type Family } from '../helpers/exposition.js';
import { serviceOfFile } from '../helpers/ground.js';
import { fixtureFile } from '../helpers/speech.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const service = serviceOfFile({ VOUCH_METRICS_ADDRESS: '127.0.0.1:0', VOUCH_MAXIMUM_CALLS_PER_TENANT: '1' });
const CALL = 'allison_en/call-1.wav';

/** The value of the sample with these labels, whatever others it has; 0 where there is none. */
function valueOf(
  families: ReadonlyMap<string, Family>,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number {
  const family = families.get(name) ?? families.get(name.replace(/_(count|sum)$/, ''));
  const found = family?.samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  return found?.reduce((sum, { value }) => sum + value, 0) ?? 0;
}

test('a run is told in numbers: calls, decisions, abstentions, refusals, requests, stages, the database', async (t) => {
  const tenant = await service().tenant();
  await tenant.enrol('allison_en');
  const call = tenant.open(['allison_en']);
  await call.speech(CALL, 0, 8000);
  await call.event('decision', (decision) => wordOf(decision) === 'ACCEPT');
  t.is(valueOf(readExposition(await service().metrics()), 'vouch_live_calls'), 1);
  t.is((await tenant.open([]).over)?.reason, 'TENANT_QUOTA_REACHED');
  await call.speech(CALL, 8000);
  t.is(await call.end(), null);
  const unknown = tenant.open(['nobody']);
  await unknown.speech(CALL, 0, 2000);
  t.is(await unknown.end(), null);
  t.is((await failure(tenant.verification.getCall({ callId: 'none' }))).reason, 'CALL_NOT_FOUND');
  const speakerId = 'allison_en';
  const asked = { claims: [{ speakerId }], idempotencyKey: 'once' };
  for (let times = 0; times < 2; times++)
    await tenant.verifyRecording(fixtureFile(`${speakerId}/call-2.wav`), asked);
  // Workers tell where their time went once a second.
  await new Promise((wake) => setTimeout(wake, 1500));

  const told = readExposition(await service().metrics());
  const value = (name: string, labels?: Readonly<Record<string, string>>) => valueOf(told, name, labels);
  t.is(value('vouch_live_calls'), 0);
  t.is(value('vouch_streams_begun_total', { direction: 'INBOUND', resumed: 'false' }), 2);
  t.is(value('vouch_streams_refused_total', { reason: 'TENANT_QUOTA_REACHED' }), 1);
  t.is(value('vouch_streams_over_total', { how: 'ENDED', error: '' }), 2);
  const accepted = { kind: 'ACCEPT', finality: 'FINAL', shadow: 'false' };
  t.is(value('vouch_decisions_total', { source: 'CALL', ...accepted }), 1);
  t.is(value('vouch_decisions_total', { source: 'RECORDING', ...accepted }), 1, 'a repeat is no decision');
  t.is(value('vouch_decision_net_speech_seconds_count', { kind: 'ACCEPT' }), 1);
  const speech = value('vouch_decision_net_speech_seconds_sum', { kind: 'ACCEPT' });
  t.true(speech >= 2 && speech < 15, `${speech}`);
  t.is(value('vouch_abstentions_total', { kind: 'SPEAKER_NOT_ENROLLED' }), 1);
  t.true(value('vouch_consent_denials_total', { purpose: 'VERIFY', reason: 'SPEAKER_NOT_FOUND' }) >= 1);
  const getCall = { transport: 'grpc', service: 'VerificationService', method: 'GetCall' };
  t.is(value('vouch_requests_total', { ...getCall, code: 'NOT_FOUND' }), 1);
  t.is(value('vouch_requests_total', { method: 'StreamCall', code: 'RESOURCE_EXHAUSTED' }), 1);
  t.is(value('vouch_requests_total', { method: 'StreamCall', code: 'OK' }), 2);
  t.is(value('vouch_request_duration_seconds_count', { method: 'GetCall' }), 1);
  t.is(value('vouch_request_duration_seconds_count', { method: 'StreamCall' }), 0);
  for (const stage of ['decode', 'speech_activity', 'embedding']) {
    t.true(value('vouch_stage_seconds_total', { stage }) > 0, stage);
    t.true(value('vouch_stage_runs_total', { stage }) > 0, stage);
  }
  t.true(value('vouch_audio_seconds_total', { fate: 'heard' }) > 8);
  t.is(value('vouch_workers'), 1);
  t.true(value('vouch_database_transaction_seconds_count') > 10);
  t.is(value('vouch_database_connections_limit'), 10);
  t.is(value('vouch_build_info'), 1);
  t.true(value('process_cpu_seconds_total') > 0);
  // The keys of the tenants were looked at when the process began.
  t.is(value('vouch_unreadable_data_keys'), 0);
});

test('names, units and labels are as the conventions say, and labels have few values', async (t) => {
  const families = readExposition(await service().metrics());
  t.true(families.size > 30);
  for (const { name, type, help, samples } of families.values()) {
    t.regex(name, /^(vouch|process|nodejs)_[a-z][a-z0-9_]*[a-z0-9]$/);
    t.is(name.endsWith('_total'), type === 'counter', name);
    // Base units only: https://prometheus.io/docs/practices/naming/#base-units
    t.notRegex(name, /_(ms|milliseconds|minutes|hours|days|kb|mb|kilobytes|percent)(_|$)/);
    t.true(help.length > 10 && help.endsWith('.'), name);
    t.true(samples.length < 200, `${name} has ${samples.length} series`);
    for (const { labels } of samples) {
      for (const value of Object.values(labels)) t.true(value.length <= 40, `${name} ${value}`);
      const reason = labels['reason'];
      if (name === 'vouch_streams_refused_total' && reason) t.true(reason in REASONS, reason);
    }
  }
});

test('only /metrics is there, and only to be read', async (t) => {
  const at = `http://127.0.0.1:${service().metricsPort}`;
  const good = await fetch(`${at}/metrics`);
  t.is(good.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  t.is((await fetch(`${at}/metrics`, { method: 'HEAD' })).status, 200);
  t.is((await fetch(`${at}/metrics`, { method: 'POST', body: 'x' })).status, 405);
  t.is((await fetch(`${at}/`)).status, 404);
});

test('a lost worker, a failing database and work that fails are counted, what a request asked for wrongly is not', async (t) => {
  const metrics = new Metrics({ version: '1.2.3' }, 2);
  metrics.workers.lost('hung', 1);
  metrics.workers.replaced(2);
  metrics.background.transaction(20, new VouchError('DATABASE_UNAVAILABLE'));
  metrics.background.transaction(20, new VouchError('CALL_NOT_FOUND'));
  metrics.background.transaction(20, new Error('what nobody foresaw'));
  metrics.background.failed('retention');
  const fails = metrics.background.counted(() => Promise.reject(new Error('no')));
  await t.throwsAsync(fails());
  const told = readExposition(await metrics.text());
  t.is(valueOf(told, 'vouch_workers'), 2);
  t.is(valueOf(told, 'vouch_workers_lost_total', { how: 'hung' }), 1);
  t.is(valueOf(told, 'vouch_workers_replaced_total'), 1);
  t.is(valueOf(told, 'vouch_database_errors_total', { reason: 'DATABASE_UNAVAILABLE' }), 1);
  t.is(valueOf(told, 'vouch_database_errors_total', { reason: 'INTERNAL' }), 1);
  t.is(valueOf(told, 'vouch_background_failures_total', { work: 'retention' }), 1);
  t.is(valueOf(told, 'vouch_job_turns_total', { outcome: 'failed' }), 1);
});

test('two services of one process count apart', async (t) => {
  const one = new Metrics({ version: '1' }, 1);
  const other = new Metrics({ version: '1' }, 1);
  one.calls.refused('OVERLOADED');
  t.is(valueOf(readExposition(await one.text()), 'vouch_streams_refused_total'), 1);
  t.is(valueOf(readExposition(await other.text()), 'vouch_streams_refused_total'), 0);
});

test('a gauge that cannot be read costs one scrape, and no more', async (t) => {
  let broken = true;
  const metrics = {
    contentType: 'text/plain',
    text: () => (broken ? Promise.reject(new Error('no')) : Promise.resolve('all\n')),
  } as unknown as Metrics;
  const server = await serveMetrics(metrics, { host: '127.0.0.1', port: 0 });
  t.teardown(() => server.close());
  const scrape = () =>
    fetch(`http://127.0.0.1:${server.port}/metrics`, { signal: AbortSignal.timeout(10_000) });
  t.is((await scrape()).status, 500);
  broken = false;
  t.is((await scrape()).status, 200);
});

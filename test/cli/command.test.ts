import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test from 'ava';
import type { Answer } from '../helpers/answer.js';
import { openDirectory, ROOT, runScript, Served, vouch, type Finished } from '../helpers/binary.js';

const fixture = (path: string) => join(ROOT, 'fixtures', path);
const directory = await openDirectory();
const notice = join(directory.path, 'notice.txt');
await writeFile(notice, 'We would like to recognise you by your voice.');

let served: Served;
test.before('a service of its own', async () => {
  served = await Served.start();
});
test.after.always('stop', async (t) => {
  t.is(await served.stop(), 0, 'the service ends in good order');
  await directory.remove();
});

/** Asks the service, and reads the JSON that comes back. */
async function ask(...args: string[]): Promise<{ code: number | null; json: Answer; stderr: string }> {
  const { code, stdout, stderr } = await vouch([...args, '--address', served.address, '--json']);
  const text = code === 1 ? stderr : stdout;
  return { code, json: JSON.parse(text) as Answer, stderr };
}

/** The same, for people. */
async function tell(...args: string[]): Promise<Finished> {
  return vouch([...args, '--address', served.address]);
}

const CONTROLLER = ['--controller', 'Example Ltd'];
const GIVEN = ['--notice', 'voice@1', '--language', 'en-GB', '--text-file', notice];

function consent(speaker: string, ...args: string[]) {
  return ask('consent', 'record', speaker, ...CONTROLLER, '--jurisdiction', 'EU', ...GIVEN, ...args);
}

test.serial('a notice is published', async (t) => {
  const { code, json } = await ask(
    ...[
      'notice',
      'publish',
      '--id',
      'voice',
      '--version',
      '1',
      '--language',
      'en-GB',
      '--channel',
      'agent-script',
    ],
    ...['--text-file', notice, '--purposes', 'verify,adapt', ...CONTROLLER, '--retention-days', '365'],
  );
  t.is(code, 0);
  t.is(Buffer.from(json.textSha256, 'base64').length, 32);
});

test.serial('consent is recorded and shown', async (t) => {
  const recorded = await consent(
    ...[
      'allison',
      '--grant',
      'verify',
      '--refuse',
      'adapt',
      '--signature',
      'spoken',
      '--evidence-type',
      'recording',
    ],
    ...[
      '--evidence-file',
      notice,
      '--proofing-method',
      'document',
      '--call-id',
      'call-0',
      '--media-time-ms',
      '1200',
    ],
  );
  t.is(recorded.code, 0, recorded.stderr);
  t.false(recorded.json.retroactive ?? false);
  const { stdout } = await tell('consent', 'show', 'allison');
  t.regex(stdout, /VERIFY +in force \(granted since .* under voice@1\)/);
  t.regex(stdout, /ADAPT +not in force \(refused/);
});

test.serial('an error is told by its reason, without a stack', async (t) => {
  const { code, json, stderr } = await consent('allison', '--grant', 'identify');
  t.is(code, 1);
  t.is(json.error.status, 'INVALID_ARGUMENT');
  t.is(json.error.field, 'purposes');
  t.notRegex(stderr, /\n +at /);
  const shown = await tell(
    'enrol',
    'nobody',
    fixture('allison_en/enrol.wav'),
    '--recorded-at',
    'now',
    '--proofing-method',
    'document',
  );
  t.is(shown.code, 1);
  t.regex(shown.stderr, /^error: .*\n {2}reason: CONSENT_MISSING \(FAILED_PRECONDITION\)/);
});

test.serial('a recording is enrolled', async (t) => {
  const { code, json, stderr } = await ask(
    ...[
      'enrol',
      'allison',
      fixture('allison_en/enrol.wav'),
      '--recorded-at',
      'now',
      '--label',
      'mobile',
      '--source',
      'mobile',
    ],
    ...['--proofing-method', 'document', '--proofing-strength', 'high'],
  );
  t.is(code, 0, stderr);
  t.is(json.voiceprint.label, 'mobile');
  t.is(json.voiceprint.proofing.strength, 'PROOFING_STRENGTH_HIGH');
  const { stdout } = await tell('voiceprints', 'list', 'allison');
  t.regex(stdout, /mobile +1 +ACTIVE/);
  t.regex((await tell('speakers', 'list')).stdout, /allison +1 +0 +no/);
  t.regex((await tell('speakers', 'show', 'allison')).stdout, /1 in use, 0 waiting/);
});

test.serial('the right caller is accepted, with exit code 0', async (t) => {
  const call = ['verify', fixture('allison_en/call-1.wav'), '--speaker', 'allison'];
  const { code, json } = await ask(...call, '--call-id', 'call-1', '--risk', 'high');
  t.is(code, 0);
  t.is(json.callId, 'call-1');
  t.is(json.decision.kind, 'DECISION_KIND_ACCEPT');
  t.is(json.decision.nextAction, 'NEXT_ACTION_STEP_UP');
  const shown = await tell(...call);
  t.is(shown.code, 0);
  t.regex(shown.stdout, /ACCEPT, confidence [\d.]+, [\d.]+ s net speech; next: skip questions/);
});

test.serial('another caller is not, with exit code 2', async (t) => {
  const { code, json } = await ask('verify', fixture('june_fr/call-1.wav'), '--speaker', 'allison');
  t.is(code, 2);
  t.not(json.decision.kind, 'DECISION_KIND_ACCEPT');
});

test.serial('a call streamed at its pace takes its time, and comes to the same', async (t) => {
  const startedAt = performance.now();
  const { code } = await ask(
    'verify',
    fixture('allison_en/call-1.wav'),
    '--speaker',
    'allison',
    '--pace',
    '4',
  );
  t.is(code, 0);
  t.true(performance.now() - startedAt > 15_550 / 4);
});

test.serial('a headerless file is streamed as what it is said to be', async (t) => {
  const file = fixture('raw/allison_call.ulaw');
  const { code } = await ask('verify', file, '--speaker', 'allison', '--format', 'mulaw', '--rate', '8000');
  t.is(code, 0);
});

test.serial('of two channels the caller must be named', async (t) => {
  const call = ['verify', fixture('two-party/call.wav'), '--speaker', 'allison'];
  t.is((await ask(...call)).json.error.reason, 'USAGE');
  t.is((await ask(...call, '--channel', '0')).code, 2);
});

test.serial('a recording is verified whole', async (t) => {
  const file = fixture('edge/mulaw.wav');
  const { code, json } = await ask('verify', file, '--recording', '--speaker', 'allison');
  t.is(code, 0);
  t.is(json.container, 'wav');
  const truncated = await ask('verify', fixture('edge/truncated.wav'), '--recording', '--speaker', 'allison');
  t.is(truncated.json.error.reason, 'RECORDING_TRUNCATED');
});

test.serial('a call is shown, watched and its outcome reported', async (t) => {
  const { json } = await ask('call', 'show', 'call-1');
  t.is(json.state, 'CALL_STATE_ENDED');
  const { stdout } = await tell('watch', 'call-1');
  t.regex(stdout, /started.*\n[^]*ACCEPT[^]*ended: ENDED\n$/);
  const outcome = await ask('outcome', 'report', json.decision.decisionId, 'genuine-confirmed');
  t.is(outcome.code, 0, outcome.stderr);
  t.is((await ask('call', 'show', 'no-such-call')).json.error.reason, 'CALL_NOT_FOUND');
});

test.serial('a call is paused before its stream, and resumed', async (t) => {
  t.is((await ask('call', 'pause', 'call-2', '--reason', 'card-payment')).code, 0);
  const paused = await ask(
    'verify',
    fixture('allison_en/call-1.wav'),
    '--speaker',
    'allison',
    '--call-id',
    'call-2',
  );
  t.is(paused.code, 2, 'nothing was heard');
  t.is((await ask('call', 'pause', 'call-3')).code, 0);
  t.is((await ask('call', 'resume', 'call-3')).code, 0);
  const resumed = await ask(
    'verify',
    fixture('allison_en/call-1.wav'),
    '--speaker',
    'allison',
    '--call-id',
    'call-3',
  );
  t.is(resumed.code, 0);
});

test.serial('a platform sees the confidence in tens, no scores', async (t) => {
  const { json } = await ask(
    'verify',
    fixture('allison_en/call-1.wav'),
    '--speaker',
    'allison',
    '--role',
    'telephony',
  );
  t.is(json.decision.confidence! % 10, 0);
  t.false('score' in json.decision);
  t.is(json.decision.confidenceBand, 'CONFIDENCE_BAND_VERY_HIGH');
});

test.serial('the client of the docs streams a call', async (t) => {
  const script = fileURLToPath(new URL('../../docs/examples/stream-call.js', import.meta.url));
  const { code, stdout } = await runScript(script, [
    fixture('raw/allison_call.ulaw'),
    'allison',
    served.address,
  ]);
  t.is(code, 0);
  t.regex(stdout, /^started\n[^]*DECISION_KIND_ACCEPT: confidence [^]*ended\n$/);
});

test.serial('the same idempotency key does nothing more', async (t) => {
  const again = () =>
    consent('berta', '--grant', 'verify', '--idempotency-key', 'k1', '--occurred-at', '2026-01-01T00:00:00Z');
  const first = await again();
  const second = await again();
  t.is(first.code, 0, first.stderr);
  t.is(first.json.eventId, second.json.eventId);
});

test.serial('a voiceprint is deleted', async (t) => {
  const { json } = await ask('voiceprints', 'list', 'allison');
  t.is((await ask('voiceprints', 'delete', json.voiceprints[0]?.voiceprintId ?? '')).code, 0);
  t.regex((await tell('voiceprints', 'list', 'allison')).stdout, /no voiceprints/);
});

test.serial('a tenant that does not exist is refused', async (t) => {
  const { json } = await ask('speakers', 'list', '--tenant', 'elsewhere');
  t.is(json.error.reason, 'TENANT_NOT_FOUND');
});

test.serial('consent is withdrawn, and an opt-out lasts', async (t) => {
  const withdrawn = await tell('consent', 'withdraw', 'allison');
  t.is(withdrawn.code, 0, withdrawn.stderr);
  t.regex(withdrawn.stdout, /VERIFY +not in force/);
  t.is((await ask('consent', 'opt-out', 'allison')).code, 0);
  t.is((await consent('allison', '--grant', 'verify')).json.error.reason, 'SPEAKER_OPTED_OUT');
  const { code, json } = await ask('verify', fixture('allison_en/call-1.wav'), '--speaker', 'allison');
  t.is(code, 2);
  t.is(json.decision.kind, 'DECISION_KIND_SPEAKER_OPTED_OUT');
});

import { randomUUID } from 'node:crypto';
import test from 'ava';
import { Status } from 'nice-grpc';
import { PROOFING, upload, type TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { isRefused, type Refusal } from '../helpers/refusal.js';
import { fixtureFile } from '../helpers/speech.js';
import { failure, wordOf, type TestStream } from '../helpers/test-stream.js';
import { waveFile } from '../helpers/wave.js';

const MOST_BYTES = 350_000;
const SPEAKER = 'allison_en';
const SPEECH = `${SPEAKER}/call-1.wav`;
const HALF_MS = 7000;

// Fewer places than there are bad recordings: one that kept its place would be noticed.
const service = serviceOfFile({ VOUCH_RECORDING_BYTES: String(MOST_BYTES), VOUCH_MAXIMUM_RECORDINGS: '2' });
let tenant: TestTenant;
let beside: TestStream;
test.serial.before('somebody is enrolled, and calls', async (t) => {
  t.timeout(60_000);
  tenant = await service().tenant();
  await tenant.enrol(SPEAKER);
  beside = tenant.open([SPEAKER]);
  await beside.speech(SPEECH, 0, HALF_MS);
});

interface Row extends Refusal {
  readonly what: string;
  readonly bytes: Uint8Array;
}

const SECOND = Buffer.alloc(16_000);
const wave = waveFile({ data: SECOND });
const invalid = (reason: Refusal['reason'], what: string, bytes: Uint8Array): Row => ({
  what,
  bytes,
  reason,
  code: Status.INVALID_ARGUMENT,
});

const ROWS: readonly Row[] = [
  invalid('RECORDING_TRUNCATED', 'truncated', fixtureFile('edge/truncated.wav')),
  invalid('RECORDING_TRUNCATED', 'cut in its samples', fixtureFile(SPEECH).subarray(0, 100_000)),
  invalid('RECORDING_UNREADABLE', 'not audio', fixtureFile('edge/not-audio.wav')),
  invalid('RECORDING_UNREADABLE', 'one byte', Buffer.from('R')),
  invalid('RECORDING_UNREADABLE', 'FLAC in its first bytes alone', Buffer.from(`fLaC${'x'.repeat(5000)}`)),
  invalid('RECORDING_UNREADABLE', 'a playlist', Buffer.from('#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n')),
  invalid('RECORDING_EMPTY', 'without a byte', Buffer.alloc(0)),
  invalid('RECORDING_EMPTY', 'without a sample', waveFile({ data: Buffer.alloc(0) })),
  {
    ...invalid('RECORDING_TOO_LONG', 'over the limit', Buffer.alloc(MOST_BYTES + 1)),
    field: 'data',
  },
  invalid('RECORDING_HEADER_INVALID', 'lying about its frames', waveFile({ data: SECOND, frameBytes: 3 })),
  invalid('RECORDING_HEADER_INVALID', 'lying about its rate', waveFile({ data: SECOND, byteRate: 123 })),
  invalid(
    'RECORDING_HEADER_INVALID',
    'lying about its channels',
    waveFile({ data: SECOND, channels: 2, frameBytes: 2 }),
  ),
];

for (const { what, bytes, ...refusal } of ROWS) {
  test.serial(`to verify, ${what}: ${refusal.reason}`, async (t) => {
    const idempotencyKey = randomUUID();
    const claims = [{ speakerId: SPEAKER }];
    isRefused(t, await failure(tenant.verifyRecording(bytes, { claims, idempotencyKey })), refusal);
    // Nothing was kept under the key: the whole recording may still come.
    const { decision } = await tenant.verifyRecording(wave, { claims, idempotencyKey });
    t.is(wordOf(decision), 'NOT_ENOUGH_SPEECH');
  });

  test.serial(`to enrol from, ${what}: ${refusal.reason}`, async (t) => {
    const speakerId = `speaker-${randomUUID()}`;
    await tenant.grant(speakerId);
    const sent = tenant.enrolment.enrolFromRecording(
      upload({ speakerId, proofing: PROOFING, recordedAt: new Date(), idempotencyKey: randomUUID() }, bytes),
    );
    isRefused(t, await failure(sent), refusal);
    const { voiceprints } = await tenant.enrolment.listVoiceprints({ speakerId });
    t.deepEqual(voiceprints, []);
  });
}

test.serial('a limit that was passed is told', async (t) => {
  const bytes = Buffer.alloc(MOST_BYTES + 1);
  const { metadata } = await failure(tenant.verifyRecording(bytes, { claims: [{ speakerId: SPEAKER }] }));
  t.is(metadata['limitBytes'], String(MOST_BYTES));
});

test.serial('a good recording after all of these is accepted', async (t) => {
  t.timeout(60_000);
  const { decision } = await tenant.verifyRecording(fixtureFile(SPEECH), {
    claims: [{ speakerId: SPEAKER }],
  });
  t.is(wordOf(decision), 'ACCEPT');
});

test.serial('a call beside all of these is accepted', async (t) => {
  t.timeout(60_000);
  await beside.speech(SPEECH, HALF_MS);
  t.is(await beside.end(), null);
  t.is(wordOf(beside.decision), 'ACCEPT');
});

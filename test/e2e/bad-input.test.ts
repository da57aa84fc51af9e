import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import test, { type ExecutionContext } from 'ava';
import { describeFailure, type Failure } from '../../src/cli/failure.js';
import { REASONS, type ErrorReason } from '../../src/errors.js';
import { AudioEncoding, ChannelLayout, type AudioFormat } from '../../src/gen/vouch/v1/common.js';
import {
  CallState,
  type CallEvent,
  type CallStart,
  type DeepPartial,
  type StreamCallRequest,
  type VerifyRecordingRequest,
} from '../../src/gen/vouch/v1/verification.js';
import { ROOT } from '../helpers/binary.js';
import { recordGrant } from '../helpers/people-over-grpc.js';
import { startService } from '../helpers/service.js';

type Request = DeepPartial<StreamCallRequest>;

const FORMAT: AudioFormat = {
  encoding: AudioEncoding.PCM_S16LE,
  sampleRateHz: 8000,
  channelLayout: ChannelLayout.CALLER_ONLY,
  callerChannel: 0,
};
const START_TIMEOUT_MS = 1500;
const STALL_TIMEOUT_MS = 2000;
const MOST_RECORDING_BYTES = 500_000;

const { connection, stop } = await startService({
  VOUCH_START_TIMEOUT_MS: String(START_TIMEOUT_MS),
  VOUCH_STALL_TIMEOUT_MS: String(STALL_TIMEOUT_MS),
  VOUCH_RESUME_WINDOW_MS: '1000',
  VOUCH_RECORDING_BYTES: String(MOST_RECORDING_BYTES),
  VOUCH_MAXIMUM_RECORDINGS: '8',
});
test.after.always('stop', stop);

/** Somebody who consented: recordings of others are not even decoded. */
const SPEAKER = 'consenting';
test.before('a speaker consents', async () => {
  await recordGrant(connection, SPEAKER);
});

const start = (value: DeepPartial<CallStart> = {}): Request => ({
  message: { $case: 'start', value: { callId: randomUUID(), format: FORMAT, ...value } },
});
const audio = (data: Buffer): Request => ({ message: { $case: 'audio', value: { data } } });
const withFormat = (format: Partial<AudioFormat>) => start({ format: { ...FORMAT, ...format } });

/** Sends messages, and reads until the stream ends. */
async function stream(requests: AsyncIterable<Request>, signal?: AbortSignal): Promise<CallEvent[]> {
  const events: CallEvent[] = [];
  for await (const { event } of connection.verification.streamCall(requests, signal ? { signal } : {})) {
    if (event) events.push(event);
  }
  return events;
}

/** Sends messages, and after them nothing: neither more nor an end. */
async function* silentAfter(requests: readonly Request[]): AsyncGenerator<Request> {
  yield* requests;
  await sleep(10 * STALL_TIMEOUT_MS, undefined, { ref: false });
}

async function* all<T>(items: readonly T[]): AsyncGenerator<T> {
  await Promise.resolve();
  yield* items;
}

/** What a request fails with, checked against the table of reasons. */
async function failsWith(t: ExecutionContext, reason: ErrorReason, work: Promise<unknown>): Promise<Failure> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  t.truthy(error, 'it went through');
  const failure = describeFailure(error);
  t.is(failure.reason, reason);
  t.is(failure.status, REASONS[reason][0]);
  t.notRegex(failure.message, /\bat .*\.[jt]s\b/, 'no stack trace');
  return failure;
}

const badStreams: readonly [
  what: string,
  reason: ErrorReason,
  requests: readonly Request[],
  field?: string,
][] = [
  ['audio before start', 'START_EXPECTED', [audio(Buffer.alloc(320))]],
  ['a second start', 'START_REPEATED', [start(), start()]],
  [
    'an unknown encoding',
    'ENCODING_UNKNOWN',
    [withFormat({ encoding: AudioEncoding.UNSPECIFIED })],
    'start.format.encoding',
  ],
  [
    'a sample rate out of range',
    'SAMPLE_RATE_OUT_OF_RANGE',
    [withFormat({ sampleRateHz: 7999 })],
    'start.format.sample_rate_hz',
  ],
  [
    'a caller channel that does not exist',
    'CALLER_CHANNEL_MISSING',
    [withFormat({ callerChannel: 1 })],
    'start.format.caller_channel',
  ],
  ['an empty id', 'ID_INVALID', [start({ callId: '' })], 'start.call_id'],
  ['an id of 300 KB', 'ID_INVALID', [start({ callId: 'x'.repeat(300_000) })], 'start.call_id'],
  [
    'control characters in an id',
    'ID_INVALID',
    [start({ claims: [{ speakerId: 'a\u0000b' }] })],
    'start.claims[0].speaker_id',
  ],
  ['half a sample at the end', 'AUDIO_INCOMPLETE', [start(), audio(Buffer.alloc(321))], 'audio.data'],
  ['a chunk over the limit', 'CHUNK_TOO_LARGE', [start(), audio(Buffer.alloc((1 << 20) + 1))], 'audio.data'],
];

for (const [what, reason, requests, field] of badStreams) {
  test(`${what}: ${reason}`, async (t) => {
    const failure = await failsWith(t, reason, stream(all(requests)));
    if (field !== undefined) t.is(failure.field, field);
  });
}

test('a stream that never starts: START_TIMEOUT', async (t) => {
  const startedAt = performance.now();
  await failsWith(t, 'START_TIMEOUT', stream(silentAfter([])));
  t.true(performance.now() - startedAt >= START_TIMEOUT_MS - 50);
});

test('a stream that stalls: STREAM_STALLED', async (t) => {
  await failsWith(t, 'STREAM_STALLED', stream(silentAfter([start(), audio(Buffer.alloc(320))])));
});

test('a client that vanishes leaves a call that can be taken up again, then ends', async (t) => {
  const callId = randomUUID();
  const controller = new AbortController();
  const reading = stream(silentAfter([start({ callId }), audio(Buffer.alloc(320))]), controller.signal);
  await state(t, callId, CallState.LIVE);
  controller.abort();
  await t.throwsAsync(reading, { any: true });
  await state(t, callId, CallState.INTERRUPTED);
  await state(t, callId, CallState.ENDED);
});

/** Waits until a call stands there. */
async function state(t: ExecutionContext, callId: string, wanted: CallState): Promise<void> {
  const { verification } = connection;
  const deadline = Date.now() + 15_000;
  while (Date.now() < deadline) {
    const found = await verification.getCall({ callId }).catch(() => undefined);
    if (found?.state === wanted) {
      t.pass();
      return;
    }
    await sleep(50);
  }
  t.fail(`The call never was ${wanted}.`);
}

test('a client that never reads: STREAM_NOT_READ, and the call is let go of before they read again', async (t) => {
  const callId = `${randomUUID()}-${'x'.repeat(200)}`; // Every event repeats it.
  let givenUp = false;
  const flood = async function* (): AsyncGenerator<Request> {
    yield start({ callId });
    // What waits in the buffers of both ends comes on top of what the service holds back.
    while (!givenUp) {
      yield { message: { $case: 'pause', value: { reason: 'x'.repeat(60) } } };
      yield { message: { $case: 'resume', value: {} } };
      await sleep(5);
    }
  };
  const events = connection.verification.streamCall(flood())[Symbol.asyncIterator]();
  await events.next();
  const isLive = async () => (await connection.verification.getCall({ callId })).state === CallState.LIVE;
  for (const deadline = Date.now() + 30_000; (await isLive()) && Date.now() < deadline;) await sleep(100);
  givenUp = true;
  t.false(await isLive());
  const rest = async () => {
    for (let next = await events.next(); next.done !== true;) next = await events.next();
  };
  await failsWith(t, 'STREAM_NOT_READ', rest());
});

test('a call id that is live, without its resume token: CALL_ALREADY_LIVE', async (t) => {
  const callId = randomUUID();
  const controller = new AbortController();
  const live = stream(silentAfter([start({ callId })]), controller.signal);
  await state(t, callId, CallState.LIVE);
  await failsWith(t, 'CALL_ALREADY_LIVE', stream(all([start({ callId })])));
  await failsWith(t, 'RESUME_TOKEN_INVALID', stream(all([start({ callId, resumeToken: 'x'.repeat(43) })])));
  t.is((await connection.verification.getCall({ callId })).state, CallState.LIVE, 'the call goes on');
  controller.abort();
  await t.throwsAsync(live, { any: true });
});

function upload(data: Buffer): Promise<unknown> {
  const requests: DeepPartial<VerifyRecordingRequest>[] = [
    {
      message: {
        $case: 'start',
        value: { claims: [{ speakerId: SPEAKER }], idempotencyKey: randomUUID() },
      },
    },
  ];
  for (let offset = 0; offset < data.length; offset += 65_536) {
    requests.push({ message: { $case: 'data', value: data.subarray(offset, offset + 65_536) } });
  }
  return connection.verification.verifyRecording(all(requests));
}

/** One second of WAV whose header is changed before it is sent. */
function wav(change: (header: Buffer) => void = () => undefined): Buffer {
  const bytes = Buffer.alloc(44 + 16_000);
  bytes.write('RIFF', 0);
  bytes.writeUInt32LE(bytes.length - 8, 4);
  bytes.write('WAVEfmt ', 8);
  bytes.writeUInt32LE(16, 16);
  bytes.writeUInt16LE(1, 20);
  bytes.writeUInt16LE(1, 22);
  bytes.writeUInt32LE(8000, 24);
  bytes.writeUInt32LE(16_000, 28);
  bytes.writeUInt16LE(2, 32);
  bytes.writeUInt16LE(16, 34);
  bytes.write('data', 36);
  bytes.writeUInt32LE(16_000, 40);
  change(bytes);
  return bytes;
}

test('a recording that is truncated: RECORDING_TRUNCATED', async (t) => {
  const truncated = await readFile(join(ROOT, 'fixtures/edge/truncated.wav'));
  await failsWith(t, 'RECORDING_TRUNCATED', upload(truncated));
});

test('a recording that is not audio: RECORDING_UNREADABLE', async (t) => {
  const text = await readFile(join(ROOT, 'fixtures/edge/not-audio.wav'));
  await failsWith(t, 'RECORDING_UNREADABLE', upload(text));
});

test('a recording of zero length: RECORDING_EMPTY', async (t) => {
  await failsWith(t, 'RECORDING_EMPTY', upload(Buffer.alloc(0)));
  const samples = wav((header) => {
    header.writeUInt32LE(36, 4);
    header.writeUInt32LE(0, 40);
  }).subarray(0, 44);
  await failsWith(t, 'RECORDING_EMPTY', upload(samples));
});

test('a recording over the limit: RECORDING_TOO_LONG', async (t) => {
  await failsWith(t, 'RECORDING_TOO_LONG', upload(Buffer.alloc(MOST_RECORDING_BYTES + 1)));
});

test('a recording that lies in its header: RECORDING_HEADER_INVALID', async (t) => {
  const lies: ((header: Buffer) => void)[] = [
    (header) => header.writeUInt16LE(7, 22), // channels, against the frame size
    (header) => header.writeUInt16LE(3, 32), // frame size
    (header) => header.writeUInt32LE(123, 28), // bytes per second
  ];
  for (const lie of lies) await failsWith(t, 'RECORDING_HEADER_INVALID', upload(wav(lie)));
});

test.after('after all that, an ordinary call is served as ever', async (t) => {
  const events = await stream(
    all([start(), audio(Buffer.alloc(32_000)), { message: { $case: 'end', value: {} } }]),
  );
  t.is(events.at(-1)?.event?.$case, 'ended');
});

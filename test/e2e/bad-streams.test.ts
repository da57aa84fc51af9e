import { randomUUID } from 'node:crypto';
import { Client, Metadata, type ServiceError, credentials, status } from '@grpc/grpc-js';
import test from 'ava';
import { Status } from 'nice-grpc';
import { AudioEncoding, type AudioFormat } from '../../src/gen/vouch/v1/common.js';
import { EnrolFromCallRequest } from '../../src/gen/vouch/v1/enrolment.js';
import {
  type CallStart,
  CallState,
  type DeepPartial,
  EndReason,
  type StreamCallRequest,
} from '../../src/gen/vouch/v1/verification.js';
import { PCM, type TestTenant } from '../helpers/caller.js';
import { serviceOfFile } from '../helpers/ground.js';
import { type Refusal, besideAll, isRefused } from '../helpers/refusal.js';
import { failure, wordOf } from '../helpers/test-stream.js';

const SPEAKER = 'allison_en';
const SPEECH = `${SPEAKER}/call-1.wav`;

const service = serviceOfFile();
let tenant: TestTenant;
test.serial.before('somebody is enrolled', async (t) => {
  t.timeout(60_000);
  tenant = await service().tenant();
  await tenant.enrol(SPEAKER);
});

besideAll(() => tenant);

type Message = NonNullable<DeepPartial<StreamCallRequest>['message']>;

const start = (callId: string, changes: DeepPartial<CallStart> = {}): Message => ({
  $case: 'start',
  value: { callId, format: PCM, ...changes },
});
const format = (callId: string, changes: Partial<AudioFormat>) =>
  start(callId, { format: { ...PCM, ...changes } });
const audio = (bytes: number): Message => ({ $case: 'audio', value: { data: Buffer.alloc(bytes) } });

interface Row extends Refusal {
  readonly what: string;
  readonly messages: (callId: string) => readonly Message[];
  /** Whether there was a call, which has ended then. */
  readonly began: boolean;
}

const { INVALID_ARGUMENT, FAILED_PRECONDITION } = Status;
const ROWS: readonly Row[] = [
  {
    what: 'audio before start',
    messages: () => [audio(320)],
    reason: 'START_EXPECTED',
    code: FAILED_PRECONDITION,
    began: false,
  },
  {
    what: 'a second start',
    messages: (callId) => [start(callId), start(callId)],
    reason: 'START_REPEATED',
    code: FAILED_PRECONDITION,
    began: true,
  },
  {
    what: 'no encoding',
    messages: (callId) => [format(callId, { encoding: AudioEncoding.UNSPECIFIED })],
    reason: 'ENCODING_UNKNOWN',
    code: INVALID_ARGUMENT,
    field: 'start.format.encoding',
    began: false,
  },
  {
    what: 'an encoding of a later contract',
    messages: (callId) => [format(callId, { encoding: 99 as unknown as AudioEncoding })],
    reason: 'ENCODING_UNKNOWN',
    code: INVALID_ARGUMENT,
    field: 'start.format.encoding',
    began: false,
  },
  ...[0, 7999, 48_001].map((sampleRateHz): Row => ({
    what: `a sample rate of ${sampleRateHz} Hz`,
    messages: (callId) => [format(callId, { sampleRateHz })],
    reason: 'SAMPLE_RATE_OUT_OF_RANGE',
    code: INVALID_ARGUMENT,
    field: 'start.format.sample_rate_hz',
    began: false,
  })),
  {
    what: 'a caller channel that does not exist',
    messages: (callId) => [format(callId, { callerChannel: 1 })],
    reason: 'CALLER_CHANNEL_MISSING',
    code: INVALID_ARGUMENT,
    field: 'start.format.caller_channel',
    began: false,
  },
  ...[
    ['an empty call id', ''],
    ['a call id of 300 KB', 'x'.repeat(300_000)],
    ['control characters in a call id', 'call\r\n1'],
  ].map(([what = '', callId = '']): Row => ({
    what,
    messages: () => [start(callId)],
    reason: 'ID_INVALID',
    code: INVALID_ARGUMENT,
    field: 'start.call_id',
    began: false,
  })),
  ...[
    ['an empty speaker id', ''],
    ['a speaker id of 300 KB', 'x'.repeat(300_000)],
    ['control characters in a speaker id', 'a\u0000b'],
  ].map(([what = '', speakerId = '']): Row => ({
    what,
    messages: (callId) => [start(callId, { claims: [{ speakerId: SPEAKER }, { speakerId }] })],
    reason: 'ID_INVALID',
    code: INVALID_ARGUMENT,
    field: 'start.claims[1].speaker_id',
    began: false,
  })),
  {
    what: 'a late claim with control characters',
    messages: (callId) => [start(callId), { $case: 'claim', value: { speakerId: 'a\u0007' } }],
    reason: 'ID_INVALID',
    code: INVALID_ARGUMENT,
    field: 'claim.speaker_id',
    began: true,
  },
  {
    what: 'half a sample at the end',
    messages: (callId) => [start(callId), audio(320), audio(321), { $case: 'end', value: {} }],
    reason: 'AUDIO_INCOMPLETE',
    code: INVALID_ARGUMENT,
    field: 'audio.data',
    began: true,
  },
  {
    what: 'a chunk over the limit',
    messages: (callId) => [start(callId), audio((1 << 20) + 1)],
    reason: 'CHUNK_TOO_LARGE',
    code: INVALID_ARGUMENT,
    field: 'audio.data',
    began: true,
  },
];

for (const { what, messages, began, ...refusal } of ROWS) {
  test(`${what}: ${refusal.reason}`, async (t) => {
    const callId = `call-${randomUUID()}`;
    const stream = tenant.stream(callId);
    for (const message of messages(callId)) await stream.send(message);
    isRefused(t, await stream.over, refusal);
    if (began) {
      t.is(stream.all('ended')[0]?.reason, EndReason.ERROR);
      t.is((await tenant.getCall(callId)).state, CallState.ENDED);
    } else {
      t.deepEqual(stream.events, []);
      t.is((await failure(tenant.getCall(callId))).reason, 'CALL_NOT_FOUND');
    }
  });
}

test('half a sample at the end of speech: what came before was used', async (t) => {
  t.timeout(60_000);
  const call = tenant.open([SPEAKER]);
  await call.speech(SPEECH);
  await call.audio(Buffer.alloc(1));
  isRefused(t, await call.halfClose(), { reason: 'AUDIO_INCOMPLETE', code: INVALID_ARGUMENT });
  t.is(wordOf((await tenant.getCall(call.callId)).decision), 'ACCEPT');
});

test('a chunk of just the limit is taken', async (t) => {
  const call = tenant.open([]);
  await call.audio(Buffer.alloc(1 << 20), [1 << 20]);
  t.is(await call.end(), null);
});

test('a stream that ends before it starts: START_EXPECTED', async (t) => {
  const ended = await tenant.stream().halfClose();
  isRefused(t, ended, { reason: 'START_EXPECTED', code: FAILED_PRECONDITION });
});

/** Numbers of fields: `EnrolFromCallRequest.proofing`, `IdentityProofing.proved_at`. */
const PROOFING = 4;
const PROVED_AT = 5;

/** Sends bytes as the request of an RPC. Resolves with the error that comes of it. */
async function refusalOf(rpc: string, bytes: Uint8Array): Promise<ServiceError> {
  const client = new Client(service().address, credentials.createInsecure());
  const metadata = new Metadata();
  metadata.set('vouch-tenant', (await service().tenant()).tenantId);
  const same = (message: Buffer) => message;
  try {
    return await new Promise<ServiceError>((resolve, reject) => {
      client.makeUnaryRequest(`/vouch.v1.${rpc}`, same, same, Buffer.from(bytes), metadata, (error) => {
        if (error) resolve(error);
        else reject(new Error('It was taken.'));
      });
    });
  } finally {
    client.close();
  }
}

test('bytes that are no message are the fault of whoever sent them', async (t) => {
  for (const rpc of [
    'VerificationService/GetCall',
    'AdminService/PutPolicy',
    'VerificationService/WatchCall',
  ]) {
    // A field of 127 bytes, of which none follows.
    const error = await refusalOf(rpc, Buffer.from([0x0a, 0x7f]));
    t.is(error.code, status.INVALID_ARGUMENT, rpc);
    t.is(error.details, 'The message could not be read.');
  }
});

test('a time that no date can hold is refused where it would be passed on to the owner of a call', async (t) => {
  const bytes = EnrolFromCallRequest.encode(
    EnrolFromCallRequest.fromPartial({ callId: 'call', speakerId: 'ann', proofing: { method: 'passport' } }),
  ).finish();
  // proofing.proved_at.seconds = 2^55, appended: fields of one message may come in pieces.
  const time = Buffer.from([0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40]);
  const field = (number: number, content: Buffer) =>
    Buffer.concat([Buffer.from([number * 8 + 2, content.length]), content]);
  const error = await refusalOf(
    'EnrolmentService/EnrolFromCall',
    Buffer.concat([bytes, field(PROOFING, field(PROVED_AT, time))]),
  );
  t.is(error.code, status.INVALID_ARGUMENT);
});

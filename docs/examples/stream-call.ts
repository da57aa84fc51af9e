/**
 * A complete client: streams a headerless mu-law file (8 kHz, mono) as a live call, at real pace, and prints what comes
 * back. The generated code is made from proto/ with `npx buf generate`; any language's gRPC tools make its like.
 *
 *   node dist/docs/examples/stream-call.js fixtures/raw/allison_call.ulaw alice
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChannelCredentials, createChannel, createClientFactory, Metadata } from 'nice-grpc';
import { errorDetailsClientMiddleware, ErrorInfo, RichClientError } from 'nice-grpc-error-details';
import { AudioEncoding, ChannelLayout } from '../../src/gen/vouch/v1/common.js';
import { VerificationServiceDefinition, StreamCallRequest } from '../../src/gen/vouch/v1/verification.js';

/** 20 ms of mu-law at 8 kHz: what a telephone call carries in one packet. */
const FRAME_BYTES = 160;
const FRAME_MS = 20;

const [file = '', speakerId = '', address = 'localhost:50051', tenant = 'development'] =
  process.argv.slice(2);
const channel = createChannel(address, ChannelCredentials.createInsecure());
const client = createClientFactory()
  .use(errorDetailsClientMiddleware)
  .create(VerificationServiceDefinition, channel, {
    '*': { metadata: Metadata({ 'vouch-tenant': tenant }) },
  });

/** What is sent: the start, the audio as it is spoken, the end. */
async function* requests(): AsyncGenerator<StreamCallRequest> {
  yield start(randomUUID());
  const audio = await readFile(file);
  const startedAt = performance.now();
  for (let offset = 0; offset < audio.length; offset += FRAME_BYTES) {
    await sleep(startedAt + (offset / FRAME_BYTES) * FRAME_MS - performance.now());
    const data = audio.subarray(offset, offset + FRAME_BYTES);
    yield { message: { $case: 'audio', value: { data, gapMs: 0 } } };
  }
  yield { message: { $case: 'end', value: { reason: 'hang-up' } } };
}

function start(callId: string): StreamCallRequest {
  const format = {
    encoding: AudioEncoding.MULAW,
    sampleRateHz: 8000,
    channelLayout: ChannelLayout.CALLER_ONLY,
    callerChannel: 0,
  };
  return StreamCallRequest.fromPartial({
    message: { $case: 'start', value: { callId, format, claims: [{ speakerId }] } },
  });
}

try {
  // Reading goes on while sending does: a client that never reads is cut off.
  for await (const { event } of client.streamCall(requests())) {
    const what = event?.event;
    if (what?.$case === 'decision') {
      const { kind, confidence, netSpeechMs, nextAction } = what.value;
      console.log(
        `${kind}: confidence ${confidence ?? 'hidden'}, ${netSpeechMs} ms of net speech, ${nextAction}`,
      );
    } else if (what) {
      console.log(what.$case);
    }
  }
} catch (error) {
  if (!(error instanceof RichClientError)) throw error;
  const info = error.extra.find((detail) => detail.$type === ErrorInfo.$type);
  console.error(`${info?.reason ?? error.code}: ${error.details}`);
  process.exitCode = 1;
} finally {
  channel.close();
}

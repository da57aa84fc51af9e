import test from 'ava';
import fc from 'fast-check';
import { StreamCallRequest } from '../../../src/gen/vouch/v1/verification.js';
import { readQuickAudio } from '../../../src/transport/grpc/quick-audio.js';

test('audio and nothing else is read as the contract says', (t) => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 20_000, size: 'max' }), (data) => {
      const message = { $case: 'audio' as const, value: { data: Buffer.from(data), gapMs: 0 } };
      const bytes = Buffer.from(StreamCallRequest.encode({ message }).finish());
      const read = readQuickAudio(bytes);
      t.deepEqual(
        read && StreamCallRequest.toJSON(read),
        StreamCallRequest.toJSON(StreamCallRequest.decode(bytes)),
      );
    }),
    { numRuns: 200 },
  );
});

test('anything else is left to the general way, however malformed', (t) => {
  const audio = { data: Buffer.from('audio'), gapMs: 20 };
  const withGap = StreamCallRequest.encode({ message: { $case: 'audio', value: audio } }).finish();
  const pause = StreamCallRequest.encode({ message: { $case: 'pause', value: { reason: '' } } }).finish();
  for (const bytes of [
    withGap,
    pause,
    Buffer.alloc(0),
    Buffer.of(0x12),
    Buffer.of(0x12, 0xff, 0xff, 0xff, 0xff, 0xff),
  ])
    t.is(readQuickAudio(Buffer.from(bytes)), undefined);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const read = readQuickAudio(Buffer.from(bytes));
      if (!read) return;
      t.deepEqual(
        StreamCallRequest.toJSON(read),
        StreamCallRequest.toJSON(StreamCallRequest.decode(Buffer.from(bytes))),
      );
    }),
    { numRuns: 2000 },
  );
});

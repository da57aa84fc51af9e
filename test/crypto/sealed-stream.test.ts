import test from 'ava';
import fc from 'fast-check';
import { newStreamKeyPair, StreamOpener, StreamSealer, type StreamKeyPair } from '../../src/crypto/index.js';
import { VouchError } from '../../src/errors.js';

const HEADER = Buffer.from('{"to":"somebody"}');

function sealed(receiver: StreamKeyPair, pieces: readonly Uint8Array[]) {
  const sealer = new StreamSealer(receiver.publicKey);
  sealer.begin(HEADER);
  const bytes = pieces.map((piece, index) => sealer.seal(piece, index === pieces.length - 1));
  return { ephemeralKey: sealer.ephemeralKey, bytes };
}

const invalid = (error: unknown) => error instanceof VouchError && error.reason === 'TRANSFER_FILE_INVALID';

test('what is sealed for a receiver they open, piece by piece', (t) => {
  const receiver = newStreamKeyPair();
  fc.assert(
    fc.property(fc.array(fc.uint8Array(), { minLength: 1, maxLength: 5 }), (pieces) => {
      const { ephemeralKey, bytes } = sealed(receiver, pieces);
      const opener = new StreamOpener(receiver, ephemeralKey, HEADER);
      const opened = bytes.map((each, index) => opener.open(each, index === bytes.length - 1));
      return opened.every((piece, index) => piece.equals(pieces[index]!));
    }),
    { numRuns: 50 },
  );
  t.pass();
});

test('nothing else opens: another receiver, header, order, end, or any bit', (t) => {
  const receiver = newStreamKeyPair();
  const { ephemeralKey, bytes } = sealed(
    receiver,
    ['one', 'two', 'three'].map((text) => Buffer.from(text)),
  );
  const [one, two, three] = bytes as [Buffer, Buffer, Buffer];
  const opener = (keys = receiver, header: Buffer = HEADER, key = ephemeralKey) =>
    new StreamOpener(keys, key, header);
  const fails = (work: () => unknown) => {
    t.true(invalid(t.throws(work)));
  };
  fails(() => opener(newStreamKeyPair()).open(one, false));
  fails(() => opener(receiver, Buffer.from('{}')).open(one, false));
  fails(() => opener().open(two, false));
  fails(() => opener().open(one, true));
  const atLast = opener();
  atLast.open(one, false);
  atLast.open(two, false);
  fails(() => atLast.open(three, false));
  fc.assert(
    fc.property(fc.nat(one.length * 8 - 1), (bit) => {
      const changed = Buffer.from(one);
      changed[bit >> 3]! ^= 1 << (bit & 7);
      fails(() => opener().open(changed, false));
    }),
    { numRuns: 40 },
  );
  fails(() => opener().open(one.subarray(0, 10), false));
});

test('a key of small order, or of another length, is none', (t) => {
  for (const key of [Buffer.alloc(32), Buffer.alloc(31)]) {
    const error = t.throws(() => {
      new StreamSealer(key).begin(HEADER);
    });
    t.true(error instanceof VouchError && error.reason === 'TRANSFER_KEY_INVALID');
  }
  const error = t.throws(() => new StreamOpener(newStreamKeyPair(), Buffer.alloc(32), HEADER));
  t.true(invalid(error));
});

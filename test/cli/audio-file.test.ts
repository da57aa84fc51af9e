import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import wavefile from 'wavefile';
import { inspectAudioFile, readPieces } from '../../src/cli/audio-file.js';
import { AudioEncoding } from '../../src/gen/vouch/v1/common.js';
import { openDirectory, ROOT } from '../helpers/binary.js';

const directory = await openDirectory();
test.after.always('remove', () => directory.remove());
let files = 0;

async function written(bytes: Uint8Array): Promise<string> {
  const path = join(directory.path, `file-${(files += 1)}`);
  await writeFile(path, bytes);
  return path;
}

function wav(channels: number, rate: number, samples: number[]): Uint8Array {
  const file = new wavefile.WaveFile();
  file.fromScratch(channels, rate, '16', channels === 1 ? samples : [samples, samples]);
  return file.toBuffer();
}

async function all(pieces: AsyncIterable<Buffer>): Promise<Buffer[]> {
  const found: Buffer[] = [];
  for await (const piece of pieces) found.push(piece);
  return found;
}

test('a WAV file says where its samples are and what they are', async (t) => {
  const path = await written(wav(2, 16_000, [1, 2, 3]));
  const { encoding, sampleRateHz, channels, bytes } = await inspectAudioFile(path);
  t.deepEqual(
    { encoding, sampleRateHz, channels, bytes },
    {
      encoding: AudioEncoding.PCM_S16LE,
      sampleRateHz: 16_000,
      channels: 2,
      bytes: 12,
    },
  );
});

test('G.711 in WAV is told by its format tag', async (t) => {
  const mulaw = await inspectAudioFile(join(ROOT, 'fixtures/edge/mulaw.wav'));
  const alaw = await inspectAudioFile(join(ROOT, 'fixtures/edge/alaw.wav'));
  t.is(mulaw.encoding, AudioEncoding.MULAW);
  t.is(alaw.encoding, AudioEncoding.ALAW);
});

test('chunks before the samples are passed over, odd ones with their padding', async (t) => {
  const plain = Buffer.from(wav(1, 8000, [7, 8, 9]));
  const odd = Buffer.from('LIST\x03\0\0\0abc\0', 'latin1');
  const path = await written(Buffer.concat([plain.subarray(0, 12), odd, plain.subarray(12)]));
  const file = await inspectAudioFile(path);
  t.is(file.bytes, 6);
  const samples = Buffer.concat(await all(readPieces(file, 20)));
  t.deepEqual(
    [0, 2, 4].map((at) => samples.readInt16LE(at)),
    [7, 8, 9],
  );
});

test('a file that is shorter than its header says counts as far as it goes', async (t) => {
  const path = await written(wav(1, 8000, [1, 2, 3, 4]).subarray(0, 44 + 5));
  t.is((await inspectAudioFile(path)).bytes, 5);
});

test('a file that no stream can carry is refused', async (t) => {
  const deep = new wavefile.WaveFile();
  deep.fromScratch(1, 8000, '24', [1, 2, 3]);
  for (const bytes of [
    deep.toBuffer(),
    Buffer.from('no audio at all'),
    Buffer.alloc(0),
    wav(1, 8000, []).subarray(0, 30),
  ]) {
    await t.throwsAsync(inspectAudioFile(await written(bytes)), { name: 'UsageError' });
  }
});

test('a headerless file is what it is said to be', async (t) => {
  const path = await written(Buffer.alloc(100));
  const raw = { encoding: AudioEncoding.ALAW, sampleRateHz: 8000, channels: 1 };
  t.deepEqual(await inspectAudioFile(path, raw), { path, ...raw, offset: 0, bytes: 100 });
});

test('pieces of any length make up the whole', async (t) => {
  const samples = Array.from({ length: 3001 }, (_, index) => index);
  const path = await written(wav(1, 8000, samples));
  const file = await inspectAudioFile(path);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 500 }), async (pieceMs) => {
      const pieces = await all(readPieces(file, pieceMs));
      const whole = Buffer.concat(pieces);
      t.true(pieces.slice(0, -1).every((piece) => piece.length === pieceMs * 16));
      t.deepEqual(whole, Buffer.from(Int16Array.from(samples).buffer));
    }),
    { numRuns: 30 },
  );
});

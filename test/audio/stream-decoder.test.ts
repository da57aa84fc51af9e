import { readFile } from 'node:fs/promises';
import test from 'ava';
import fc from 'fast-check';
import type { AudioEncoding, AudioFormat } from '../../src/domain/audio.js';
import { Resampler, StreamDecoder } from '../../src/audio/index.js';
import { concat, cut } from '../helpers/samples.js';

const ENCODINGS: readonly AudioEncoding[] = ['PCM_S16LE', 'MULAW', 'ALAW'];
const RATES_HZ = [8000, 11_025, 16_000, 22_050, 44_100, 48_000];

const format = (change: Partial<AudioFormat> = {}): AudioFormat => ({
  encoding: 'PCM_S16LE',
  sampleRateHz: 8000,
  channels: 1,
  callerChannel: 0,
  ...change,
});

test('PCM is signed, little-endian, and full scale is -1', (t) => {
  const decoder = new StreamDecoder(format());
  const samples = decoder.push(Uint8Array.of(0x00, 0x80, 0xff, 0x7f, 0xff, 0xff, 0x00, 0x01));
  t.deepEqual([...samples], [-1, 32767 / 32768, -1 / 32768, 256 / 32768]);
});

test('mu-law decodes as table 2 of G.711 says', (t) => {
  const bytes = Uint8Array.of(0x00, 0x80, 0x7f, 0xff, 0x0f, 0x8f, 0xfe);
  const samples = new StreamDecoder(format({ encoding: 'MULAW' })).push(bytes);
  t.deepEqual(
    [...samples].map((v) => v * 32768),
    [-32124, 32124, 0, 0, -16764, 16764, 8],
  );
});

test('A-law decodes as table 1 of G.711 says', (t) => {
  const samples = new StreamDecoder(format({ encoding: 'ALAW' })).push(
    Uint8Array.of(0xd5, 0x55, 0xaa, 0x2a, 0xc5, 0x80),
  );
  t.deepEqual(
    [...samples].map((v) => v * 32768),
    [8, -8, 32256, -32256, 264, 5504],
  );
});

test('a channel that is not the caller never appears', (t) => {
  const bytes = Uint8Array.of(1, 0, 2, 0, 3, 0, 4, 0);
  const left = new StreamDecoder(format({ channels: 2 })).push(bytes);
  const right = new StreamDecoder(format({ channels: 2, callerChannel: 1 })).push(bytes);
  t.deepEqual(
    [...left].map((v) => v * 32768),
    [1, 3],
  );
  t.deepEqual(
    [...right].map((v) => v * 32768),
    [2, 4],
  );
});

test('a stream that ends within a frame is refused', (t) => {
  const cases: [Partial<AudioFormat>, number][] = [
    [{}, 3],
    [{ channels: 2 }, 6],
    [{ channels: 2, encoding: 'ALAW' }, 1],
  ];
  for (const [change, bytes] of cases) {
    const decoder = new StreamDecoder(format(change));
    decoder.push(new Uint8Array(bytes));
    t.like(
      t.throws(() => decoder.finish()),
      { reason: 'AUDIO_INCOMPLETE' },
    );
  }
  const whole = new StreamDecoder(format({ channels: 2 }));
  whole.push(new Uint8Array(3));
  whole.push(new Uint8Array(1));
  t.is(whole.finish().length, 0);
});

test('a format that cannot be decoded gives its reason and field', (t) => {
  const cases: [Partial<Record<keyof AudioFormat, unknown>>, string, string][] = [
    [{ encoding: 'OPUS' }, 'ENCODING_UNKNOWN', 'encoding'],
    [{ encoding: 'toString' }, 'ENCODING_UNKNOWN', 'encoding'],
    [{ sampleRateHz: 7999 }, 'SAMPLE_RATE_OUT_OF_RANGE', 'sampleRateHz'],
    [{ sampleRateHz: 48_001 }, 'SAMPLE_RATE_OUT_OF_RANGE', 'sampleRateHz'],
    [{ sampleRateHz: 8000.5 }, 'SAMPLE_RATE_OUT_OF_RANGE', 'sampleRateHz'],
    [{ channels: 3 }, 'CHANNELS_OUT_OF_RANGE', 'channels'],
    [{ callerChannel: 1 }, 'CALLER_CHANNEL_MISSING', 'callerChannel'],
    [{ callerChannel: 0.5, channels: 2 }, 'CALLER_CHANNEL_MISSING', 'callerChannel'],
  ];
  for (const [change, reason, field] of cases) {
    const error = t.throws(() => new StreamDecoder(format(change as Partial<AudioFormat>)));
    t.like(error, { reason, field });
  }
});

test('G.711 and WAVE of the same prompt are the same samples', async (t) => {
  for (const [raw, wave, encoding] of [
    ['fixtures/raw/allison_call.ulaw', 'fixtures/edge/mulaw.wav', 'MULAW'],
    ['fixtures/raw/allison_call.alaw', 'fixtures/edge/alaw.wav', 'ALAW'],
  ] as const) {
    const bytes = await readFile(raw);
    const original = await readFile('fixtures/allison_en/call-1.wav');
    const decoded = new StreamDecoder(format({ encoding })).push(bytes);
    const linear = new StreamDecoder(format()).push(original.subarray(44));
    t.is(decoded.length, linear.length, wave);
    // G.711 keeps four bits of the magnitude: half a step is 1/32 of the value; near zero a step is 16/32768.
    const worst = decoded.reduce(
      (w, v, i) => Math.max(w, Math.abs(v - linear[i]!) - Math.abs(linear[i]!) / 31),
      0,
    );
    t.true(worst <= 16 / 32768, `${wave}: ${worst}`);
  }
});

for (const encoding of ENCODINGS) {
  for (const channels of [1, 2] as const) {
    for (const sampleRateHz of RATES_HZ) {
      test(`${encoding}, ${channels} channels, ${sampleRateHz} Hz: any cut gives the same samples to the last bit`, (t) => {
        const frameBytes = (encoding === 'PCM_S16LE' ? 2 : 1) * channels;
        const property = fc.property(
          fc.uint8Array({ minLength: 0, maxLength: 6000 }),
          fc.array(fc.nat({ max: 700 }), { maxLength: 40 }),
          fc.nat({ max: channels - 1 }),
          (random, sizes, callerChannel) => {
            const bytes = random.subarray(0, random.length - (random.length % frameBytes));
            const run = (pieces: Uint8Array[]): Float32Array => {
              const decoder = new StreamDecoder({ encoding, sampleRateHz, channels, callerChannel });
              const resampler = new Resampler(sampleRateHz, 8000);
              const outputs = pieces.map((piece) => resampler.push(decoder.push(piece)));
              outputs.push(resampler.push(decoder.finish()), resampler.finish());
              return concat(outputs);
            };
            const whole = run([bytes]);
            return (
              Buffer.compare(new Uint8Array(whole.buffer), new Uint8Array(run(cut(bytes, sizes)).buffer)) ===
              0
            );
          },
        );
        t.notThrows(() => {
          fc.assert(property, { numRuns: 25 });
        });
      });
    }
  }
}

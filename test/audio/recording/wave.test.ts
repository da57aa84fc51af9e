import { readFile } from 'node:fs/promises';
import test from 'ava';
import fc from 'fast-check';
import { decodeRecording, DEFAULT_RECORDING_LIMITS } from '../../../src/audio/index.js';
import { VouchError } from '../../../src/errors.js';
import { sine } from '../../helpers/samples.js';
import { chunk, pcm16, waveFile, type WaveDescription } from '../../helpers/wave.js';

const TONE = sine(440, 8000, 800);
const fixture = (name: string): Promise<Buffer> => readFile(`fixtures/${name}`);

/** Writes a sample of the tone in another width, and how far it may then be from the tone. */
const WIDTHS: readonly {
  name: string;
  wave: Omit<WaveDescription, 'data'>;
  write: (bytes: Buffer, value: number, at: number) => unknown;
  tolerance: number;
}[] = [
  {
    name: 'pcm_u8',
    wave: { bitsPerSample: 8 },
    write: (b, v, at) => b.writeUInt8(Math.round(v * 128) + 128, at),
    tolerance: 1 / 256,
  },
  {
    name: 'pcm_s16le',
    wave: { bitsPerSample: 16 },
    write: (b, v, at) => b.writeInt16LE(Math.round(v * 2 ** 15), at),
    tolerance: 2 ** -16,
  },
  {
    name: 'pcm_s24le',
    wave: { bitsPerSample: 24 },
    write: (b, v, at) => b.writeIntLE(Math.round(v * 2 ** 23), at, 3),
    tolerance: 2 ** -23,
  },
  {
    name: 'pcm_s32le',
    wave: { bitsPerSample: 32 },
    write: (b, v, at) => b.writeInt32LE(Math.round(v * 2 ** 31), at),
    tolerance: 2 ** -24,
  },
  {
    name: 'pcm_f32le',
    wave: { codec: 3, bitsPerSample: 32 },
    write: (b, v, at) => b.writeFloatLE(v, at),
    tolerance: 0,
  },
  {
    name: 'pcm_f64le',
    wave: { codec: 3, bitsPerSample: 64 },
    write: (b, v, at) => b.writeDoubleLE(v, at),
    tolerance: 0,
  },
];

for (const { name, wave, write, tolerance } of WIDTHS) {
  test(`${name}: the samples are those that were written, in both channels`, async (t) => {
    const width = wave.bitsPerSample! / 8;
    const data = Buffer.alloc(TONE.length * 2 * width);
    TONE.forEach((value, n) => {
      write(data, value, 2 * n * width);
      write(data, -value, (2 * n + 1) * width);
    });
    const bytes = waveFile({ ...wave, channels: 2, data });
    for (const callerChannel of [0, 1]) {
      const recording = await decodeRecording({ bytes, callerChannel });
      t.like(recording, {
        container: 'WAV',
        codec: name,
        channels: 2,
        sourceRateHz: 8000,
        sampleRateHz: 8000,
      });
      const sign = callerChannel === 0 ? 1 : -1;
      const worst = recording.samples.reduce((w, v, n) => Math.max(w, Math.abs(v - sign * TONE[n]!)), 0);
      t.true(worst <= tolerance, `differs by ${worst}`);
      t.is(recording.samples.length, TONE.length);
    }
  });
}

for (const [raw, wave, encoding] of [
  ['raw/allison_call.ulaw', 'edge/mulaw.wav', 'MULAW'],
  ['raw/allison_call.alaw', 'edge/alaw.wav', 'ALAW'],
] as const) {
  test(`${wave} is the same samples as ${raw}`, async (t) => {
    const format = { encoding, sampleRateHz: 8000, channels: 1, callerChannel: 0 } as const;
    const headerless = await decodeRecording({ bytes: await fixture(raw), format });
    const withHeader = await decodeRecording({ bytes: await fixture(wave) });
    t.deepEqual(headerless.samples, withHeader.samples);
    t.is(headerless.samples.length, 15.55 * 8000);
  });
}

test('a wideband recording is brought to telephone bandwidth', async (t) => {
  const recording = await decodeRecording({ bytes: await fixture('edge/wideband-16k.wav') });
  t.like(recording, { sourceRateHz: 16_000, sampleRateHz: 8000 });
  t.is(recording.samples.length, 12.46 * 8000);
});

test('WAVE_FORMAT_EXTENSIBLE is read, and another sub-format is not', async (t) => {
  const extension = Buffer.from('1600100004000000' + '0100000000001000800000aa00389b71', 'hex');
  const make = (tail: Buffer): Buffer => {
    const plain = waveFile({ codec: 0xfffe, data: pcm16(TONE) });
    const format = chunk('fmt ', Buffer.concat([plain.subarray(20, 36), tail]));
    return chunk('RIFF', Buffer.concat([Buffer.from('WAVE'), format, plain.subarray(36)]));
  };
  const recording = await decodeRecording({ bytes: make(extension) });
  t.is(recording.samples.length, TONE.length);
  const other = Buffer.from(extension);
  other[20] = 1;
  await t.throwsAsync(decodeRecording({ bytes: make(other) }), { instanceOf: VouchError });
});

test('other chunks are passed over, of odd size too', async (t) => {
  const extra = Buffer.concat([
    chunk('LIST', Buffer.alloc(5)),
    Buffer.alloc(1),
    chunk('cue ', Buffer.alloc(4, 255)),
  ]);
  const bytes = Buffer.concat([
    waveFile({ extra, data: pcm16(TONE) }),
    Buffer.from('something after the end'),
  ]);
  t.is((await decodeRecording({ bytes })).samples.length, TONE.length);
});

const data = pcm16(TONE);
const BAD: readonly [string, () => Uint8Array | Promise<Uint8Array>, string][] = [
  ['no bytes', () => new Uint8Array(0), 'RECORDING_EMPTY'],
  ['no samples', () => waveFile({ data: Buffer.alloc(0) }), 'RECORDING_EMPTY'],
  ['text', () => fixture('edge/not-audio.wav'), 'RECORDING_UNREADABLE'],
  ['a playlist', () => Buffer.from('#EXTM3U\nhttp://localhost/a.mp3\n'), 'RECORDING_UNREADABLE'],
  [
    'a list for ffmpeg',
    () => Buffer.from("ffconcat version 1.0\nfile '/etc/hostname'\n"),
    'RECORDING_UNREADABLE',
  ],
  ['RF64', () => Buffer.from('RF64\xff\xff\xff\xffWAVEds64', 'latin1'), 'RECORDING_UNREADABLE'],
  ['ADPCM', () => waveFile({ codec: 2, bitsPerSample: 4, frameBytes: 1, data }), 'RECORDING_UNREADABLE'],
  [
    'a float that is no number',
    () => waveFile({ codec: 3, bitsPerSample: 32, data: Buffer.alloc(8, 255) }),
    'RECORDING_UNREADABLE',
  ],
  ['the cut fixture', () => fixture('edge/truncated.wav'), 'RECORDING_TRUNCATED'],
  ['only the beginning of a header', () => waveFile({ data }).subarray(0, 30), 'RECORDING_HEADER_INVALID'],
  [
    'a data size beyond the file',
    () => waveFile({ data, dataBytes: data.length + 2 }),
    'RECORDING_TRUNCATED',
  ],
  ['a RIFF size beyond the file', () => waveFile({ data, riffBytes: 1e9 }), 'RECORDING_TRUNCATED'],
  [
    'a RIFF size before the end of the samples',
    () => waveFile({ data, riffBytes: 40 }),
    'RECORDING_HEADER_INVALID',
  ],
  ['a block size that contradicts', () => waveFile({ data, frameBytes: 4 }), 'RECORDING_HEADER_INVALID'],
  ['a byte rate that contradicts', () => waveFile({ data, byteRate: 8000 }), 'RECORDING_HEADER_INVALID'],
  ['12 bits', () => waveFile({ data, bitsPerSample: 12, frameBytes: 2 }), 'RECORDING_HEADER_INVALID'],
  ['no channels', () => waveFile({ data, channels: 0 }), 'RECORDING_HEADER_INVALID'],
  ['no sample rate', () => waveFile({ data, sampleRateHz: 0 }), 'RECORDING_HEADER_INVALID'],
  [
    'a chunk beyond the file',
    () => waveFile({ data, extra: chunk('LIST', Buffer.alloc(0), 1e9) }),
    'RECORDING_HEADER_INVALID',
  ],
  ['three channels', () => waveFile({ data: data.subarray(0, 600), channels: 3 }), 'CHANNELS_OUT_OF_RANGE'],
  ['96 kHz', () => waveFile({ data, sampleRateHz: 96_000 }), 'SAMPLE_RATE_OUT_OF_RANGE'],
  ['half a sample at the end', () => waveFile({ data: data.subarray(0, 5) }), 'AUDIO_INCOMPLETE'],
];

for (const [name, bytes, reason] of BAD) {
  test(`${name}: ${reason}`, async (t) => {
    const error = await t.throwsAsync(decodeRecording({ bytes: await bytes() }), { instanceOf: VouchError });
    t.is(error.reason, reason as VouchError['reason']);
  });
}

test('a channel that the file does not have is refused', async (t) => {
  for (const callerChannel of [1, -1, 0.5]) {
    const error = await t.throwsAsync(decodeRecording({ bytes: waveFile({ data }), callerChannel }));
    t.like(error, { reason: 'CALLER_CHANNEL_MISSING' });
  }
});

test('what is too large or too long is refused', async (t) => {
  const bytes = waveFile({ data });
  for (const limits of [{ maxBytes: bytes.length - 1 }, { maxDurationMs: 99 }]) {
    const error = await t.throwsAsync(decodeRecording({ bytes }, { ...DEFAULT_RECORDING_LIMITS, ...limits }));
    t.like(error, { reason: 'RECORDING_TOO_LONG' });
  }
  const exact = { ...DEFAULT_RECORDING_LIMITS, maxBytes: bytes.length, maxDurationMs: 100 };
  t.is((await decodeRecording({ bytes }, exact)).samples.length, 800);
});

test('headerless audio that ends within a sample is refused', async (t) => {
  const format = { encoding: 'PCM_S16LE', sampleRateHz: 8000, channels: 1, callerChannel: 0 } as const;
  const error = await t.throwsAsync(decodeRecording({ bytes: new Uint8Array(3), format }));
  t.like(error, { reason: 'AUDIO_INCOMPLETE' });
});

test('a header with any bytes changed, or a file cut anywhere, is read or refused with a reason', async (t) => {
  const valid = waveFile({ data: data.subarray(0, 400), extra: chunk('LIST', Buffer.alloc(6)) });
  const property = fc.asyncProperty(
    fc.array(fc.tuple(fc.nat({ max: 60 }), fc.nat({ max: 255 })), { maxLength: 4 }),
    fc.nat({ max: valid.length }),
    fc.boolean(),
    async (changes, length, cut) => {
      const bytes = Buffer.from(valid);
      // Not the first bytes: what is no WAV at all would go to ffmpeg.
      for (const [at, value] of changes) bytes[Math.max(4, at)] = value;
      const input = { bytes: cut ? bytes.subarray(0, Math.max(12, length)) : bytes };
      const result = await decodeRecording(input).catch((error: unknown) => error);
      return (
        result instanceof VouchError ||
        (result as { samples: Float32Array }).samples.every((v) => Math.abs(v) <= 1.2)
      );
    },
  );
  await t.notThrowsAsync(fc.assert(property, { numRuns: 1500 }));
});

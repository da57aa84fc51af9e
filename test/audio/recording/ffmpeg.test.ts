import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { decodeRecording, DEFAULT_RECORDING_LIMITS } from '../../../src/audio/index.js';
import { VouchError } from '../../../src/errors.js';

const run = promisify(execFile);

// A directory of this test's own, to see what is left in it.
process.env['TMPDIR'] = mkdtempSync(join(tmpdir(), 'vouch-test-'));
test.after.always(() => rm(tmpdir(), { recursive: true }));

/** The stereo fixture (left the caller, right the agent) in another format, made by the system's ffmpeg. */
async function encoded(name: string, ...options: string[]): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'vouch-test-'));
  try {
    const file = join(directory, name);
    await run('ffmpeg', [
      '-loglevel',
      'error',
      '-t',
      '6',
      '-i',
      'fixtures/two-party/call.wav',
      ...options,
      file,
    ]);
    return await readFile(file);
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function reasonOf(promise: Promise<unknown>): Promise<string> {
  const error: unknown = await promise.catch((reason: unknown) => reason);
  return error instanceof VouchError ? error.reason : `not refused: ${String(error)}`;
}

/** Correlation of two signals, the second moved by up to 100 ms (encoders delay). */
function likeness(a: Float32Array, b: Float32Array): number {
  let best = 0;
  for (let shift = -800; shift <= 800; shift += 1) {
    let [ab, aa, bb] = [0, 0, 0];
    for (let n = 800; n < Math.min(a.length, b.length) - 800; n += 3) {
      const [x, y] = [a[n]!, b[n + shift]!];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    best = Math.max(best, ab / Math.sqrt(aa * bb || 1));
  }
  return best;
}

const FORMATS = [
  ['two.m4a', 'MP4', 'aac', 8000, ['-c:a', 'aac']],
  ['two-alac.m4a', 'MP4', 'alac', 8000, ['-c:a', 'alac']],
  ['two.flac', 'FLAC', 'flac', 8000, []],
  ['two.mp3', 'MP3', 'mp3', 16_000, ['-ar', '16000', '-b:a', '64k']],
  ['two.opus', 'OGG', 'opus', 48_000, ['-c:a', 'libopus', '-b:a', '64k']],
  ['two.ogg', 'OGG', 'vorbis', 22_050, ['-c:a', 'libvorbis', '-ar', '22050']],
] as const;

for (const [name, container, codec, sourceRateHz, options] of FORMATS) {
  test(`${name}: each channel is found, and no other`, async (t) => {
    const bytes = await encoded(name, ...options);
    const original = await readFile('fixtures/two-party/call.wav');
    for (const callerChannel of [0, 1]) {
      const recording = await decodeRecording({ bytes, callerChannel });
      t.like(recording, { container, codec, channels: 2, sourceRateHz, sampleRateHz: 8000 });
      t.true(Math.abs(recording.samples.length - 6 * 8000) < 1200, `${recording.samples.length}`);
      const right = await decodeRecording({ bytes: original, callerChannel });
      const wrong = await decodeRecording({ bytes: original, callerChannel: 1 - callerChannel });
      // What takes turns has nothing in common with the other channel.
      if (recording.samples.some((v) => Math.abs(v) > 0.05)) {
        t.true(likeness(recording.samples, right.samples.subarray(0, 48_000)) > 0.95);
        t.true(likeness(recording.samples, wrong.samples.subarray(0, 48_000)) < 0.5);
      }
    }
  });
}

test('FLAC gives the very samples of the WAV', async (t) => {
  const flac = await decodeRecording({ bytes: await encoded('same.flac'), callerChannel: 1 });
  const wave = await decodeRecording({ bytes: await encoded('same.wav'), callerChannel: 1 });
  t.deepEqual(flac.samples, wave.samples);
});

test('the compressed fixtures are as long as their originals', async (t) => {
  const original = await decodeRecording({ bytes: await readFile('fixtures/june_fr/call-1.wav') });
  for (const name of ['opus.ogg', 'mp3.mp3']) {
    const recording = await decodeRecording({ bytes: await readFile(`fixtures/edge/${name}`) });
    t.true(Math.abs(recording.samples.length - original.samples.length) < 400, name);
    t.true(likeness(recording.samples, original.samples) > 0.9, name);
  }
});

test('a compressed file that was cut is refused, or is shorter', async (t) => {
  for (const [name, reason, ...options] of [
    ['cut.m4a', 'RECORDING_TRUNCATED', '-c:a', 'aac'],
    ['cut.flac', 'RECORDING_TRUNCATED'],
    ['cut.ogg', 'RECORDING_TRUNCATED', '-c:a', 'libopus'],
  ] as const) {
    const bytes = await encoded(name, ...options);
    for (const share of [0.1, 0.5, 0.9]) {
      const part = bytes.subarray(0, Math.floor(bytes.length * share));
      t.is(await reasonOf(decodeRecording({ bytes: part, callerChannel: 0 })), reason, `${name} ${share}`);
    }
  }
  const mp3 = await readFile('fixtures/edge/mp3.mp3');
  t.true((await decodeRecording({ bytes: mp3.subarray(0, mp3.length / 2) })).samples.length < 9 * 8000);
});

test('bytes that only begin like a format are refused', async (t) => {
  const rest = Buffer.alloc(2000, 'vouch');
  for (const head of ['fLaC', 'ID3', '\0\0\x07\xd0ftypM4A ', '\xff\xfb\x90\x00']) {
    const bytes = Buffer.concat([Buffer.from(head, 'latin1'), rest]);
    t.regex(
      await reasonOf(decodeRecording({ bytes })),
      /^RECORDING_(UNREADABLE|TRUNCATED|HEADER_INVALID|EMPTY)$/,
      head,
    );
  }
});

// By itself, so that no other test has files in the directory.
test.serial('what breaks a limit is refused, and nothing is left behind', async (t) => {
  const bytes = await readFile('fixtures/edge/opus.ogg');
  const limited = (change: object, signal?: AbortSignal): Promise<unknown> =>
    decodeRecording({ bytes }, { ...DEFAULT_RECORDING_LIMITS, ...change }, signal);
  t.is(await reasonOf(limited({ maxDurationMs: 5000 })), 'RECORDING_TOO_LONG');
  t.is(await reasonOf(limited({ timeoutMs: 1 })), 'RECORDING_TOO_LONG');
  t.is(await reasonOf(decodeRecording({ bytes, callerChannel: 1 })), 'CALLER_CHANNEL_MISSING');
  for (const signal of [AbortSignal.abort(), AbortSignal.timeout(30)]) {
    t.is(await limited({}, signal).catch((error: unknown) => error), signal.reason);
  }
  t.deepEqual(
    (await readdir(tmpdir())).filter((name) => name.startsWith('vouch-recording-')),
    [],
  );
});

test.serial('a temporary folder that takes no file is told as such', async (t) => {
  const bytes = await readFile('fixtures/edge/opus.ogg');
  const folder = tmpdir();
  process.env['TMPDIR'] = join(folder, 'not-there');
  try {
    const error = await t.throwsAsync(decodeRecording({ bytes }), { instanceOf: VouchError });
    t.is(error.reason, 'TEMPORARY_FOLDER_UNUSABLE');
    t.deepEqual(error.metadata, { systemCode: 'ENOENT' });
  } finally {
    process.env['TMPDIR'] = folder;
  }
});

test('more channels or a higher rate than is taken are refused', async (t) => {
  const wide = await encoded('wide.flac', '-ar', '96000');
  t.is(await reasonOf(decodeRecording({ bytes: wide })), 'SAMPLE_RATE_OUT_OF_RANGE');
  const many = await encoded('many.flac', '-ac', '6');
  t.is(await reasonOf(decodeRecording({ bytes: many })), 'CHANNELS_OUT_OF_RANGE');
});

test('without ffmpeg the message says so', async (t) => {
  const script = `
    import { readFileSync } from 'node:fs';
    import { decodeRecording } from './dist/src/audio/index.js';
    await decodeRecording({ bytes: readFileSync('fixtures/edge/mp3.mp3') })
      .catch((error) => { process.stdout.write(error.reason + ': ' + error.message); });`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script], {
    env: { PATH: '/nowhere' },
  });
  t.regex(stdout, /^RECORDING_UNREADABLE: .*ffmpeg/);
});

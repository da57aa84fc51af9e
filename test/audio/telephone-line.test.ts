import test from 'ava';
import fc from 'fast-check';
import {
  decodeRecording,
  Resampler,
  telephoneBand,
  TelephoneLine,
  throughG711,
} from '../../src/audio/index.js';
import { VouchError } from '../../src/errors.js';
import { concat, cut, noise, sine } from '../helpers/samples.js';
import { fixtureFile, fixtureSamples } from '../helpers/speech.js';
import { pcm16, waveFile } from '../helpers/wave.js';

/** Read from 16 kHz, and the callers of telephone lines. */
const WIDEBAND = fixtureSamples('edge/wideband-16k.wav');
const CALLERS = ['allison_en', 'carlo_it', 'june_fr', 'armelle_fr', 'reader_en'];
const RATES_HZ = [11_025, 16_000, 44_100, 48_000];

function resample(samples: Float32Array, fromHz: number, toHz: number): Float32Array {
  const resampler = new Resampler(fromHz, toHz);
  return concat([resampler.push(samples), resampler.finish()]);
}

function onLine(samples: Float32Array, rateHz: number, sizes: readonly number[] = []): Float32Array {
  const line = new TelephoneLine(rateHz);
  return concat([...cut(samples, sizes).map((piece) => line.push(piece)), line.finish()]);
}

function inBand(samples: Float32Array, rateHz: number): Float32Array {
  return throughG711(telephoneBand(resample(samples, rateHz, 8000)), 'MULAW');
}

function isWideband(samples: Float32Array, rateHz: number): boolean {
  const line = new TelephoneLine(rateHz);
  line.push(samples);
  return line.wideband;
}

for (const caller of CALLERS) {
  test(`${caller}: telephone speech at a higher rate comes out as the resampler leaves it, to the last bit`, (t) => {
    for (const rateHz of [16_000, 48_000]) {
      const source = resample(fixtureSamples(`${caller}/call-1.wav`), 8000, rateHz);
      t.false(isWideband(source, rateHz));
      t.deepEqual(onLine(source, rateHz, [999]), resample(source, rateHz, 8000));
    }
  });
}

test('what comes at 8 kHz is not touched, noise up to 4 kHz neither', (t) => {
  const input = noise(30_000, 1);
  t.deepEqual(onLine(input, 8000, [1, 5000]), input);
});

for (const rateHz of RATES_HZ) {
  test(`wideband speech at ${rateHz} Hz is in the telephone's band, from its first sample where it was found in time`, (t) => {
    const source = resample(WIDEBAND, 16_000, rateHz);
    t.true(isWideband(source.subarray(0, 2 * rateHz), rateHz));
    const expected = inBand(source, rateHz);
    const output = onLine(source, rateHz);
    t.is(output.length, expected.length);
    // What was let go before the verdict, if anything, is less than a second.
    t.deepEqual(output.subarray(8000), expected.subarray(8000));
  });
}

test('what is held back when wideband speech is found goes through the band, what went before stays', (t) => {
  const narrow = resample(fixtureSamples('carlo_it/call-1.wav').subarray(0, 24_000), 8000, 16_000);
  const source = concat([narrow, WIDEBAND]);
  const line = new TelephoneLine(16_000);
  let found = 0;
  for (; !line.wideband; found += 512) line.push(source.subarray(found, found + 512));
  t.true(found > narrow.length && found < narrow.length + 32_000);
  const [output, expected, plain] = [
    onLine(source, 16_000),
    inBand(source, 16_000),
    resample(source, 16_000, 8000),
  ];
  const from = output.findIndex((sample, i) => sample !== plain[i]);
  const heldMs = (found / 2 - from) / 8;
  t.true(heldMs >= 470 && heldMs <= 520, `${heldMs} ms`);
  t.deepEqual(output.subarray(from), expected.subarray(from));
});

test('never more than 520 ms are held back, and nothing once the verdict is wideband', (t) => {
  const narrow = resample(fixtureSamples('carlo_it/call-1.wav'), 8000, 16_000);
  const owed = (samples: Float32Array, wideband: boolean) => {
    const line = new TelephoneLine(16_000, { wideband });
    let most = 0;
    let given = 0;
    for (let at = 0; at + 160 <= samples.length; at += 160) {
      given += line.push(samples.subarray(at, at + 160)).length;
      most = Math.max(most, (at + 160) / 2 - given);
    }
    return most / 8;
  };
  t.true(owed(narrow, false) > 450 && owed(narrow, false) < 520);
  t.true(owed(WIDEBAND, true) < 10);
});

test('any cut gives the same samples to the last bit', (t) => {
  const narrow = resample(fixtureSamples('june_fr/call-1.wav').subarray(0, 6000), 8000, 16_000);
  const inputs = [narrow, WIDEBAND.subarray(0, 40_000), concat([narrow, WIDEBAND.subarray(0, 30_000)])];
  const wholes = inputs.map((input) => onLine(input, 16_000));
  fc.assert(
    fc.property(fc.nat({ max: 2 }), fc.array(fc.nat({ max: 9000 }), { maxLength: 25 }), (which, sizes) => {
      t.deepEqual(onLine(inputs[which]!, 16_000, sizes), wholes[which]);
    }),
    { numRuns: 40 },
  );
});

test('short sounds above the band change nothing: a click now and then is no wideband speech', (t) => {
  const source = resample(fixtureSamples('allison_en/call-1.wav'), 8000, 16_000);
  for (let at = 8000; at < source.length; at += 8000) source[at] = 0.9;
  t.false(isWideband(source, 16_000));
});

test('tones within the band and silence are not wideband', (t) => {
  for (const samples of [new Float32Array(48_000), sine(440, 16_000, 48_000), sine(3400, 16_000, 48_000)]) {
    t.false(isWideband(samples, 16_000));
  }
});

test('a recording is in the band from its first sample, wherever its speech was found wideband', async (t) => {
  const { samples } = await decodeRecording({ bytes: fixtureFile('edge/wideband-16k.wav') });
  t.deepEqual(samples, inBand(WIDEBAND, 16_000));
  const late = concat([new Float32Array(160_000), WIDEBAND]);
  const bytes = waveFile({ sampleRateHz: 16_000, data: pcm16(late) });
  t.deepEqual((await decodeRecording({ bytes })).samples, inBand(late, 16_000));
  t.deepEqual((await decodeRecording({ bytes, keepsBand: true })).samples, resample(late, 16_000, 8000));
});

test('a rate out of range is refused', (t) => {
  for (const rateHz of [7999, 48_001]) {
    t.like(
      t.throws(() => new TelephoneLine(rateHz), { instanceOf: VouchError }),
      { reason: 'SAMPLE_RATE_OUT_OF_RANGE' },
    );
  }
});

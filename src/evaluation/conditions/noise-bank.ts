import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { decodeRecording, telephoneBand } from '../../audio/index.js';
import { TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import { readCsv } from '../manifest.js';
import { normal, seededRandom, type Random } from '../random.js';
import { amplify, rms } from './line.js';

/** What is added to speech, and the rooms that it is played in; at 8 kHz. */
export interface NoiseBank {
  readonly noise: readonly Float32Array[];
  readonly babble: readonly Float32Array[];
  /** Room responses from their direct sound on, energy 1. */
  readonly rooms: readonly Float32Array[];
}

const Row = z.object({ type: z.string(), path: z.string(), name: z.string() });
/** Single events between silence: a ratio of speech to them means nothing. */
const EVENTS = /baby|dog|clock|sneeze|rooster|cat|door/;
const MINIMUM_RMS = 1e-4;

/** The files of a folder's `manifest.csv`. */
async function* readNoise(dir: string): AsyncGenerator<{ type: string; bytes: Uint8Array }> {
  for await (const { type, path } of readCsv(join(dir, 'manifest.csv'), Row)) {
    if (!EVENTS.test(type)) yield { type, bytes: await readNoiseFile(dir, path) };
  }
}

/** Says in one word what would be added to speech: nothing else of a condition is in files. */
export async function noiseId(dir: string | undefined): Promise<string> {
  if (dir === undefined) return 'generated';
  const hash = createHash('sha256');
  for await (const { bytes } of readNoise(dir)) hash.update(bytes);
  return hash.digest('hex');
}

/**
 * Noise, babble and room responses that `manifest.csv` of a folder lists (docs/evaluation-data.md); kinds of which it has
 * none are generated, as all are without a folder.
 */
export async function loadNoise(dir: string | undefined): Promise<NoiseBank> {
  const generated = generateNoise();
  if (dir === undefined) return generated;
  const bank = { noise: [] as Float32Array[], babble: [] as Float32Array[], rooms: [] as Float32Array[] };
  for await (const { type, bytes } of readNoise(dir)) {
    const { samples } = await decodeRecording({ bytes, keepsBand: true });
    if (/impulse|room/.test(type)) bank.rooms.push(fromDirectSound(samples));
    else if (rms(samples) > MINIMUM_RMS) (type.includes('babble') ? bank.babble : bank.noise).push(samples);
  }
  const or = (own: Float32Array[], other: readonly Float32Array[]) => (own.length > 0 ? own : other);
  return {
    noise: or(bank.noise, generated.noise),
    babble: or(bank.babble, generated.babble),
    rooms: or(bank.rooms, generated.rooms),
  };
}

/** Noise manifests name files from the folder itself or, in the one that comes with speech, from that one's. */
async function readNoiseFile(dir: string, path: string): Promise<Uint8Array> {
  try {
    return await readFile(join(dir, path));
  } catch {
    return readFile(join(dir, '..', path));
  }
}

function fromDirectSound(response: Float32Array): Float32Array {
  let loudest = 0;
  response.forEach((sample, i) => {
    if (Math.abs(sample) > Math.abs(response[loudest]!)) loudest = i;
  });
  const direct = response.subarray(Math.max(0, loudest - 16));
  return amplify(direct, 1 / Math.sqrt(direct.reduce((sum, sample) => sum + sample * sample, 0)));
}

/** White and pink noise, hum, babble of eight made-up talkers, and rooms with 0.3 and 0.6 s of reverberation. */
export function generateNoise(): NoiseBank {
  const random = seededRandom(20);
  const seconds = 10;
  const noise = [white(random, seconds), pink(random, seconds), hum(random, seconds)];
  const babble = [babbleOf(random, seconds), babbleOf(random, seconds)];
  const rooms = [0.3, 0.6].map((reverberation) => roomOf(random, reverberation));
  return { noise, babble, rooms };
}

function white(random: Random, seconds: number): Float32Array {
  return Float32Array.from({ length: seconds * TELEPHONE_RATE_HZ }, () => 0.05 * normal(random));
}

/** Paul Kellet's economy filter for -3 dB an octave. */
function pink(random: Random, seconds: number): Float32Array {
  let [a, b, c] = [0, 0, 0];
  return white(random, seconds).map((x) => {
    a = 0.99765 * a + x * 0.099046;
    b = 0.963 * b + x * 0.2965164;
    c = 0.57 * c + x * 1.0526913;
    return (a + b + c + x * 0.1848) / 4;
  });
}

/** Mains hum with its harmonics, over a little noise. */
function hum(random: Random, seconds: number): Float32Array {
  return white(random, seconds).map((x, i) => {
    let sum = x / 10;
    for (let harmonic = 1; harmonic < 16; harmonic++)
      sum += (0.05 / harmonic) * Math.sin((2 * Math.PI * 50 * harmonic * i) / TELEPHONE_RATE_HZ);
    return sum;
  });
}

/** Eight sources of pink noise in the telephone band, each with the rhythm of syllables, about 4 a second. */
function babbleOf(random: Random, seconds: number): Float32Array {
  const sum = new Float32Array(seconds * TELEPHONE_RATE_HZ);
  for (let talker = 0; talker < 8; talker++) {
    const rate = 3 + 2 * random();
    const phase = 2 * Math.PI * random();
    telephoneBand(pink(random, seconds)).forEach((sample, i) => {
      const rhythm = Math.sin((2 * Math.PI * rate * i) / TELEPHONE_RATE_HZ + phase);
      sum[i]! += Math.max(0, 0.3 + rhythm) * sample;
    });
  }
  return sum;
}

/** Noise that has fallen by 60 dB after the reverberation time, behind a direct sound. */
function roomOf(random: Random, reverberationSeconds: number): Float32Array {
  const length = Math.ceil(reverberationSeconds * TELEPHONE_RATE_HZ);
  const tail = Float32Array.from({ length }, (_, i) => 0.05 * normal(random) * 10 ** ((-3 * i) / length));
  tail[0] = 1;
  return fromDirectSound(tail);
}

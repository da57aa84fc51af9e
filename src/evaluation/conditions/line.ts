import { TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import type { Random } from '../random.js';

/** Sections of a Butterworth filter of order 6: their Q factors, 1 / (2 cos(pi (2 k + 1) / 12)). */
const BUTTERWORTH_Q = [0, 1, 2].map((k) => 1 / (2 * Math.cos((Math.PI * (2 * k + 1)) / 12)));

/** Robert Bristow-Johnson, "Audio EQ Cookbook": low-pass and high-pass sections, bilinear with prewarping. */
function section(kind: 'low' | 'high', cornerHz: number, q: number) {
  const w = (2 * Math.PI * cornerHz) / TELEPHONE_RATE_HZ;
  const cos = Math.cos(w);
  const alpha = Math.sin(w) / (2 * q);
  const outer = (kind === 'low' ? 1 - cos : 1 + cos) / 2;
  const middle = kind === 'low' ? 1 - cos : -(1 + cos);
  const a0 = 1 + alpha;
  return { b0: outer / a0, b1: middle / a0, b2: outer / a0, a1: (-2 * cos) / a0, a2: (1 - alpha) / a0 };
}

const TELEPHONE_BAND = BUTTERWORTH_Q.flatMap((q) => [section('high', 300, q), section('low', 3400, q)]);

/** The telephone band of ITU-T G.712, 300 to 3400 Hz, by Butterworth filters of order 6. */
export function telephoneBand(samples: Float32Array): Float32Array {
  const output = Float64Array.from(samples);
  for (const { b0, b1, b2, a1, a2 } of TELEPHONE_BAND) {
    let x1 = 0;
    let x2 = 0;
    let y1 = 0;
    let y2 = 0;
    for (let i = 0; i < output.length; i++) {
      const x = output[i]!;
      const y = b0 * x + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2;
      x2 = x1;
      x1 = x;
      y2 = y1;
      y1 = y;
      output[i] = y;
    }
  }
  return Float32Array.from(output);
}

/** 20 ms, the usual packet of RTP audio (RFC 3551). */
const PACKET_SAMPLES = 160;

/**
 * Packets lost at random. What is lost is concealed by the packet before it, at half the level and fading further by half
 * for each one lost in a row: the simplest of what receivers do (ITU-T G.711 appendix I fades likewise).
 */
export function losePackets(samples: Float32Array, share: number, random: Random): Float32Array {
  const output = Float32Array.from(samples);
  for (let at = PACKET_SAMPLES; at + PACKET_SAMPLES <= output.length; at += PACKET_SAMPLES) {
    if (random() >= share) continue;
    for (let i = at; i < at + PACKET_SAMPLES; i++) output[i] = output[i - PACKET_SAMPLES]! / 2;
  }
  return output;
}

/** Samples times a factor. */
export function amplify(samples: Float32Array, gain: number): Float32Array {
  return samples.map((sample) => sample * gain);
}

/** Turns down what would not fit: the loudest sample is at most 0.9 of full scale. */
export function withHeadroom(samples: Float32Array): Float32Array {
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  return peak > 0.9 ? amplify(samples, 0.9 / peak) : samples;
}

/**
 * Turned up until 3 in 100 of the louder samples (above half of the speech's RMS) are cut off at full scale.
 * @param speechRms of the speech in `samples`.
 */
export function overdrive(samples: Float32Array, speechRms: number): Float32Array {
  const loud = samples
    .map(Math.abs)
    .filter((sample) => sample > speechRms / 2)
    .sort();
  const limit = loud[Math.floor(0.97 * loud.length)];
  if (!limit) return samples;
  return samples.map((sample) => Math.max(-1, Math.min(1, sample / limit)));
}

export function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length));
}

import type { Random } from '../random.js';

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

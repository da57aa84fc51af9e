import { StreamDecoder } from '../../audio/index.js';
import type { AudioEncoding } from '../../domain/audio.js';

/** The 256 levels that the service's own decoder knows, in rising order. */
function levelsOf(encoding: AudioEncoding): Float32Array {
  const decoder = new StreamDecoder({ encoding, sampleRateHz: 8000, channels: 1, callerChannel: 0 });
  return decoder.push(Uint8Array.from({ length: 256 }, (_, byte) => byte)).sort();
}

/**
 * Samples after a G.711 line: each one becomes the nearest level that the decoder gives, which is what the encoders of
 * ITU-T G.711 do up to ties.
 */
export function throughG711(samples: Float32Array, encoding: 'MULAW' | 'ALAW'): Float32Array {
  const levels = levelsOf(encoding);
  return samples.map((sample) => nearest(levels, sample));
}

function nearest(levels: Float32Array, sample: number): number {
  let low = 0;
  let high = levels.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (levels[middle]! <= sample) low = middle;
    else high = middle;
  }
  return sample - levels[low]! <= levels[high]! - sample ? levels[low]! : levels[high]!;
}

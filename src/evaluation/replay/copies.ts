import { throughG711 } from '../../audio/index.js';
import { TELEPHONE_RATE_HZ } from '../../domain/audio.js';
import { GSM, OPUS_12K, throughCodec } from '../conditions/codec.js';
import { amplify, rms, withHeadroom } from '../conditions/line.js';
import { normal, type Random } from '../random.js';

/** A way in which a recording of a call may come back. */
export interface Copy {
  readonly id: string;
  /** For people. */
  readonly label: string;
  /** @param calls of one speaker, at 8 kHz. */
  apply(calls: readonly Float32Array[], random: Random): Promise<Float32Array[]>;
}

const CUT_SAMPLES = 2 * TELEPHONE_RATE_HZ;
/** The grid of whoever looks for speech: no copy but the first stands on it as the original did. */
const GRID_SAMPLES = 256;

/** What changes each call alone, which then begins anywhere on the grid. */
function each(
  id: string,
  label: string,
  change: (samples: Float32Array, random: Random) => Float32Array,
): Copy {
  const apply = (calls: readonly Float32Array[], random: Random) =>
    Promise.resolve(calls.map((samples) => shifted(change(samples, random), random)));
  return { id, label, apply };
}

/** All calls one after the other: starting ffmpeg costs more than coding. */
async function joined(
  calls: readonly Float32Array[],
  change: (samples: Float32Array) => Promise<Float32Array>,
): Promise<Float32Array[]> {
  const whole = new Float32Array(calls.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const samples of calls) {
    whole.set(samples, at);
    at += samples.length;
  }
  const changed = await change(whole);
  at = 0;
  return calls.map(({ length }) => changed.subarray(at, (at += length)));
}

function coded(id: string, label: string, codec: typeof GSM): Copy {
  return {
    id,
    label,
    apply: async (calls, random) =>
      (await joined(calls, (samples) => throughCodec(samples, codec))).map((samples) =>
        shifted(samples, random),
      ),
  };
}

function shifted(samples: Float32Array, random: Random): Float32Array {
  return samples.subarray(Math.floor(random() * GRID_SAMPLES));
}

/** @param snrDb of the whole recording, pauses too: against its speech the noise is weaker still. */
function withNoise(samples: Float32Array, snrDb: number, random: Random): Float32Array {
  const level = rms(samples) * 10 ** (-snrDb / 20);
  return withHeadroom(samples.map((sample) => sample + level * normal(random)));
}

/** All copies, in the order of the tables. */
export const COPIES: readonly Copy[] = [
  { id: 'same', label: 'As it is', apply: (calls) => Promise.resolve([...calls]) },
  each('mulaw', 'G.711 mu-law', (samples) => throughG711(samples, 'MULAW')),
  each('alaw', 'G.711 A-law', (samples) => throughG711(samples, 'ALAW')),
  coded('gsm', 'GSM full rate', GSM),
  coded('opus-12k', 'Opus at 12 kbit/s', OPUS_12K),
  each('louder', '3 dB louder', (samples) =>
    amplify(samples, 10 ** (3 / 20)).map((sample) => Math.max(-1, Math.min(1, sample))),
  ),
  each('noise-30', 'Noise at 30 dB', (samples, random) => withNoise(samples, 30, random)),
  each('cut-2s', 'Cut by 2 s at the front', (samples) => samples.subarray(CUT_SAMPLES)),
];

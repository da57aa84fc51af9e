import { telephoneBand, throughG711 } from '../../audio/index.js';
import { draw, type Random } from '../random.js';
import { GSM, OPUS_12K, throughCodec } from './codec.js';
import { convolve } from './convolve.js';
import { amplify, losePackets, overdrive, rms, withHeadroom } from './line.js';
import type { NoiseBank } from './noise-bank.js';

export { generateNoise, loadNoise, noiseId, type NoiseBank } from './noise-bank.js';

/** What a condition may know of the speech that it is applied to. */
export interface ConditionInput {
  /** The recording as the service decodes it: at 8 kHz, wideband speech in the telephone's band. */
  readonly samples: Float32Array;
  /** It was recorded from a telephone line. */
  readonly telephone: boolean;
  /** Root mean square of its speech, full scale 1. */
  readonly speechRms: number;
  /** What there is to add; asked for only by conditions that add something. */
  readonly loadBank: () => Promise<NoiseBank>;
  readonly random: Random;
}

/** Something that happens to speech on its way to the service. */
export interface Condition {
  readonly id: string;
  /** For people. */
  readonly label: string;
  apply(input: ConditionInput): Float32Array | Promise<Float32Array>;
}

function mulaw(samples: Float32Array): Float32Array {
  return throughG711(samples, 'MULAW');
}

function withNoise(kind: 'noise' | 'babble', snrDb: number): Condition {
  return {
    id: `${kind}-${snrDb}`,
    label: `${kind === 'noise' ? 'Noise' : 'Babble'} at ${snrDb} dB, G.711 mu-law`,
    apply: async (input) => {
      const { samples, telephone, speechRms, random } = input;
      const bank = await input.loadBank();
      const source = bank[kind][draw(random, bank[kind].length)]!;
      const from = draw(random, source.length);
      const gain = (speechRms / rms(source)) * 10 ** (-snrDb / 20);
      const added = samples.map((_, i) => gain * source[(from + i) % source.length]!);
      // What wideband speech went through, noise that came before it goes through too.
      const heard = telephone ? added : telephoneBand(added);
      return mulaw(withHeadroom(samples.map((sample, i) => sample + heard[i]!)));
    },
  };
}

async function inRoom(input: ConditionInput): Promise<Float32Array> {
  const { samples, random } = input;
  const bank = await input.loadBank();
  const heard = convolve(samples, bank.rooms[draw(random, bank.rooms.length)]!);
  const level = rms(heard) > 0 ? rms(samples) / rms(heard) : 1;
  return mulaw(withHeadroom(amplify(heard, level)));
}

/** All conditions, in the order of the tables. The first two are always measured: the others rest on them. */
export const CONDITIONS: readonly Condition[] = [
  { id: 'as-recorded', label: 'As recorded', apply: ({ samples }) => samples },
  { id: 'mulaw', label: 'G.711 mu-law', apply: ({ samples }) => mulaw(samples) },
  { id: 'alaw', label: 'G.711 A-law', apply: ({ samples }) => throughG711(samples, 'ALAW') },
  { id: 'gsm', label: 'GSM full rate', apply: ({ samples }) => throughCodec(samples, GSM) },
  { id: 'opus-12k', label: 'Opus at 12 kbit/s', apply: ({ samples }) => throughCodec(samples, OPUS_12K) },
  {
    id: 'packet-loss-3',
    label: 'G.711 mu-law, 3 % of packets lost',
    apply: ({ samples, random }) => losePackets(mulaw(samples), 0.03, random),
  },
  ...[20, 10, 5].map((snrDb) => withNoise('babble', snrDb)),
  ...[20, 10, 5].map((snrDb) => withNoise('noise', snrDb)),
  { id: 'room', label: 'Room response, G.711 mu-law', apply: inRoom },
  {
    id: 'level-40',
    label: 'Level of -40 dBFS, G.711 mu-law',
    apply: ({ samples, speechRms }) => mulaw(amplify(samples, 0.01 / speechRms)),
  },
  {
    id: 'clipping',
    label: 'Clipped, G.711 mu-law',
    apply: ({ samples, speechRms }) => mulaw(overdrive(samples, speechRms)),
  },
];

/** The channel that enrolment goes through. */
export const ENROLMENT_CONDITION = 'mulaw';
/** What the level of the speech is taken from. */
export const LEVEL_CONDITION = 'as-recorded';

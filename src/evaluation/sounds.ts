import { TELEPHONE_RATE_HZ } from '../domain/audio.js';
import { generateNoise } from './conditions/index.js';
import { draw, normal, seededRandom, type Random } from './random.js';

/** Something on a line that is not speech, at 8 kHz. */
export interface Sound {
  readonly name: string;
  readonly samples: Float32Array;
}

type Wave = (seconds: number) => number;

function sine(hz: number): Wave {
  return (t) => Math.sin(2 * Math.PI * hz * t);
}

function sum(...waves: readonly Wave[]): Wave {
  return (t) => waves.reduce((total, wave) => total + wave(t), 0) / waves.length;
}

/** On and off in turns, seconds. */
function gated(wave: Wave, on: number, off: number): Wave {
  return (t) => (t % (on + off) < on ? wave(t) : 0);
}

function render(name: string, wave: Wave, level: number, seconds: number): Sound {
  const length = seconds * TELEPHONE_RATE_HZ;
  return { name, samples: Float32Array.from({ length }, (_, i) => level * wave(i / TELEPHONE_RATE_HZ)) };
}

/** Rows and columns of the keypad (ITU-T Q.23), Hz. */
const DTMF_ROWS = [697, 770, 852, 941] as const;
const DTMF_COLUMNS = [1209, 1336, 1477, 1633] as const;

/** Keys pressed at random, 80 ms each with 60 ms between. */
function keys(random: Random): Wave {
  const pressed = Array.from({ length: 400 }, () =>
    sum(sine(DTMF_ROWS[draw(random, 4)]!), sine(DTMF_COLUMNS[draw(random, 4)]!)),
  );
  return (t) => gated(pressed[Math.floor(t / 0.14) % pressed.length]!, 0.08, 0.06)(t);
}

/** Something like music: three voices with overtones over a beat, notes of the pentatonic scale that fade. */
function music(random: Random): Wave {
  const beat = 0.2 + 0.3 * random();
  const scale = [0, 2, 4, 7, 9];
  const notes = Array.from({ length: 600 }, () => {
    const semitones = scale[draw(random, scale.length)]! + 12 * draw(random, 3);
    return 130.8 * 2 ** (semitones / 12);
  });
  return (t) => {
    const at = Math.floor(t / beat);
    let total = 0;
    for (let voice = 0; voice < 3; voice++) {
      const hz = notes[(at * 3 + voice) % notes.length]!;
      for (let overtone = 1; overtone <= 5; overtone++)
        total += Math.sin(2 * Math.PI * hz * overtone * t) / overtone;
    }
    return (total / 6) * Math.exp((-3 * (t % beat)) / beat);
  };
}

/** A tone whose pitch wavers and whose level beats, as a siren or a voice without words. */
function wavering(hz: number): Wave {
  return (t) => {
    const phase = 2 * Math.PI * hz * t + 3 * Math.sin(2 * Math.PI * 5 * t);
    return (
      (Math.sin(phase) + 0.5 * Math.sin(2 * phase) + 0.3 * Math.sin(3 * phase)) *
      (0.6 + 0.4 * Math.sin(2 * Math.PI * 3 * t))
    );
  };
}

/**
 * Silence, comfort noise, noise, hum, tones of the telephone network (ITU-T E.180), DTMF, sweeps, made-up music and
 * wavering tones, at several levels.
 * @param seconds of each.
 */
export function makeSounds(seconds: number): Sound[] {
  const random = seededRandom(7);
  const make = (name: string, wave: Wave, levels: readonly number[] = [0.5, 0.05]) =>
    levels.map((level) => render(`${name} at ${level}`, wave, level, seconds));
  const white: Wave = () => normal(random) / 4;
  const bank = generateNoise();
  const repeated = (samples: Float32Array) =>
    Float32Array.from({ length: seconds * TELEPHONE_RATE_HZ }, (_, i) => samples[i % samples.length]!);
  return [
    ...make('silence', () => 0, [0]),
    ...make('comfort noise', white, [0.01, 0.003]),
    ...make('white noise', white, [0.8, 0.2]),
    ...bank.noise.map((samples, i) => ({ name: `noise ${i}`, samples: repeated(samples) })),
    ...bank.babble.map((samples, i) => ({ name: `made-up babble ${i}`, samples: repeated(samples) })),
    ...[200, 425, 1000, 2100].flatMap((hz) => make(`tone of ${hz} Hz`, sine(hz))),
    ...make('dial tone', sum(sine(350), sine(440))),
    ...make('busy tone', gated(sum(sine(480), sine(620)), 0.5, 0.5)),
    ...make('ringing tone', gated(sum(sine(440), sine(480)), 2, 4)),
    ...make('fax', gated(sine(1100), 0.5, 3)),
    ...make('DTMF', keys(random)),
    ...make('sweep', (t) => Math.sin(2 * Math.PI * (200 * t + (1500 * (t % 4) ** 2) / 2))),
    ...Array.from({ length: 6 }, (_, i) => make(`music ${i}`, music(random))).flat(),
    ...[110, 160, 220, 300].flatMap((hz) => make(`wavering tone of ${hz} Hz`, wavering(hz))),
  ];
}

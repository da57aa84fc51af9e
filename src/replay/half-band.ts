/**
 * Taps of a half-band low-pass filter, 11 in all: the middle one is 1/2, every second one beside it 0, and these are the
 * others, outwards. A windowed sinc, sin(pi n / 2) / (pi n) times Hann's window over 13 points, scaled to pass 0 Hz unchanged
 * (Oppenheim and Schafer, Discrete-Time Signal Processing, 7.5).
 */
const TAPS = halfBandTaps();
const MIDDLE = 2 * TAPS.length - 1;
/** Samples that an output needs from before it. */
const MEMORY = 2 * MIDDLE;

function halfBandTaps(): readonly number[] {
  const raw = [1, 3, 5].map((n) => {
    const hann = 0.5 + 0.5 * Math.cos((Math.PI * n) / 6);
    return (Math.sin((Math.PI * n) / 2) / (Math.PI * n)) * hann;
  });
  const sum = raw.reduce((total, tap) => total + tap, 0);
  // Each stands on both sides; with the middle one they add up to 1.
  return raw.map((tap) => tap / (4 * sum));
}

/** Halves a sample rate, piece by piece; what lies above a quarter of it is taken out before. */
export class HalfBand {
  /** The samples before the next piece, and room for that. */
  #room: Float32Array;

  /** @param pieceSamples the most that comes at a time, even. */
  constructor(pieceSamples: number) {
    this.#room = new Float32Array(MEMORY + pieceSamples);
  }

  /** As if silence had come before. */
  reset(): void {
    this.#room.fill(0);
  }

  /**
   * Writes every second sample of what is left below half the band to `output`, delayed by 5 samples.
   * @param samples as many as `pieceSamples` at most, an even number.
   * @param output room for half as many.
   */
  push(samples: Float32Array, output: Float32Array): void {
    const room = this.#room;
    room.set(samples, MEMORY);
    for (let i = 0; i < samples.length >> 1; i++) {
      const at = 2 * i + MEMORY - MIDDLE;
      let value = room[at]! / 2;
      for (let k = 0, away = 1; k < TAPS.length; k++, away += 2) {
        value += TAPS[k]! * (room[at - away]! + room[at + away]!);
      }
      output[i] = value;
    }
    room.copyWithin(0, samples.length, samples.length + MEMORY);
  }
}

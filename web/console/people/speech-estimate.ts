/** What is louder than the background by this counts as speech, dB. */
const ABOVE_FLOOR_DB = 12;
/** Quieter than this is never speech, dBFS. */
const LEAST_DBFS = -55;
/** How fast the background is taken to rise, dB per second: after a loud beginning it comes back. */
const RISE_DB_PER_S = 1;

/** How much was spoken, by loudness over the quietest that was heard: good for a progress bar, and no more. */
export class SpeechEstimate {
  levelDbfs = -100;
  speechMs = 0;
  #floorDbfs = -40;

  constructor(private readonly rateHz: number) {}

  /** Takes the next samples, -1 to 1. */
  push(samples: Float32Array): void {
    const energy = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
    this.levelDbfs = Math.max(-100, 10 * Math.log10(energy + 1e-10));
    const ms = (samples.length / this.rateHz) * 1000;
    this.#floorDbfs = Math.min(this.levelDbfs, this.#floorDbfs + (RISE_DB_PER_S * ms) / 1000);
    if (this.levelDbfs > Math.max(LEAST_DBFS, this.#floorDbfs + ABOVE_FLOOR_DB)) this.speechMs += ms;
  }
}

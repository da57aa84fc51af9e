import type { AnsweredBy } from '../domain/speech.js';

/** A pause of this length ends what was said: whoever answers waits to be spoken to, ms. As Asterisk's app_amd (`after_greeting_silence`). */
const ENDS_AFTER_MS = 800;
/**
 * What people say when they answer is no longer: "hello", a name; announcements are, ms. Asterisk's app_amd has 1500 (`greeting`)
 * for the speech alone; stretches here have 64 ms more at both ends, and names of two words are common.
 */
const LONGEST_GREETING_MS = 2000;
/** Shorter is a click or a breath, ms. */
const SHORTEST_GREETING_MS = 250;
/**
 * After an announcement only an answer to something counts: short, and after a pause in which somebody else spoke, ms. Machines
 * pause for less between their sentences.
 */
const PAUSE_FOR_A_TURN_MS = 2000;

/**
 * Tells from when somebody speaks, never from what they say, whether a person answered a call or a machine: people greet
 * shortly and wait, machines go on. Who greets at length is taken for a machine until they answer something. What was found
 * to be a person stays one.
 */
export class AnswerMeter {
  #answeredBy: AnsweredBy = 'NOBODY';
  /** Of what is being said, or was last: media times, ms. */
  #startMs = 0;
  #endMs = -Infinity;
  #speaking = false;
  #pauseBeforeMs = Infinity;
  /** Tones or music since then. */
  #tones = false;

  get answeredBy(): AnsweredBy {
    return this.#answeredBy;
  }

  /** Takes the next frame, of speech, by where it lies in the media time, ms. */
  addSpeech(startMs: number, endMs: number): void {
    this.#pausedUntil(startMs);
    if (!this.#speaking) {
      this.#speaking = true;
      this.#pauseBeforeMs = startMs - this.#endMs;
      this.#startMs = startMs;
    }
    this.#endMs = endMs;
    this.#tones = false;
    const long = endMs - this.#startMs > LONGEST_GREETING_MS;
    if (long && this.#answeredBy === 'NOBODY') this.#answeredBy = 'MACHINE';
  }

  /** Takes the next frame, without speech; and whether tones or music were heard. */
  addOther(endMs: number, toneOrMusic: boolean): void {
    this.#tones ||= toneOrMusic;
    this.#pausedUntil(endMs);
  }

  #pausedUntil(nowMs: number): void {
    if (!this.#speaking || nowMs - this.#endMs < ENDS_AFTER_MS) return;
    this.#speaking = false;
    // The beep after a greeting, or music that was taken for a voice.
    if (!this.#tones) this.#ended();
  }

  #ended(): void {
    const lengthMs = this.#endMs - this.#startMs;
    if (lengthMs < SHORTEST_GREETING_MS || lengthMs > LONGEST_GREETING_MS) return;
    if (this.#answeredBy === 'NOBODY' || this.#pauseBeforeMs >= PAUSE_FOR_A_TURN_MS)
      this.#answeredBy = 'PERSON';
  }
}

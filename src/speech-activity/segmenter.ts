/** What makes a stretch of frames speech. One frame is 32 ms, the chunk of the model. */
export interface SegmenterOptions {
  /** A stretch of speech opens at a frame of at least this probability. 0.5 is Silero's default. */
  readonly openAt: number;
  /** Within a stretch, a frame of at least this probability is speech. 0.35 is Silero's default: 0.15 below. */
  readonly stayAt: number;
  /** This many frames in a row below `stayAt` close a stretch: 96 ms, about the 100 ms of Silero. */
  readonly hangOverFrames: number;
  /**
   * Stretches with fewer frames, from the opening one to the last one of at least `stayAt`, are clicks, not speech. 96 ms
   * where Silero has 250 ms: short answers ("yes") are speech of the caller and count here.
   */
  readonly minimumSpeechFrames: number;
  /**
   * This many frames on either side of a stretch are taken with it: 64 ms, where Silero has 30 ms (less than a frame).
   * Less than `hangOverFrames`.
   */
  readonly paddingFrames: number;
}

/** The values that the shipped calibration was fitted with. */
export const DEFAULT_SEGMENTER_OPTIONS: SegmenterOptions = {
  openAt: 0.5,
  stayAt: 0.35,
  hangOverFrames: 3,
  minimumSpeechFrames: 3,
  paddingFrames: 2,
};

/**
 * Turns the probabilities of a stream's frames into a label a frame: speech or not. A label comes when no later frame can
 * change it, so it depends on the frames alone and not on how they arrive; at most `maximumDelayFrames` later. After the
 * hysteresis of Silero's VADIterator (utils_vad.py), with a minimum length and padding to both sides.
 */
export class SpeechSegmenter {
  /** Frames pushed, and frames labelled, so far. */
  #frames = 0;
  #labelled = 0;
  /** Where the open stretch began, and its last frame of speech; -1 when none is open. */
  #start = -1;
  #last = -1;

  constructor(private readonly options: SegmenterOptions = DEFAULT_SEGMENTER_OPTIONS) {}

  /** How many frames may wait for their label, the newest included. */
  get maximumDelayFrames(): number {
    const { paddingFrames, minimumSpeechFrames, hangOverFrames } = this.options;
    return paddingFrames + (minimumSpeechFrames - 1) + (hangOverFrames - 1);
  }

  /**
   * Takes the probability of the next frame, 0 to 1.
   * @returns the labels that this settles, of the oldest frames without one, in order; true is speech.
   */
  push(probability: number): readonly boolean[] {
    const { openAt, stayAt, hangOverFrames, paddingFrames } = this.options;
    const frame = this.#frames++;
    const labels: boolean[] = [];
    if (this.#start < 0 ? probability >= openAt : probability >= stayAt) {
      if (this.#start < 0) this.#start = frame;
      this.#last = frame;
    } else if (this.#start >= 0 && frame - this.#last >= hangOverFrames) {
      this.#start = -1;
    }
    if (this.#start < 0) {
      this.#label(labels, frame + 1 - paddingFrames, false);
    } else if (this.#last - this.#start + 1 >= this.options.minimumSpeechFrames) {
      this.#label(labels, this.#start - paddingFrames, false);
      this.#label(labels, Math.min(frame, this.#last + paddingFrames) + 1, true);
    }
    return labels;
  }

  /** Labels all frames that still wait; the next push begins another stream. */
  finish(): readonly boolean[] {
    const labels: boolean[] = [];
    // What was speech beyond doubt has its label already: the rest is silence, or a stretch that stayed too short.
    this.#label(labels, this.#frames, false);
    this.#frames = this.#labelled = 0;
    this.#start = this.#last = -1;
    return labels;
  }

  /** Labels the frames that have no label yet, up to but not including `end`. */
  #label(labels: boolean[], end: number, speech: boolean): void {
    for (; this.#labelled < end; this.#labelled++) labels.push(speech);
  }
}

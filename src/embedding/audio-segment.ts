import { Resampler, StreamDecoder, TelephoneLine } from '../audio/index.js';
import { SPEECH_RATE_HZ, TELEPHONE_RATE_HZ, type AudioFormat } from '../domain/audio.js';
import { VouchError } from '../errors.js';
import {
  SpeechSegmenter,
  speechMs,
  type SpeechActivityModel,
  type SpeechActivityState,
} from '../speech-activity/index.js';

/** Where audio comes from: the bytes of a stream, or samples at some rate that were decoded elsewhere. */
export type PipelineSource = AudioFormat | { readonly sampleRateHz: number };

/** A chunk that waits for its probability of speech. */
export interface SpeechFrame {
  /** What the model gets: a whole chunk, filled up with silence at the end of the audio. */
  readonly chunk: Float32Array;
  readonly state: SpeechActivityState;
  /** How much of the chunk is audio. */
  readonly samples: number;
}

/** A frame of which it is settled whether it is speech. */
export interface LabelledFrame {
  /** At 16 kHz. */
  readonly samples: Float32Array;
  readonly startMs: number;
  readonly probability: number;
  readonly speech: boolean;
}

/** Audio without a gap in it: from the bytes to frames, and from their probabilities to labels. */
export class AudioSegment {
  readonly #decoder: StreamDecoder | undefined;
  readonly #toTelephone: TelephoneLine;
  readonly #toSpeech = new Resampler(TELEPHONE_RATE_HZ, SPEECH_RATE_HZ);
  readonly #chunkSamples: number;
  readonly #state: SpeechActivityState;
  readonly #segmenter = new SpeechSegmenter();
  /** At 16 kHz, not yet in a frame. */
  #samples: Float32Array = new Float32Array(0);
  /** Frames without a label, oldest first, and the media time of the oldest. */
  readonly #unlabelled: { readonly samples: Float32Array; readonly probability: number }[] = [];
  #labelledMs: number;
  #ended = false;

  /**
   * @param startMs media time of the first sample.
   * @param wideband whether the source is known to hold wideband speech.
   */
  constructor(source: PipelineSource, activity: SpeechActivityModel, startMs: number, wideband: boolean) {
    this.#decoder = 'encoding' in source ? new StreamDecoder(source) : undefined;
    this.#toTelephone = new TelephoneLine(source.sampleRateHz, { wideband });
    this.#chunkSamples = activity.chunk.chunkSamples;
    this.#state = activity.start();
    this.#labelledMs = startMs;
  }

  /** No more audio will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether the source was found, or known, to hold wideband speech. */
  get wideband(): boolean {
    return this.#toTelephone.wideband;
  }

  /** Takes bytes of the source's format, or samples; returns how many samples, at the source's rate, they were. */
  decode(audio: Uint8Array | Float32Array): number {
    const samples = audio instanceof Float32Array ? audio : this.#decoder!.push(audio);
    // Into a new array with the rest, less than a frame: frames without a label are parts of the one before.
    this.#samples = this.#toSpeech.pushAfter(this.#samples, this.#toTelephone.push(samples));
    return samples.length;
  }

  /** Ends the audio; what is left of it comes with the next frames. AUDIO_INCOMPLETE when it ended within a sample. */
  end(): VouchError | undefined {
    this.#ended = true;
    this.#samples = this.#toSpeech.pushAfter(this.#samples, this.#toTelephone.finish());
    this.#samples = this.#toSpeech.finishAfter(this.#samples);
    try {
      this.#decoder?.finish();
      return undefined;
    } catch (error) {
      if (error instanceof VouchError) return error;
      throw error;
    }
  }

  /** The next frame; the one before must have its probability. After the end the last one may be shorter. */
  takeFrame(): SpeechFrame | undefined {
    const samples = Math.min(this.#chunkSamples, this.#samples.length);
    if (samples < (this.#ended ? 1 : this.#chunkSamples)) return undefined;
    let chunk = this.#samples.subarray(0, samples);
    this.#samples = this.#samples.subarray(samples);
    if (samples < this.#chunkSamples) {
      const filled = new Float32Array(this.#chunkSamples);
      filled.set(chunk);
      chunk = filled;
    }
    return { chunk, state: this.#state, samples };
  }

  /** Gives a frame its probability; returns the frames, this or earlier ones, whose label that settles. */
  accept(frame: SpeechFrame, probability: number): LabelledFrame[] {
    this.#unlabelled.push({ samples: frame.chunk.subarray(0, frame.samples), probability });
    return this.#label(this.#segmenter.push(probability));
  }

  /** The frames that still had no label, once there are no more frames to take. */
  finish(): LabelledFrame[] {
    return this.#label(this.#segmenter.finish());
  }

  #label(labels: readonly boolean[]): LabelledFrame[] {
    return labels.map((speech) => {
      const frame = { ...this.#unlabelled.shift()!, startMs: this.#labelledMs, speech };
      this.#labelledMs += speechMs(frame.samples.length);
      return frame;
    });
  }
}

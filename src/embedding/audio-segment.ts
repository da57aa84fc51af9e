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
  /** What the model gets: a whole chunk, filled up with silence at the end of the audio. The segment's own, until it decodes more. */
  readonly chunk: Float32Array;
  readonly state: SpeechActivityState;
  /** How much of the chunk is audio. */
  readonly samples: number;
}

/** A frame of which it is settled whether it is speech. */
export interface LabelledFrame {
  /** At 16 kHz; the segment's own, until it decodes more. */
  readonly samples: Float32Array;
  readonly startMs: number;
  readonly probability: number;
  readonly speech: boolean;
}

/** Room for so many frames beside those without a label: what comes in 200 ms, and a few, so that it is seldom moved. */
const ROOM_FRAMES = 12;

/** Audio without a gap in it: from the bytes to frames, and from their probabilities to labels. */
export class AudioSegment {
  readonly #decoder: StreamDecoder | undefined;
  readonly #toTelephone: TelephoneLine;
  readonly #toSpeech = new Resampler(TELEPHONE_RATE_HZ, SPEECH_RATE_HZ);
  readonly #chunkSamples: number;
  readonly #state: SpeechActivityState;
  readonly #segmenter = new SpeechSegmenter();
  /** What was decoded last. Its memory, and that of the audio, is used again: new arrays were most of the garbage of a worker. */
  #decoded = new Float32Array(0);
  /** At 16 kHz: the frames without a label, from `#oldest` on; from `#next` to `#end` what is in no frame yet. */
  #audio: Float32Array;
  #oldest = 0;
  #next = 0;
  #end = 0;
  /** Frames without a label, oldest first, and the media time of the oldest. */
  readonly #unlabelled: { readonly samples: number; readonly probability: number }[] = [];
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
    this.#audio = new Float32Array((this.#segmenter.maximumDelayFrames + ROOM_FRAMES) * this.#chunkSamples);
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
    const samples = audio instanceof Float32Array ? audio : this.#decode(audio);
    const onLine = this.#toTelephone.push(samples);
    this.#makeRoom(this.#toSpeech.owed(onLine.length));
    this.#end = this.#toSpeech.pushTo(this.#audio, this.#end, onLine);
    return samples.length;
  }

  /** Ends the audio; what is left of it comes with the next frames. AUDIO_INCOMPLETE when it ended within a sample. */
  end(): VouchError | undefined {
    this.#ended = true;
    for (const rest of [this.#toSpeech.push(this.#toTelephone.finish()), this.#toSpeech.finish()]) {
      this.#makeRoom(rest.length);
      this.#audio.set(rest, this.#end);
      this.#end += rest.length;
    }
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
    const samples = Math.min(this.#chunkSamples, this.#end - this.#next);
    if (samples < (this.#ended ? 1 : this.#chunkSamples)) return undefined;
    let chunk = this.#audio.subarray(this.#next, this.#next + samples);
    this.#next += samples;
    if (samples < this.#chunkSamples) {
      const filled = new Float32Array(this.#chunkSamples);
      filled.set(chunk);
      chunk = filled;
    }
    return { chunk, state: this.#state, samples };
  }

  /** Gives a frame its probability; returns the frames, this or earlier ones, whose label that settles. */
  accept({ samples }: SpeechFrame, probability: number): LabelledFrame[] {
    this.#unlabelled.push({ samples, probability });
    return this.#label(this.#segmenter.push(probability));
  }

  /** The frames that still had no label, once there are no more frames to take. */
  finish(): LabelledFrame[] {
    return this.#label(this.#segmenter.finish());
  }

  #label(labels: readonly boolean[]): LabelledFrame[] {
    return labels.map((speech) => {
      const { samples: length, probability } = this.#unlabelled.shift()!;
      const samples = this.#audio.subarray(this.#oldest, this.#oldest + length);
      const startMs = this.#labelledMs;
      this.#oldest += length;
      this.#labelledMs += speechMs(length);
      return { samples, startMs, probability, speech };
    });
  }

  #decode(bytes: Uint8Array): Float32Array {
    const frames = this.#decoder!.frames(bytes.length);
    if (this.#decoded.length < frames) this.#decoded = new Float32Array(frames);
    return this.#decoder!.push(bytes, this.#decoded);
  }

  /** Moves what is still needed to the beginning, or to more memory, when there is not room for so many samples. */
  #makeRoom(samples: number): void {
    if (this.#end + samples <= this.#audio.length) return;
    const needed = this.#end - this.#oldest + samples;
    if (needed <= this.#audio.length) {
      this.#audio.copyWithin(0, this.#oldest, this.#end);
    } else {
      const more = new Float32Array(2 * needed);
      more.set(this.#audio.subarray(this.#oldest, this.#end));
      this.#audio = more;
    }
    this.#next -= this.#oldest;
    this.#end -= this.#oldest;
    this.#oldest = 0;
  }
}

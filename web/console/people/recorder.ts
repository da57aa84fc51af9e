import workletUrl from './recorder-worklet.ts?worker&url';
import { SpeechEstimate } from './speech-estimate.js';
import { wave } from './wave.js';

/** A recording from this computer's microphone. It stays in the page until it is uploaded or let go. */
export class Recorder {
  readonly startedAt = new Date();
  readonly #blocks: Int16Array<ArrayBuffer>[] = [];
  readonly #estimate: SpeechEstimate;

  private constructor(
    private readonly context: AudioContext,
    private readonly stream: MediaStream,
    onHeard: (recorder: Recorder) => void,
  ) {
    this.#estimate = new SpeechEstimate(context.sampleRate);
    const node = new AudioWorkletNode(context, 'recorder', { numberOfOutputs: 0 });
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      this.#estimate.push(data);
      this.#blocks.push(Int16Array.from(data, (sample) => Math.max(-1, Math.min(1, sample)) * 32767));
      onHeard(this);
    };
    context.createMediaStreamSource(stream).connect(node);
  }

  /** Asks for the microphone and begins. Rejects with what the browser says. */
  static async start(onHeard: (recorder: Recorder) => void): Promise<Recorder> {
    // A voice as it is: what makes calls pleasant takes from a voice what tells it from others.
    const audio = {
      channelCount: 1,
      echoCancellation: false,
      noiseSuppression: false,
      autoGainControl: false,
    };
    const stream = await navigator.mediaDevices.getUserMedia({ audio });
    const context = new AudioContext();
    try {
      await context.audioWorklet.addModule(workletUrl);
      return new Recorder(context, stream, onHeard);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      await context.close();
      throw error;
    }
  }

  /** Level of the last block, dB relative to full scale, -100 to 0. */
  get levelDbfs(): number {
    return this.#estimate.levelDbfs;
  }

  /** Speech so far, ms, by loudness alone: the service measures it properly. */
  get speechMs(): number {
    return this.#estimate.speechMs;
  }

  /** Ends it: the microphone is let go, and the recording is a WAV file. */
  async stop(): Promise<Blob> {
    for (const track of this.stream.getTracks()) track.stop();
    await this.context.close();
    return wave(this.#blocks, this.context.sampleRate);
  }
}

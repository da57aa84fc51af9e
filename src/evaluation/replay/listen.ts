import type { Fingerprint } from '../../domain/speech.js';
import { CallPipeline, type SpeechModels } from '../../embedding/index.js';

/** The fingerprints of the windows of several recordings at 8 kHz, as the service finds them; nothing is embedded. */
export async function listen(
  models: SpeechModels,
  recordings: readonly Float32Array[],
): Promise<Fingerprint[][]> {
  const { windowSamples } = models.extractors[0]!;
  const running = recordings.map((samples) => {
    const pipeline = new CallPipeline({ sampleRateHz: 8000 }, models.activity, { windowSamples, spaces: [] });
    pipeline.enqueue({ kind: 'audio', audio: samples });
    pipeline.enqueue({ kind: 'finish' });
    return { pipeline, windows: [] as Fingerprint[] };
  });
  for (;;) {
    const frames = running.flatMap(({ pipeline }) => {
      const frame = pipeline.nextFrame();
      return frame ? [{ pipeline, frame }] : [];
    });
    for (const { pipeline, windows } of running) {
      for (let window = pipeline.takeWindow(); window; window = pipeline.takeWindow()) {
        windows.push(window.fingerprint);
      }
    }
    if (frames.length === 0) return running.map(({ windows }) => windows);
    const probabilities = await models.activity.run(
      frames.map(({ frame }) => frame.chunk),
      frames.map(({ frame }) => frame.state),
    );
    frames.forEach(({ pipeline, frame }, i) => {
      pipeline.accept(frame, probabilities[i]!);
    });
  }
}

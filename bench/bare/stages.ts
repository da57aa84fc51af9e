import { Resampler, StreamDecoder, TelephoneLine } from '../../src/audio/index.js';
import { CallPipeline, type SpeechModels } from '../../src/embedding/index.js';
import { FORMAT } from '../audio.js';
import { cpuOf } from '../statistics.js';

/** The front ends get 200 ms at a time, as from the main thread. */
const PIECE_BYTES = 1600;

/** CPU of what happens to the bytes of some calls before and between the graphs, ms in all. */
export async function pipelineCosts(models: SpeechModels, tracks: readonly Uint8Array[]) {
  const decoded: Float32Array[][] = [];
  const onLine: Float32Array[][] = [];
  const decoding = await cpuOf(() => {
    for (const track of tracks) {
      const decoder = new StreamDecoder(FORMAT);
      decoded.push(piecesOf(track).map((piece) => decoder.push(piece)));
    }
  });
  const telephoneLine = await cpuOf(() => {
    for (const pieces of decoded) {
      const line = new TelephoneLine(FORMAT.sampleRateHz);
      onLine.push(pieces.map((piece) => line.push(piece)));
    }
  });
  const doubling = await cpuOf(() => {
    for (const pieces of onLine) {
      const resampler = new Resampler(8000, 16_000);
      for (const piece of pieces) resampler.push(piece);
    }
  });
  const whole = await cpuOf(() => {
    for (const track of tracks) runPipeline(models, track);
  });
  return {
    decoding,
    telephoneLine,
    doubling,
    framesMeasuresAndWindows: Math.max(0, whole - decoding - telephoneLine - doubling),
  };
}

/** All of the pipeline but the graphs; two frames of five are speech, in stretches of a second. */
function runPipeline({ activity, extractors }: SpeechModels, track: Uint8Array): void {
  const { windowSamples } = extractors[0]!;
  const pipeline = new CallPipeline(FORMAT, activity, { windowSamples, spaces: ['campplus'] });
  let frames = 0;
  for (const audio of piecesOf(track)) {
    pipeline.enqueue({ kind: 'audio', audio });
    for (let frame = pipeline.nextFrame(); frame; frame = pipeline.nextFrame()) {
      pipeline.accept(frame, frames++ % 78 < 31 ? 0.9 : 0.1);
    }
    while (pipeline.takeWindow()) pipeline.progress();
  }
}

function piecesOf(track: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < track.length; at += PIECE_BYTES) pieces.push(track.slice(at, at + PIECE_BYTES));
  return pieces;
}

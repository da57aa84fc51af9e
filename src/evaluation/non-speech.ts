import type { OpenVoiceprint } from '../domain/voiceprint.js';
import type { SpeechModels } from '../embedding/index.js';
import { judgeCall, type CallTerms } from './call-judge.js';
import { embedAudio } from './embedding/index.js';
import { makeSounds, type Sound } from './sounds.js';

/** What came of playing what is not speech to the service. */
export interface NonSpeechResult {
  readonly sounds: number;
  readonly secondsEach: number;
  /** Calls: every sound against every voiceprint. */
  readonly tries: number;
  readonly accepts: number;
  /** Sounds of which any part was taken for speech. */
  readonly takenForSpeech: readonly string[];
  /** The highest LLR of any look; null when nothing was compared. */
  readonly highestLlr: number | null;
}

/** Runs at once through speech activity. */
const AT_ONCE = 16;

/**
 * Plays silence, noise, tones, DTMF and music through the service's pipeline and lets it decide about each voiceprint.
 * @param seconds of each sound.
 */
export async function tryNonSpeech(
  models: SpeechModels,
  voiceprints: readonly OpenVoiceprint[],
  terms: CallTerms,
  seconds: number,
  sounds: readonly Sound[] = makeSounds(seconds),
): Promise<NonSpeechResult> {
  const taken: string[] = [];
  let accepts = 0;
  let highestLlr = -Infinity;
  for (let at = 0; at < sounds.length; at += AT_ONCE) {
    const batch = sounds.slice(at, at + AT_ONCE);
    const windowSamples = models.extractors[0]!.windowSamples;
    const embedded = await embedAudio(
      models,
      windowSamples,
      batch.map(({ samples }) => samples),
      () => [],
    );
    embedded.forEach(({ windows }, i) => {
      if (windows.length > 0) taken.push(batch[i]!.name);
      for (const voiceprint of voiceprints) {
        const outcome = judgeCall(windows, [[voiceprint]], terms);
        if (outcome.accepted) accepts++;
        highestLlr = Math.max(highestLlr, outcome.highestLlr);
      }
    });
  }
  return {
    sounds: sounds.length,
    secondsEach: seconds,
    tries: sounds.length * voiceprints.length,
    accepts,
    takenForSpeech: taken,
    highestLlr: Number.isFinite(highestLlr) ? highestLlr : null,
  };
}

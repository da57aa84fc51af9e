import type { EmbeddingSpace, SpeechWindow } from '../domain/speech.js';
import type { EnrolmentSpeech } from '../enrolment/index.js';
import { consistency, pool } from '../scoring/index.js';

/**
 * What is to be enrolled: windows of one person, pooled, with all that the rules of enrolment ask for.
 *
 * @param spokenFrom when the earliest of them was spoken
 * @param codec of the source, for example `mulaw`
 */
export function enrolmentSpeech(
  windows: readonly SpeechWindow[],
  spaces: readonly EmbeddingSpace[],
  spokenFrom: Date,
  codec: string,
): EnrolmentSpeech {
  const { vectors, netSpeechMs, quality } = pool(windows);
  return {
    vectors: spaces.flatMap((space) => {
      const vector = vectors[space.id];
      return vector ? [{ space, vector }] : [];
    }),
    spokenFrom,
    netSpeechMs: Math.round(netSpeechMs),
    quality,
    codec,
    consistency: consistency(windows),
  };
}

import type { EmbeddingSpace, SpeechWindow } from '../domain/speech.js';
import type { EnrolmentSpeech, PartialSpeech } from '../enrolment/index.js';
import { packFingerprint } from '../replay/index.js';
import { compareBest, consistency, pool, type Calibration } from '../scoring/index.js';

/** When speech counts as that of a voiceprint. */
export interface AlikeTerms {
  readonly calibration: Calibration;
  /** Over all the voiceprints that it is compared with together. */
  readonly targetFalseMatchRate: number;
}

/**
 * What is to be enrolled: windows of one person, pooled, with all that the rules of enrolment ask for.
 *
 * @param spokenFrom when the earliest of them was spoken
 * @param codec of the source, for example `mulaw`
 * @param terms at which error rate it is taken to be that of a voiceprint, and by which calibration
 */
export function enrolmentSpeech(
  windows: readonly SpeechWindow[],
  spaces: readonly EmbeddingSpace[],
  spokenFrom: Date,
  codec: string,
  terms: AlikeTerms,
): EnrolmentSpeech {
  const pooled = pool(windows);
  const { vectors, netSpeechMs, quality } = pooled;
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
    fingerprint: packFingerprint(windows.flatMap(({ fingerprint }) => fingerprint ?? [])),
    findAlike: finderOf(pooled, terms),
  };
}

/** Tells which of some voiceprints speech sounds like. */
function finderOf(
  speech: ReturnType<typeof pool>,
  { calibration, targetFalseMatchRate }: AlikeTerms,
): EnrolmentSpeech['findAlike'] {
  return (voiceprints) => {
    const best = compareBest(speech, voiceprints, calibration);
    if (!best) return undefined;
    const threshold = best.map.acceptThreshold(targetFalseMatchRate, voiceprints.length);
    return best.llr >= threshold.llr ? best.voiceprint : undefined;
  };
}

/**
 * Speech of one person from several calls, brought together as the windows of one call are. How much each sounds like one
 * person is each call's own: telephones and days make one voice sound less like itself than the windows of one call.
 *
 * @param parts at least one; of the same spaces
 */
export function addUp(
  parts: readonly [PartialSpeech, ...PartialSpeech[]],
  terms: AlikeTerms,
): EnrolmentSpeech {
  const [latest] = parts;
  const windows = parts.map(({ vectors, netSpeechMs, quality }, index) => ({
    index,
    vectors: Object.fromEntries(vectors.map(({ space, vector }) => [space.id, vector])),
    netSpeechMs,
    quality,
    startMs: 0,
    endMs: 0,
  }));
  const pooled = pool(windows);
  return {
    vectors: latest.vectors.flatMap(({ space }) => {
      const vector = pooled.vectors[space.id];
      return vector ? [{ space, vector }] : [];
    }),
    spokenFrom: new Date(Math.min(...parts.map((part) => part.spokenFrom.getTime()))),
    netSpeechMs: Math.round(pooled.netSpeechMs),
    quality: {
      ...pooled.quality,
      otherVoiceShare: most(parts.map(({ quality }) => quality.otherVoiceShare)),
    },
    codec: latest.codec,
    consistency: Math.min(...parts.map((part) => part.consistency)),
    findAlike: finderOf(pooled, terms),
  };
}

/** Null where none is known. */
function most(shares: readonly (number | null)[]): number | null {
  const known = shares.filter((share) => share !== null);
  return known.length === 0 ? null : Math.max(...known);
}

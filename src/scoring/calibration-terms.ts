import type { SpeechQuality } from '../domain/speech.js';

/** The terms whose weighted sum is the LLR. */
export const CALIBRATION_TERMS = [
  'bias',
  'score',
  'lnNetSpeech',
  'scoreTimesLnNetSpeech',
  'snr',
  'scoreTimesSnr',
  'snrTimesLnNetSpeech',
  'embeddingLength',
  'scoreTimesEmbeddingLength',
  'embeddingLengthTimesLnNetSpeech',
  'secondScore',
  'levelSpread',
  'secondScoreTimesLevelSpread',
  'bandContrast',
  'scoreTimesBandContrast',
  'secondScoreTimesBandContrast',
  'bandContrastTimesLnNetSpeech',
  'slowDecay',
] as const;
export type CalibrationTerm = (typeof CALIBRATION_TERMS)[number];

export interface Range {
  readonly min: number;
  readonly max: number;
}

/** Between which values each measure counts. */
export interface CalibrationLimits {
  readonly netSpeechSeconds: Range;
  readonly snrDb: Range;
  readonly embeddingLength: Range;
  readonly levelSpreadDb: Range;
  readonly bandContrastDb: Range;
  readonly slowDecayDb: Range;
}

/** The measures of the audio that the LLR depends on; it is linear in each. */
export const CALIBRATION_MEASURES = [
  'snrDb',
  'embeddingLength',
  'levelSpreadDb',
  'bandContrastDb',
  'slowDecayDb',
] as const satisfies readonly (keyof SpeechQuality & keyof CalibrationLimits)[];
export type CalibrationMeasure = (typeof CALIBRATION_MEASURES)[number];

const SHARE: Range = { min: 0, max: 1 };

/** What is known of one comparison. */
export interface CalibrationInput {
  /** Cosine, -1 to 1. */
  readonly score: number;
  /** Cosine in the second space; null where there is none. */
  readonly secondScore: number | null;
  /** Net speech behind the scores, above 0. */
  readonly netSpeechMs: number;
  readonly quality: SpeechQuality;
}

/**
 * The terms of one comparison: the score and the second score, alone and with what says how far they can be trusted.
 * Length and quality as side information: Mandasari, Saeidi, McLaren, van Leeuwen, "Quality measure functions for
 * calibration of speaker recognition systems in various duration conditions" (2013). The length of the embedding
 * as a measure of quality: Kuzmin, Fedorov, Sholokhov, "Magnitude-aware probabilistic speaker embeddings" (2022). The
 * spread of the levels tells where the second space helps (a quiet line) from where it harms (noise, reverberation), the
 * contrast of the bands how much of the sound is voice alone, and a slow decay tells a room from noise; all found by trying
 * (docs/decisions/0010-what-was-learnt-of-accuracy.md). SNR and embedding length count in tens, the others from 0 to 1. What is
 * not known is taken as the least: a fit gives its terms no weight, and `leastEvidence` tries all that it could be.
 */
export function calibrationTerms(
  { score, secondScore, netSpeechMs, quality }: CalibrationInput,
  limits: CalibrationLimits,
): Record<CalibrationTerm, number> {
  const lnNetSpeech = Math.log(clamp(netSpeechMs / 1000, limits.netSpeechSeconds));
  const snr = clamp(quality.snrDb ?? limits.snrDb.min, limits.snrDb) / 10;
  const { embeddingLength: lengths } = limits;
  const length = clamp(quality.embeddingLength ?? lengths.min, lengths) / 10;
  const second = secondScore ?? 0;
  const levelSpread = secondScore === null ? 0 : shareOf(quality.levelSpreadDb, limits.levelSpreadDb);
  const bandContrast = shareOf(quality.bandContrastDb, limits.bandContrastDb);
  return {
    bias: 1,
    score,
    lnNetSpeech,
    scoreTimesLnNetSpeech: score * lnNetSpeech,
    snr,
    scoreTimesSnr: score * snr,
    snrTimesLnNetSpeech: snr * lnNetSpeech,
    embeddingLength: length,
    scoreTimesEmbeddingLength: score * length,
    embeddingLengthTimesLnNetSpeech: length * lnNetSpeech,
    secondScore: second,
    levelSpread,
    secondScoreTimesLevelSpread: second * levelSpread,
    bandContrast,
    scoreTimesBandContrast: score * bandContrast,
    secondScoreTimesBandContrast: second * bandContrast,
    bandContrastTimesLnNetSpeech: bandContrast * lnNetSpeech,
    slowDecay: shareOf(quality.slowDecayDb, limits.slowDecayDb),
  };
}

/** How far within its limits a measure lies, 0 to 1; not known is taken as the least. */
function shareOf(value: number | null, limits: Range): number {
  return (clamp(value ?? limits.min, limits) - limits.min) / (limits.max - limits.min);
}

/**
 * The LLR, not yet bounded. Where measures are not known it is the least that the audio says, for or against, whatever they
 * were, and 0 where it could say either: neither an acceptance nor a rejection rests on what nobody measured. The LLR is
 * linear in each measure, so that the extremes are at the limits.
 */
export function leastEvidence(
  { weights, limits }: MapOfTerms,
  { quality: measured, ...input }: CalibrationInput,
): number {
  let qualities = [measured];
  for (const measure of CALIBRATION_MEASURES) {
    if (measured[measure] !== null) continue;
    const { min, max } = limits[measure];
    qualities = qualities.flatMap((quality) => [
      { ...quality, [measure]: min },
      { ...quality, [measure]: max },
    ]);
  }
  const sums = qualities.map((quality) =>
    weightedSum(weights, calibrationTerms({ ...input, quality }, limits)),
  );
  return clamp(0, { min: Math.min(...sums), max: Math.max(...sums) });
}

interface MapOfTerms {
  readonly weights: Readonly<Record<CalibrationTerm, number>>;
  readonly limits: CalibrationLimits;
}

/** The weighted sum of the terms. */
export function weightedSum(
  weights: Readonly<Record<CalibrationTerm, number>>,
  terms: Readonly<Record<CalibrationTerm, number>>,
): number {
  return CALIBRATION_TERMS.reduce((sum, term) => sum + weights[term] * terms[term], 0);
}

/**
 * By how much the LLR grows with a score, at least, within the limits: it is linear in each of the measures, so the least is
 * at a corner. Of the second score as well, where it counts.
 */
export function leastSlope({
  weights,
  limits,
  secondSpace,
}: MapOfTerms & { readonly secondSpace: string | null }): number {
  const least = (weight: number, { min, max }: Range) => Math.min(weight * min, weight * max);
  const { netSpeechSeconds, snrDb, embeddingLength } = limits;
  const slope =
    weights.score +
    least(weights.scoreTimesLnNetSpeech, {
      min: Math.log(netSpeechSeconds.min),
      max: Math.log(netSpeechSeconds.max),
    }) +
    least(weights.scoreTimesSnr / 10, snrDb) +
    least(weights.scoreTimesEmbeddingLength / 10, embeddingLength) +
    least(weights.scoreTimesBandContrast, SHARE);
  if (secondSpace === null) return slope;
  return Math.min(
    slope,
    weights.secondScore +
      least(weights.secondScoreTimesLevelSpread, SHARE) +
      least(weights.secondScoreTimesBandContrast, SHARE),
  );
}

export function clamp(value: number, { min, max }: Range): number {
  return Math.min(max, Math.max(min, value));
}

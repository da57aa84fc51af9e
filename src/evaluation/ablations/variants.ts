import { cosine, normalise, pool, type PooledSpeech } from '../../scoring/index.js';
import type { EnrolledSpeaker, SpeechTest } from '../speech-tests.js';

/** What a way of scoring may use. */
export interface VariantContext {
  /** Embeddings of people who are in no trial, for normalisation; empty where there are none. */
  readonly cohort: readonly Float32Array[];
  /** The same speakers enrolled through other channels. */
  readonly otherChannels: readonly (readonly EnrolledSpeaker[])[];
}

/** A way of scoring a test against a voiceprint; undefined where it does not apply. */
export interface Variant {
  readonly name: string;
  score(test: SpeechTest, enrolled: EnrolledSpeaker, context: VariantContext): number | undefined;
}

const PRIMARY = 'campplus';
const SECOND = 'ge2e';

function vectorOf({ vectors }: Pick<PooledSpeech, 'vectors'>, space = PRIMARY): Float32Array | undefined {
  return vectors[space];
}

function compare(a: Float32Array | undefined, b: Float32Array | undefined): number | undefined {
  return a && b ? cosine(a, b) : undefined;
}

function inSpace(test: SpeechTest, { voiceprint }: EnrolledSpeaker, space: string): number | undefined {
  return compare(vectorOf(test.pooled, space), vectorOf(voiceprint, space));
}

/** Both cosines, the second one with a weight. */
function fused(weight: number): Variant {
  return {
    name: `with ge2e, weight ${weight}`,
    score: (test, enrolled) => {
      const first = inSpace(test, enrolled, PRIMARY);
      const second = inSpace(test, enrolled, SECOND);
      return first === undefined || second === undefined ? undefined : first + weight * second;
    },
  };
}

/** Leaves out the window that agrees least with the others, where there are three or more. */
function trimmed(test: SpeechTest): Float32Array | undefined {
  if (test.windows.length < 3) return vectorOf(test.pooled);
  const mean = vectorOf(test.pooled)!;
  const agreement = test.windows.map((window) => cosine(window.vectors[PRIMARY]!, mean));
  const worst = agreement.indexOf(Math.min(...agreement));
  return vectorOf(pool(test.windows.filter((_, i) => i !== worst)));
}

/** Windows weighted by their SNR besides their length. */
function weightedBySnr(test: SpeechTest): Float32Array | undefined {
  const weighted = test.windows.map((window) => ({
    ...window,
    netSpeechMs: window.netSpeechMs * Math.min(30, Math.max(5, window.quality.snrDb ?? 5)),
  }));
  return vectorOf(pool(weighted));
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) vector.forEach((value, i) => (mean[i]! += value / vectors.length));
  return mean;
}

function minusMean(share: number): Variant {
  return {
    name: `cohort mean subtracted, ${100 * share} %`,
    score: (test, { voiceprint }, { cohort }) => {
      const a = vectorOf(test.pooled);
      const b = vectorOf(voiceprint);
      if (!a || !b || cohort.length === 0) return undefined;
      const mean = meanOf(cohort);
      const without = (vector: Float32Array) => normalise(vector.map((value, i) => value - share * mean[i]!));
      return cosine(without(a), without(b));
    },
  };
}

const topScores = new WeakMap<Float32Array, Map<number, { mean: number; spread: number }>>();

/** Mean and spread of the highest cosines with the cohort; kept, since each vector comes in many trials. */
function topOf(vector: Float32Array, cohort: readonly Float32Array[], most: number) {
  const known = topScores.get(vector) ?? new Map<number, { mean: number; spread: number }>();
  topScores.set(vector, known);
  const found = known.get(most);
  if (found) return found;
  const scores = cohort
    .map((each) => cosine(vector, each))
    .sort((a, b) => b - a)
    .slice(0, most);
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const spread = Math.sqrt(scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length);
  known.set(most, { mean, spread });
  return { mean, spread };
}

/** Adaptive s-norm: Matějka et al., "Analysis of score normalization in multilingual speaker recognition" (2017). */
function sNorm(most: number): Variant {
  return {
    name: `adaptive s-norm, top ${most}`,
    score: (test, { voiceprint }, { cohort }) => {
      const a = vectorOf(test.pooled);
      const b = vectorOf(voiceprint);
      if (!a || !b || cohort.length < most) return undefined;
      const score = cosine(a, b);
      const sides = [topOf(a, cohort, most), topOf(b, cohort, most)];
      return sides.reduce((sum, { mean, spread }) => sum + (score - mean) / spread / 2, 0);
    },
  };
}

function severalVoiceprints(name: string, combine: (scores: readonly number[]) => number): Variant {
  return {
    name: `three voiceprints (channels), ${name}`,
    score: (test, enrolled, { otherChannels }) => {
      const others = otherChannels.map((channel) =>
        channel.find(({ speaker }) => speaker === enrolled.speaker),
      );
      const scores = [enrolled, ...others].flatMap((each) =>
        each ? (inSpace(test, each, PRIMARY) ?? []) : [],
      );
      return scores.length === otherChannels.length + 1 ? combine(scores) : undefined;
    },
  };
}

/** What is compared with the rest: windows pooled, one space, plain cosine. */
export const PLAIN: Variant = {
  name: 'windows of 2.995 s pooled, int8',
  score: (test, enrolled) => inSpace(test, enrolled, PRIMARY),
};

/** Everything that the cache of the service's own pipeline allows. */
export const VARIANTS: readonly Variant[] = [
  PLAIN,
  {
    name: 'one embedding of the whole test',
    score: ({ whole }, enrolled) =>
      compare(whole && vectorOf(whole), enrolled.whole && vectorOf(enrolled.whole)),
  },
  {
    name: 'without the worst window',
    score: (test, { voiceprint }) => compare(trimmed(test), vectorOf(voiceprint)),
  },
  {
    name: 'windows weighted by SNR',
    score: (test, { voiceprint }) => compare(weightedBySnr(test), vectorOf(voiceprint)),
  },
  minusMean(0.5),
  minusMean(1),
  sNorm(20),
  sNorm(50),
  { name: 'ge2e alone', score: (test, enrolled) => inSpace(test, enrolled, SECOND) },
  fused(0.25),
  fused(0.5),
  fused(1),
  severalVoiceprints('best', (scores) => Math.max(...scores)),
  severalVoiceprints('mean', (scores) => scores.reduce((sum, score) => sum + score, 0) / scores.length),
];

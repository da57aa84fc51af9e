/** Fewer windows agree or disagree by chance: of pairs of clean ones 5 % would pass for two voices, of threes 2 %. */
const LEAST_WINDOWS = 3;
/**
 * Mean cosine between windows of about 3 s in CAM++: of one voice 0.71 to 0.78 (medians over telephone lines, codecs, noise
 * down to 5 dB and rooms, five corpora), of two voices about 0.35.
 */
const ONE_VOICE = 0.75;
const TWO_VOICES = 0.35;

/**
 * Estimates how much of some speech is another voice's from how much its windows agree. Where a share p of them is another's,
 * 2 p (1 - p) of the pairs hold both voices and agree less: solved for p, at most 0.5. A window in which two speak at once
 * agrees with the others about half as much less, by who is the louder in it.
 * @param sum of the windows' L2-normalised vectors, each times its weight.
 * @param weights sum of the weights, and `squares` that of their squares.
 * @returns 0 to 0.5; null for fewer than three windows.
 */
export function otherVoiceShare(
  sum: Float32Array,
  weights: number,
  squares: number,
  windows: number,
): number | null {
  if (windows < LEAST_WINDOWS) return null;
  let energy = 0;
  for (const value of sum) energy += value * value;
  // |sum|^2 holds every pair twice and each window once with itself.
  const agreement = (energy - squares) / (weights ** 2 - squares);
  const mixedPairs = Math.min(0.5, Math.max(0, (ONE_VOICE - agreement) / (ONE_VOICE - TWO_VOICES)));
  return (1 - Math.sqrt(1 - 2 * mixedPairs)) / 2;
}

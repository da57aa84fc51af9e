import type { Role } from '../domain/principal.js';

/** What a comparison came to; the last three are absent where only progress is told. */
interface Scores {
  /** 0 to 100. */
  readonly confidence: number | null;
  readonly score?: number | null;
  readonly secondScore?: number | null;
  readonly llr?: number | null;
}

type ShownScores = { -readonly [Name in keyof Scores]?: number };

/** A tenth is what the platform needs to route by, and too little to tell whether one more try came nearer. */
const PLATFORM_STEP = 10;

/**
 * The scores that a role may see. Exact ones let whoever brings the audio climb towards an accept, try after try, so they are
 * for those who answer for the service or decide disputes. Whoever brings the audio (a platform) sees the confidence in tens,
 * rounded down; agents act on the decision and see its band alone. Where a speaker is tried again and again, or claims come
 * again and again from one place, nobody sees more than a platform does.
 */
export function shownScores(scores: Scores, role: Role, manyAttempts = false): ShownScores {
  const { confidence } = scores;
  if (role === 'AGENT' || confidence === null) return {};
  if (role === 'TELEPHONY' || manyAttempts)
    return { confidence: Math.floor(confidence / PLATFORM_STEP) * PLATFORM_STEP };
  const shown: ShownScores = { confidence };
  for (const name of ['score', 'secondScore', 'llr'] as const) {
    const value = scores[name];
    if (typeof value === 'number') shown[name] = value;
  }
  return shown;
}

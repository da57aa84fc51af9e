import { judge, SPEAKER_CHANGE_DEFAULTS, SpeakerChangeDetector } from '../decision/index.js';
import type { DecisionKind } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';
import type { SpeechWindow } from '../domain/speech.js';
import type { OpenVoiceprint } from '../domain/voiceprint.js';
import { compareBest, Pool, type Calibration } from '../scoring/index.js';

/** What a call came to. */
export interface CallOutcome {
  /** Whether any claim was accepted at any moment, even if that was withdrawn later. */
  readonly accepted: boolean;
  /** Whether any was rejected. */
  readonly rejected: boolean;
  /** Net speech at the first acceptance, and at the first decision either way, ms; null without. */
  readonly acceptedAtMs: number | null;
  readonly decidedAtMs: number | null;
  /** Net speech at each alarm that the speaker changed, ms. */
  readonly changesMs: readonly number[];
  /** The highest LLR of any claim at any look that could have accepted it; -Infinity without such a look. */
  readonly highestLlr: number;
}

/** What decides: the same for every call. */
export interface CallTerms {
  readonly calibration: Calibration;
  readonly policy: Policy;
}

/**
 * Looks after each window and once more at the end, with the parts that decide live calls, in the same order as
 * session/assessment.ts (which cannot be used itself: it compares nobody without a recorded consent); a test holds the two
 * to the same outcomes. A claim that is decided stays so until the speaker changes. Windows have all spaces throughout, where
 * a live call that was decided goes on with one: what is thought of who comes after a change may differ by that.
 * @param claims the voiceprints of each claimed speaker.
 */
export function judgeCall(
  windows: readonly SpeechWindow[],
  claims: readonly (readonly OpenVoiceprint[])[],
  { calibration, policy }: CallTerms,
): CallOutcome {
  const comparisons = claims.reduce((sum, voiceprints) => sum + voiceprints.length, 0);
  const space = calibration.primarySpace;
  const detector = new SpeakerChangeDetector({ space, ...SPEAKER_CHANGE_DEFAULTS });
  const settled = new Map<number, DecisionKind>();
  const decidedMs: Record<'ACCEPT' | 'REJECT', number | null> = { ACCEPT: null, REJECT: null };
  const changesMs: number[] = [];
  let evidence = new Pool();
  let heardMs = 0;
  let highestLlr = -Infinity;
  const look = (ended: boolean): void => {
    const speech = evidence.take();
    claims.forEach((voiceprints, i) => {
      const compared = compareBest(speech, voiceprints, calibration);
      if (speech.netSpeechMs >= policy.minimumNetSpeechMs) {
        highestLlr = Math.max(highestLlr, compared?.llr ?? -Infinity);
      }
      if (settled.has(i)) return;
      const { kind, finality } = judge(
        {
          llr: compared?.llr ?? null,
          llrClipped: compared?.llrClipped ?? false,
          netSpeechMs: speech.netSpeechMs,
          quality: speech.quality,
          ended,
        },
        policy,
        compared?.map.acceptThreshold(policy.targetFalseMatchRate, comparisons).llr ?? Infinity,
      );
      if (finality === 'FINAL') settled.set(i, kind);
      if (isDecision(kind)) decidedMs[kind] ??= heardMs;
    });
  };
  // Once a claim was accepted, its own voiceprints alone speak for the caller.
  const known = (): Float32Array[] => {
    const accepted = claims.filter((_, i) => settled.get(i) === 'ACCEPT');
    const claimed = accepted.length > 0 ? accepted : claims;
    return claimed.flat().flatMap((voiceprint) => voiceprint.vectors[space] ?? []);
  };
  for (const window of windows) {
    heardMs += window.netSpeechMs;
    const changed = detector.push(window, known());
    if (changed) {
      changesMs.push(heardMs);
      evidence = new Pool();
      settled.clear();
    }
    for (const each of changed ?? [window]) evidence.add(each);
    look(false);
  }
  look(true);
  const times = Object.values(decidedMs).filter((ms) => ms !== null);
  return {
    accepted: decidedMs.ACCEPT !== null,
    rejected: decidedMs.REJECT !== null,
    acceptedAtMs: decidedMs.ACCEPT,
    decidedAtMs: times.length > 0 ? Math.min(...times) : null,
    changesMs,
    highestLlr,
  };
}

function isDecision(kind: DecisionKind): kind is 'ACCEPT' | 'REJECT' {
  return kind === 'ACCEPT' || kind === 'REJECT';
}

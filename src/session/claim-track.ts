import type { ClaimMethod } from '../domain/call.js';
import type { ClaimResult, DecisionKind, Finality, ReasonCode } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';
import type { SpeechWindow } from '../domain/speech.js';
import { doubtSuspected, isRefused, judge, type AudioRisks, type JudgedClaim } from '../decision/index.js';
import { compareBest, Pool, type Calibration, type Comparison } from '../scoring/index.js';
import { groundOf } from './ground.js';
import type { ClaimDossier } from './ports.js';

/** What one look at a claim needs besides the claim. */
export interface Look {
  readonly policy: Policy;
  readonly calibration: Calibration;
  /** Voiceprints that are compared in the whole call. */
  readonly comparisons: number;
  readonly ended: boolean;
  /** Why nothing may be compared now; null where nothing stands against it. */
  readonly withheld: ReasonCode | null;
  /** What was found of the audio itself. */
  readonly risks: AudioRisks;
}

/** One claim through a call: its ground, the speech that may count for it, and what was found. */
export class ClaimTrack {
  #dossier: ClaimDossier;
  #pool = new Pool();
  #groundSinceMs: number;
  #settled: JudgedClaim | undefined;
  #lost: ReasonCode | undefined;
  /** What would be accepted is not: it is a recording, or synthetic. */
  #refused = false;

  constructor(
    readonly claimNumber: number,
    readonly speakerId: string,
    readonly method: ClaimMethod | null,
    dossier: ClaimDossier,
    groundSinceMs: number,
  ) {
    this.#dossier = dossier;
    this.#groundSinceMs = groundSinceMs;
  }

  get dossier(): ClaimDossier {
    return this.#dossier;
  }

  /** Whether the caller's speech may be embedded for this claim. */
  get hasGround(): boolean {
    return this.#dossier.grant !== null;
  }

  get voiceprintCount(): number {
    return this.#dossier.voiceprints.length;
  }

  /** Whether what was found stays, whatever more is said: accepted, rejected, or all the speech heard that may be. */
  get decided(): boolean {
    return this.#settled !== undefined;
  }

  /** Whether the caller was accepted as this speaker, and nothing has changed since. */
  get accepted(): boolean {
    return this.#settled?.result.kind === 'ACCEPT' && !this.#refused;
  }

  /**
   * Takes what is now known of the speaker. Speech from before a new ground never counts; a lost ground throws away what
   * was pooled. Returns whether the ground came or went.
   */
  update(dossier: ClaimDossier, nowMs: number): 'GAINED' | 'LOST' | 'SAME' {
    const before = groundOf(this.#dossier)?.key;
    const now = groundOf(dossier)?.key;
    this.#dossier = dossier;
    this.#settled = undefined;
    // Taken back and given anew between two looks is another ground, from now on.
    if (before === now) return 'SAME';
    this.reset();
    if (now === undefined) {
      this.#lost = 'CONSENT_WITHDRAWN';
      return 'LOST';
    }
    this.#lost = undefined;
    this.#groundSinceMs = nowMs;
    return 'GAINED';
  }

  /** Whether a window was spoken under this claim's ground. */
  counts(window: Pick<SpeechWindow, 'startMs'>): boolean {
    return this.hasGround && window.startMs >= this.#groundSinceMs;
  }

  /** Adds a window, if it counts. */
  add(window: SpeechWindow): void {
    if (this.counts(window)) this.#pool.add(window);
  }

  /** Adds windows that an earlier stream heard under this claim's ground. */
  addEarlier(windows: readonly SpeechWindow[]): void {
    for (const window of windows) this.#pool.add(window);
  }

  /** The evidence starts again. */
  reset(): void {
    this.#pool = new Pool();
    this.#settled = undefined;
  }

  /** What stands for this claim now. Once accepted, rejected or exhausted it stays, until a reset or an update. */
  look(look: Look): JudgedClaim {
    const { risks, policy } = look;
    this.#refused = isRefused(risks, policy);
    return doubtSuspected(this.#look(look), risks, policy);
  }

  #look(look: Look): JudgedClaim {
    if (this.#settled && look.withheld === null) return this.#settled;
    const standing = this.#standing(look);
    if (standing) return standing;
    const speech = this.#pool.take();
    const comparison = compareBest(speech, this.#dossier.voiceprints, look.calibration);
    const threshold = comparison?.map.acceptThreshold(look.policy.targetFalseMatchRate, look.comparisons);
    const verdict = judge(
      {
        llr: comparison?.llr ?? null,
        llrClipped: comparison?.llrClipped ?? false,
        netSpeechMs: speech.netSpeechMs,
        quality: speech.quality,
        ended: look.ended,
      },
      look.policy,
      threshold?.llr ?? Infinity,
    );
    const judged = {
      result: this.#result(verdict.kind, verdict.reasons, comparison, speech),
      finality: verdict.finality,
      statedFalseMatchRate: threshold?.measured ?? null,
    };
    if (verdict.finality === 'FINAL') this.#settled = judged;
    return judged;
  }

  /** Why there is nothing to compare, where that is so. */
  #standing(look: Look): JudgedClaim | undefined {
    const finality: Finality = look.ended ? 'FINAL' : 'PROVISIONAL';
    const { optedOut, known, reasons: against, voiceprints, pending, ofOtherModel, expired } = this.#dossier;
    const lost: ReasonCode[] = this.#lost ? [this.#lost] : [];
    const is = (kind: DecisionKind, reasons: ReasonCode[]): JudgedClaim => ({
      result: this.#result(kind, reasons, undefined, undefined),
      finality,
      statedFalseMatchRate: null,
    });
    if (optedOut) return is('SPEAKER_OPTED_OUT', lost);
    if (!this.hasGround) {
      const kind = known || against.length > 0 ? 'CONSENT_MISSING' : 'SPEAKER_NOT_ENROLLED';
      // Why a grant does not count says more than that it was lost.
      const lapsed = against.some((reason) => reason !== 'DO_NOT_ASK');
      return is(kind, lapsed ? [...against] : [...lost, ...against]);
    }
    if (look.withheld !== null) return is('INCONCLUSIVE', [look.withheld]);
    if (voiceprints.length > 0) return undefined;
    if (expired > 0) return is('SPEAKER_EXPIRED', []);
    const reasons: ReasonCode[] = [];
    if (pending > 0) reasons.push('VOICEPRINT_PENDING');
    if (ofOtherModel > 0) reasons.push('VOICEPRINT_OF_OTHER_MODEL');
    return is('SPEAKER_NOT_ENROLLED', reasons);
  }

  #result(
    kind: DecisionKind,
    reasons: readonly ReasonCode[],
    comparison: Comparison | undefined,
    speech: NonNullable<ClaimResult['speech']> | undefined,
  ): ClaimResult {
    return {
      claimNumber: this.claimNumber,
      speakerId: this.speakerId,
      kind,
      consentEventId: this.#dossier.grant?.eventId ?? '',
      voiceprintId: comparison?.voiceprint.voiceprintId ?? '',
      voiceprintVersion: comparison?.voiceprint.version ?? 0,
      voiceprintLabel: comparison?.voiceprint.label ?? '',
      confidence: comparison?.confidence ?? null,
      score: comparison?.score ?? null,
      secondScore: comparison?.secondScore ?? null,
      llr: comparison?.llr ?? null,
      llrClipped: comparison?.llrClipped ?? false,
      speech: comparison && speech ? { netSpeechMs: speech.netSpeechMs, quality: speech.quality } : null,
      reasons,
    };
  }
}

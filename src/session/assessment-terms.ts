import type { TransactionRisk } from '../domain/call.js';
import type { Clock } from '../domain/clock.js';
import type { ArtefactReference, CalibrationFit, ReasonCode } from '../domain/decision.js';
import type { Policy } from '../domain/policy.js';
import type { Countermeasure, EmbeddingSpace } from '../domain/speech.js';
import type { Calibration } from '../scoring/index.js';

/** What an assessment rests on besides speech and claims. */
export interface AssessmentTerms {
  readonly policy: Policy;
  readonly policyReference: ArtefactReference;
  readonly calibration: Calibration;
  readonly calibrationFit: CalibrationFit;
  readonly spaces: readonly EmbeddingSpace[];
  readonly transactionRisk: TransactionRisk;
  readonly shadow: boolean;
  /** Whether the company calls: the first claim is then the person asked for, and the others help to tell who answered. */
  readonly outbound?: boolean;
  /** For live calls: whether an earlier stream took the audio for a recording's. A recording is one: there it is not looked for. */
  readonly replay?: { readonly suspected: boolean };
  /** For live calls where there is a countermeasure: whether an earlier stream's speech was taken for synthetic. */
  readonly spoof?: { readonly model: Countermeasure | undefined; readonly suspected: boolean };
  readonly clock: Clock;
  /** The decision that stood before this assessment, of an earlier stream; empty for none. */
  readonly previousDecisionId: string;
}

/** How a look differs from an ordinary one. */
export interface LookOptions {
  /** Whether any more speech can come. */
  readonly ended: boolean;
  /** Why nothing may be compared now, so that the answer is INCONCLUSIVE; null where nothing stands against it. */
  readonly withheld: ReasonCode | null;
  /** Reasons that concern the call and not one claim. */
  readonly reasons: readonly ReasonCode[];
  /** What was heard in place of speech: a reason while there is not enough of it. */
  readonly insteadOfSpeech?: readonly ReasonCode[];
}

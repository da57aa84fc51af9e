import { randomUUID } from 'node:crypto';
import { appendEntry } from '../audit/index.js';
import type { ConsentGate, Grant } from '../consent/index.js';
import type { Keyring } from '../crypto/index.js';
import type { Outcome } from '../domain/call.js';
import type { Clock } from '../domain/clock.js';
import type { ClaimResult, Decision } from '../domain/decision.js';
import type { LoggedComparison } from '../domain/logged-comparison.js';
import type { Principal } from '../domain/principal.js';
import { listConfirmedDecisions, type ConfirmedDecision, type Database } from '../storage/index.js';

const CERTAIN: readonly Outcome[] = ['GENUINE_CONFIRMED', 'FRAUD_CONFIRMED'];
const QUESTIONS: readonly Outcome[] = ['QUESTIONS_PASSED', 'QUESTIONS_FAILED'];
/** Decisions read at a time. */
const PAGE = 200;

/** The comparisons of calls whose outcome was reported, for fitting a calibration to them. */
export class CalibrationRows {
  /** @param models hashes of the graphs whose comparisons are wanted: those of models.json */
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly gate: ConsentGate,
    private readonly clock: Clock,
    private readonly models: ReadonlySet<string>,
  ) {}

  /**
   * Comparisons with speakers who have granted CALIBRATE, of decisions taken since. That they were exported is recorded
   * before the first one.
   *
   * @param withQuestions also those whose outcome is only that the ordinary questions were answered rightly or not
   */
  async *export(principal: Principal, withQuestions: boolean): AsyncGenerator<LoggedComparison> {
    const { tenantId } = principal;
    const outcomes = withQuestions ? [...CERTAIN, ...QUESTIONS] : CERTAIN;
    const exportId = randomUUID();
    await this.database.tenant(tenantId, (tx) =>
      appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'CALIBRATION_ROWS_EXPORTED',
        subjectRef: null,
        recordedAt: this.clock.now(),
        body: { exportId, outcomes: [...outcomes] },
      }),
    );
    for (let after = ''; ;) {
      const page = await this.database.tenant(tenantId, (tx) =>
        listConfirmedDecisions(tx, outcomes, after, PAGE),
      );
      for (const confirmed of page) yield* this.#rowsOf(tenantId, exportId, confirmed);
      const last = page.at(-1);
      if (page.length < PAGE || !last) return;
      after = last.decision.decisionId;
    }
  }

  async *#rowsOf(
    tenantId: string,
    exportId: string,
    { decision, outcome, source }: ConfirmedDecision,
  ): AsyncGenerator<LoggedComparison> {
    if (!decision.models.every(({ sha256 }) => this.models.has(sha256))) return;
    for (const { speakerId, score, secondScore, speech } of telling(decision, outcome)) {
      if (score === null || !speech || speakerId === '') continue;
      const { grant } = await this.gate.openClaim(tenantId, speakerId, 'CALIBRATE');
      if (grant === null || decision.decidedAt < grant.since) continue;
      const speaker = await this.#pseudonym(grant, exportId);
      yield { score, secondScore, ...speech, source, outcome, speaker };
    }
  }

  /** Another one in every export, so that exports cannot be put together. */
  async #pseudonym({ tenantId, speakerRef }: Grant, exportId: string): Promise<string> {
    const hash = await this.keyring.keyedHash(tenantId, `calibration rows ${exportId}`, speakerRef);
    return hash.toString('hex').slice(0, 16);
  }
}

/**
 * The claims that an outcome tells of. A caller who was not who they said is nobody of those claimed. One who was is one of
 * them: of several claims that can only be the accepted one.
 */
function telling({ claims }: Decision, outcome: Outcome): readonly ClaimResult[] {
  const impostor = outcome === 'FRAUD_CONFIRMED' || outcome === 'QUESTIONS_FAILED';
  return impostor || claims.length === 1 ? claims : claims.filter(({ kind }) => kind === 'ACCEPT');
}

import type { PublishedNotice } from '../../../src/gen/vouch/v1/consent.js';
import type { OverrideDecisionRequest } from '../../../src/gen/vouch/v1/verification.js';
import { ApiError } from '../../shared/api-error.js';
import type { Api } from '../../shared/api.js';
import type { Json } from '../../shared/json.js';

export type Wording = Json<PublishedNotice>;

/** What an action is about, as it was when somebody began it. */
export interface Subject {
  readonly callId: string;
  readonly speakerId: string;
  readonly decisionId: string;
  /** Of the call's audio clock, ms. */
  readonly mediaTimeMs: number;
  readonly jurisdiction: string;
  /** Where what was said is kept: a reference of the page's own, else the call. */
  readonly evidence: string;
}

/** One thing to be done: a repeat of the same attempt does nothing more. */
export interface Attempt {
  readonly idempotencyKey: string;
  /** When it was begun, RFC 3339. */
  readonly at: string;
}

/** After `not now` nobody asks for so long. */
const NOT_NOW_MS = 7 * 86_400_000;

/** How strong each proof is held to be; the names are those of the contract's examples. */
export const PROOFS = {
  'knowledge-questions': 'PROOFING_STRENGTH_LOW',
  'one-time-code': 'PROOFING_STRENGTH_MEDIUM',
  document: 'PROOFING_STRENGTH_HIGH',
} as const;
export type Proof = keyof typeof PROOFS;

/** Each does one thing at the service, and throws {@link ApiError}. */
export class Actions {
  constructor(private readonly api: Api) {}

  async evaluate({ callId }: Subject, { idempotencyKey }: Attempt): Promise<void> {
    await this.api.verification.evaluateCall({ callId, idempotencyKey });
  }

  async override(
    { callId, decisionId }: Subject,
    { idempotencyKey }: Attempt,
    said: Pick<Json<OverrideDecisionRequest>, 'action' | 'reason' | 'note'>,
  ): Promise<void> {
    await this.api.verification.overrideDecision({ callId, decisionId, ...said, idempotencyKey });
  }

  async optOut({ speakerId, evidence }: Subject, { idempotencyKey, at }: Attempt): Promise<void> {
    await this.api.consent.optOut({
      speakerId,
      occurredAt: at,
      evidence: { type: 'call', reference: evidence },
      idempotencyKey,
    });
  }

  async enrol({ callId, speakerId }: Subject, { idempotencyKey, at }: Attempt, method: Proof): Promise<void> {
    const proofing = { method, strength: PROOFS[method], reference: callId, provedAt: at };
    await this.api.enrolment.enrolFromCall({ callId, speakerId, proofing, idempotencyKey });
  }

  /**
   * The wording that an agent reads aloud: of the notice that is named, else of the latest one that asks for VERIFY; in the
   * language that is spoken, else in any. Undefined where there is none.
   */
  async notice(noticeId: string, language: string): Promise<Wording | undefined> {
    const { notices = [] } = await this.api.consent.listNotices({ noticeId, pageSize: 1000 });
    const latest = notices.findLast(
      ({ notice }) =>
        notice?.channel === 'NOTICE_CHANNEL_AGENT_SCRIPT' && notice.purposes?.includes('PURPOSE_VERIFY'),
    )?.notice;
    if (!latest?.noticeId) return undefined;
    const { wordings = [] } = await this.api.consent.getNotice({ noticeId: latest.noticeId });
    const spoken = wordings.filter(({ notice }) => notice?.channel === 'NOTICE_CHANNEL_AGENT_SCRIPT');
    const primary = (tag = '') => tag.split('-')[0]?.toLowerCase();
    return spoken.find(({ notice }) => primary(notice?.language) === primary(language)) ?? spoken[0];
  }

  /**
   * Records what a customer said to a wording.
   *
   * @param granted - the purposes agreed to; null: neither yes nor no
   */
  async consent(
    { callId, speakerId, mediaTimeMs, jurisdiction, evidence }: Subject,
    { idempotencyKey, at }: Attempt,
    { notice, textSha256 = '' }: Wording,
    granted: readonly string[] | null,
  ): Promise<void> {
    if (!notice) throw new ApiError('NOT_FOUND', 'NOTICE_NOT_FOUND');
    const { noticeId = '', version = 0, language = '', controllerEntity = '', purposes = [] } = notice;
    const value = (purpose: string) =>
      granted === null ? 'NOT_NOW' : granted.includes(purpose) ? 'GRANTED' : 'REFUSED';
    await this.api.consent.recordConsent({
      speakerId,
      purposes: purposes.map((purpose) => ({ purpose, value: `CONSENT_VALUE_${value(purpose)}` as const })),
      ground: 'PROCESSING_GROUND_EXPLICIT_CONSENT',
      controllerEntity,
      jurisdiction,
      notice: { noticeId, version, language, textSha256 },
      occurredAt: at,
      callId,
      mediaTimeMs,
      evidence: { type: 'call', reference: evidence },
      signatureMethod: 'SIGNATURE_METHOD_SPOKEN',
      capacity: 'CAPACITY_SELF',
      ...(granted === null ? { doNotAskBefore: new Date(Date.parse(at) + NOT_NOW_MS).toISOString() } : {}),
      idempotencyKey,
    });
  }
}

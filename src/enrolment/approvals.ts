import { appendEntry } from '../audit/index.js';
import { requestDigest, type JsonValue, type Keyring } from '../crypto/index.js';
import type { Clock } from '../domain/clock.js';
import type { ReviewResolution } from '../domain/people.js';
import type { EnrolmentPolicy } from '../domain/policy.js';
import type { Principal } from '../domain/principal.js';
import type { Voiceprint } from '../domain/voiceprint.js';
import { VouchError } from '../errors.js';
import { openSpeakerKey } from '../keys/index.js';
import {
  deleteReviewsOf,
  deleteVoiceprint,
  listReviews,
  lockSpeakerRef,
  once,
  replaceLineage,
  reviewedVoiceprint,
  setVoiceprintStatus,
  type Database,
  type ReviewRow,
  type VoiceprintRow,
} from '../storage/index.js';
import {
  admit,
  checkNotHeld,
  checkOtherPrincipal,
  destroy,
  lockVoiceprint,
  recordChange,
  type Changing,
  type LockedVoiceprint,
} from './change.js';
import { callIdsOf, openLineage, sealLineage } from './lineage.js';
import { tellOne } from './read.js';

/** A page of reviews, the oldest first. */
export interface ReviewPage {
  readonly reviews: readonly ReviewRow[];
  /** Empty at the end. */
  readonly nextPageToken: string;
}

/** What a request left behind. */
interface Left {
  readonly voiceprintId: string;
  /** Null once it is destroyed. */
  readonly speakerRef: string | null;
}

/** The word of somebody else that a voiceprint waits for: an approval that the policy asks for, or a review. */
export class Approvals {
  constructor(
    private readonly database: Database,
    private readonly keyring: Keyring,
    private readonly clock: Clock,
  ) {}

  /**
   * Lets a voiceprint be used that waits for an approval, after the rest of its waiting period.
   *
   * @throws VOICEPRINT_NOT_FOUND, APPROVAL_NOT_AWAITED, OWN_ENROLMENT, IDEMPOTENCY_KEY_REUSED
   */
  async approve(
    principal: Principal,
    voiceprintId: string,
    policy: EnrolmentPolicy,
    key: string,
  ): Promise<Voiceprint> {
    const told = await this.#once(principal, 'ApproveVoiceprint', { voiceprintId }, key, async (changing) => {
      const locked = await lockAwaiting(changing, voiceprintId);
      await checkOtherPrincipal(changing, locked);
      const status = await admit(changing, locked, policy);
      await recordChange(changing, locked, 'VOICEPRINT_APPROVED', { status });
      return { voiceprintId, speakerRef: locked.row.speakerRef };
    });
    if (told === null) throw new VouchError('VOICEPRINT_NOT_FOUND');
    return told;
  }

  /** Destroys a voiceprint that waits for an approval. Throws as {@link approve}, but whoever enrolled it may reject it. */
  async reject(principal: Principal, voiceprintId: string, key: string): Promise<void> {
    await this.#once(principal, 'RejectVoiceprint', { voiceprintId }, key, async (changing) => {
      await destroy(changing, await lockAwaiting(changing, voiceprintId), 'VOICEPRINT_REJECTED');
      return { voiceprintId, speakerRef: null };
    });
  }

  /**
   * Destroys the version in use of a voiceprint, which learnt from a call, and puts the one that it was made from into use
   * again. Only such a one was surely good enough: what an enrolment superseded may never have been approved.
   *
   * @throws VOICEPRINT_NOT_FOUND where it is not in use, NO_EARLIER_VERSION, SPEAKER_HELD, IDEMPOTENCY_KEY_REUSED
   */
  async rollBack(principal: Principal, voiceprintId: string, key: string): Promise<Voiceprint> {
    const told = await this.#once(
      principal,
      'RollBackVoiceprint',
      { voiceprintId },
      key,
      async (changing) => {
        const { speaker, row, rows } = await lockVoiceprint(changing, voiceprintId);
        if (row.status !== 'ACTIVE') throw new VouchError('VOICEPRINT_NOT_FOUND', { field: 'voiceprint_id' });
        const before = rows.find((each) => each.voiceprintId === row.adaptedFrom);
        if (before === undefined) throw new VouchError('NO_EARLIER_VERSION');
        await checkNotHeld(changing, speaker);
        await rememberCalls(changing, before, row);
        await deleteVoiceprint(changing.tx, voiceprintId);
        await setVoiceprintStatus(changing.tx, before.voiceprintId, 'ACTIVE');
        const facts = { status: 'ACTIVE', destroyed: voiceprintId } as const;
        await recordChange(changing, { speaker, row: before, rows }, 'VOICEPRINT_ROLLED_BACK', facts);
        return { voiceprintId: before.voiceprintId, speakerRef: row.speakerRef };
      },
    );
    if (told === null) throw new VouchError('VOICEPRINT_NOT_FOUND');
    return told;
  }

  /**
   * A page of the voiceprints that were set aside. That they were looked at is recorded.
   *
   * @param pageSize - 1 to 1000
   * @throws FIELD_INVALID for a token that no page gave
   */
  async reviews(principal: Principal, pageSize: number, pageToken: string): Promise<ReviewPage> {
    const after = decodeToken(pageToken);
    return this.database.tenant(principal.tenantId, async (tx) => {
      const rows = await listReviews(tx, after, pageSize + 1);
      const reviews = rows.slice(0, pageSize);
      await appendEntry(tx, principal, {
        kind: 'AUDIT',
        type: 'REVIEWS_LISTED',
        subjectRef: null,
        recordedAt: this.clock.now(),
        body: { count: reviews.length },
      });
      const last = reviews.at(-1);
      return { reviews, nextPageToken: rows.length > pageSize && last ? encodeToken(last) : '' };
    });
  }

  /**
   * Ends a review. Returns the voiceprint; null where it was destroyed.
   *
   * @throws REVIEW_NOT_FOUND, OWN_ENROLMENT, IDEMPOTENCY_KEY_REUSED
   */
  async resolve(
    principal: Principal,
    review: { readonly reviewId: string; readonly resolution: ReviewResolution },
    policy: EnrolmentPolicy,
    key: string,
  ): Promise<Voiceprint | null> {
    return this.#once(principal, 'ResolveReview', { ...review }, key, async (changing) => {
      const voiceprintId = await reviewedVoiceprint(changing.tx, review.reviewId);
      if (voiceprintId === null) throw new VouchError('REVIEW_NOT_FOUND', { field: 'review_id' });
      const locked = await lockVoiceprint(changing, voiceprintId);
      await checkOtherPrincipal(changing, locked);
      if (review.resolution === 'REJECT') {
        await destroy(changing, locked, 'VOICEPRINT_REJECTED');
        return { voiceprintId, speakerRef: null };
      }
      await deleteReviewsOf(changing.tx, voiceprintId);
      const status = await admit(changing, locked, policy);
      await recordChange(changing, locked, 'VOICEPRINT_APPROVED', { status });
      return { voiceprintId, speakerRef: locked.row.speakerRef };
    });
  }

  /** Does work once for a key, and tells the voiceprint that it left; null where it was destroyed. */
  async #once(
    principal: Principal,
    method: string,
    request: JsonValue,
    key: string,
    work: (changing: Changing) => Promise<Left>,
  ): Promise<Voiceprint | null> {
    const { tenantId } = principal;
    const digest = await requestDigest(this.keyring, tenantId, method, request);
    return this.database.tenant(tenantId, async (tx) => {
      const now = this.clock.now();
      const left = await once(tx, { method, key, digest }, () =>
        work({ tx, keyring: this.keyring, principal, now }),
      );
      if (left.speakerRef === null) return null;
      const speaker = await lockSpeakerRef(tx, left.speakerRef);
      return tellOne({ tx, keyring: this.keyring, now }, speaker, left.voiceprintId);
    });
  }
}

/** What a version learnt from is kept with the one before: under another key it would be learnt from again. */
async function rememberCalls(
  { tx, keyring }: Changing,
  before: VoiceprintRow,
  learnt: VoiceprintRow,
): Promise<void> {
  const key = await openSpeakerKey(tx, keyring, before.speakerRef);
  const kept = openLineage(key, before.voiceprintId, before.lineage);
  const gone = openLineage(key, learnt.voiceprintId, learnt.lineage);
  const rolledBackCallIds = [...(kept.rolledBackCallIds ?? []), ...callIdsOf(gone)];
  const lineage = sealLineage(key, before.voiceprintId, { ...kept, rolledBackCallIds });
  await replaceLineage(tx, before.voiceprintId, lineage);
}

/** Throws VOICEPRINT_NOT_FOUND, APPROVAL_NOT_AWAITED. */
async function lockAwaiting(changing: Changing, voiceprintId: string): Promise<LockedVoiceprint> {
  const locked = await lockVoiceprint(changing, voiceprintId);
  const { status, usableFrom } = locked.row;
  if (status !== 'PENDING' || usableFrom !== null) throw new VouchError('APPROVAL_NOT_AWAITED');
  return locked;
}

/** Callers pass tokens back and should see nothing to build on in them. */
function encodeToken({ createdAt, reviewId }: Pick<ReviewRow, 'createdAt' | 'reviewId'>): string {
  return Buffer.from(`${createdAt.toISOString()} ${reviewId}`).toString('base64url');
}

function decodeToken(token: string): Pick<ReviewRow, 'createdAt' | 'reviewId'> | null {
  if (token === '') return null;
  const text = Buffer.from(token, 'base64url').toString();
  const [, time = '', reviewId = ''] = /^(\S+Z) ([0-9a-f-]{36})$/.exec(text) ?? [];
  const createdAt = new Date(time);
  if (Number.isNaN(createdAt.getTime())) throw new VouchError('FIELD_INVALID', { field: 'page_token' });
  return { createdAt, reviewId };
}

import type { ReviewReason } from '../domain/people.js';
import type { Transaction } from './transaction.js';

/** A voiceprint that was set aside. */
export interface NewReview {
  readonly reviewId: string;
  readonly voiceprintId: string;
  readonly reason: ReviewReason;
  /** Whom it sounds like. */
  readonly otherSpeakerRef: string;
  readonly createdAt: Date;
}

/** A review with the names behind its pseudonyms. */
export interface ReviewRow extends NewReview {
  readonly speakerId: string;
  readonly label: string;
  readonly version: number;
  /** Null where they were erased since. */
  readonly otherSpeakerId: string | null;
}

export async function insertReview(tx: Transaction, review: NewReview): Promise<void> {
  await tx.query(
    `INSERT INTO voiceprint_reviews (review_id, voiceprint_id, reason, other_speaker_ref, created_at)
     VALUES ($1, $2, $3, $4, $5)`,
    [review.reviewId, review.voiceprintId, review.reason, review.otherSpeakerRef, review.createdAt],
  );
}

/** Reviews from after one on (null: from the first), the oldest first. */
export async function listReviews(
  tx: Transaction,
  after: { readonly createdAt: Date; readonly reviewId: string } | null,
  limit: number,
): Promise<readonly ReviewRow[]> {
  return tx.query(
    `SELECT review_id AS "reviewId", voiceprint_id AS "voiceprintId", reason,
       other_speaker_ref AS "otherSpeakerRef", r.created_at AS "createdAt", s.speaker_id AS "speakerId", label,
       v.version, o.speaker_id AS "otherSpeakerId"
     FROM voiceprint_reviews r JOIN voiceprints v USING (tenant_id, voiceprint_id)
     JOIN speakers s ON s.speaker_ref = v.speaker_ref LEFT JOIN speakers o ON o.speaker_ref = other_speaker_ref
     WHERE $1::timestamptz IS NULL OR (r.created_at, review_id) > ($1, $2::uuid)
     ORDER BY r.created_at, review_id LIMIT $3`,
    [after?.createdAt ?? null, after?.reviewId ?? null, limit],
  );
}

/** The voiceprint that a review is about; null where there is no such review. */
export async function reviewedVoiceprint(tx: Transaction, reviewId: string): Promise<string | null> {
  const [row] = await tx.query<{ voiceprintId: string }>(
    'SELECT voiceprint_id AS "voiceprintId" FROM voiceprint_reviews WHERE review_id = $1',
    [reviewId],
  );
  return row?.voiceprintId ?? null;
}

/** Ends the reviews of a voiceprint. */
export async function deleteReviewsOf(tx: Transaction, voiceprintId: string): Promise<void> {
  await tx.query('DELETE FROM voiceprint_reviews WHERE voiceprint_id = $1', [voiceprintId]);
}

import type { EnrolmentServiceImplementation } from '../../gen/vouch/v1/enrolment.js';
import * as proto from '../../gen/vouch/v1/enrolment.js';
import { fromProto, toProto, toProtoOrUnspecified } from '../enums.js';
import { idempotencyKey, validText, validUuid, within } from '../validate.js';
import { writeVoiceprint } from '../write-people.js';
import type { TransportParts, WithPrincipal } from './parts.js';

const MOST_POSITION = 0xffff_ffff;

type ApprovalRpcs = Pick<
  EnrolmentServiceImplementation<WithPrincipal>,
  | 'approveVoiceprint'
  | 'rejectVoiceprint'
  | 'rollBackVoiceprint'
  | 'listNotifications'
  | 'listReviews'
  | 'resolveReview'
>;

/** The part of EnrolmentService that lets voiceprints be used, and says what was done with them. */
export function approvalRpcs(parts: TransportParts): ApprovalRpcs {
  const { approvals, notifications, policies, poller } = parts;
  return {
    approveVoiceprint: async (request, { principal }) => {
      const voiceprintId = validUuid(request.voiceprintId, 'voiceprint_id');
      const key = idempotencyKey(request.idempotencyKey);
      const { enrolment } = (await policies.current(principal.tenantId)).policy;
      const voiceprint = await approvals.approve(principal, voiceprintId, enrolment, key);
      await poller.poke();
      return { voiceprint: writeVoiceprint(voiceprint) };
    },

    rejectVoiceprint: async (request, { principal }) => {
      const voiceprintId = validUuid(request.voiceprintId, 'voiceprint_id');
      await approvals.reject(principal, voiceprintId, idempotencyKey(request.idempotencyKey));
      return {};
    },

    rollBackVoiceprint: async (request, { principal }) => {
      const voiceprintId = validUuid(request.voiceprintId, 'voiceprint_id');
      const key = idempotencyKey(request.idempotencyKey);
      const voiceprint = await approvals.rollBack(principal, voiceprintId, key);
      await poller.poke();
      return { voiceprint: writeVoiceprint(voiceprint) };
    },

    listNotifications: async (request, { principal }) => {
      const after = within(request.afterPosition, 'after_position', 0, MOST_POSITION);
      const page = await notifications.list(principal, after, pageSizeOf(request));
      return {
        notifications: page.notifications.map(({ type, status, ...rest }) => ({
          ...rest,
          type: toProto(proto.NotificationType, type),
          status: toProtoOrUnspecified(proto.VoiceprintStatus, status),
        })),
        lastPosition: page.lastPosition,
      };
    },

    listReviews: async (request, { principal }) => {
      const pageToken = validText(request.pageToken, 'page_token', 1024);
      const page = await approvals.reviews(principal, pageSizeOf(request), pageToken);
      const reviews = page.reviews.map(({ reason, otherSpeakerId, ...review }) => ({
        ...review,
        reason: toProto(proto.ReviewReason, reason),
        otherSpeakerId: otherSpeakerId ?? '',
      }));
      return { reviews, nextPageToken: page.nextPageToken };
    },

    resolveReview: async (request, { principal }) => {
      const reviewId = validUuid(request.reviewId, 'review_id');
      const resolution = fromProto(proto.ReviewResolution, request.resolution, 'resolution');
      const key = idempotencyKey(request.idempotencyKey);
      const { enrolment } = (await policies.current(principal.tenantId)).policy;
      const voiceprint = await approvals.resolve(principal, { reviewId, resolution }, enrolment, key);
      await poller.poke();
      return { voiceprint: voiceprint ? writeVoiceprint(voiceprint) : undefined };
    },
  };
}

function pageSizeOf({ pageSize }: { readonly pageSize: number }): number {
  return pageSize === 0 ? 100 : within(pageSize, 'page_size', 1, 1000);
}

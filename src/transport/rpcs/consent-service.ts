import type { ConsentServiceImplementation } from '../../gen/vouch/v1/consent.js';
import { readNotice, readOptOut, readRecordConsent, readWithdraw } from '../read-consent.js';
import { readPageToken } from '../audit.js';
import { idempotencyKey, validId, within } from '../validate.js';
import { writeConsentEvent } from '../write-consent.js';
import { writeConsentState, writeHeldState } from '../write-people.js';
import { inForce } from './in-force.js';
import { noticeRpcs } from './notice-rpcs.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { rightsCalls } from './rights.js';

/** ConsentService. What is recorded is in force in this process's calls when the answer comes. */
export function consentService(parts: TransportParts): ConsentServiceImplementation<WithPrincipal> {
  const { consents, poller } = parts;
  return {
    ...rightsCalls(parts),
    ...noticeRpcs(parts),

    publishNotice: async (request, { principal }) => {
      const key = idempotencyKey(request.idempotencyKey);
      const published = await consents.publishNotice(principal, readNotice(request.notice), key);
      await inForce(poller);
      return { textSha256: Buffer.from(published.textSha256, 'hex'), publishedAt: published.publishedAt };
    },

    recordConsent: async (request, { principal }) => {
      const recorded = await consents.recordConsent(principal, readRecordConsent(request));
      await inForce(poller);
      const { eventId, chainPosition, effectiveAt, recordedAt, retroactive } = recorded;
      const state = writeConsentState(recorded.state);
      return { eventId, chainPosition, effectiveAt, recordedAt, retroactive, state };
    },

    withdrawConsent: async (request, { principal }) => {
      const recorded = await consents.withdraw(principal, readWithdraw(request));
      await inForce(poller);
      const { eventId, chainPosition, effectiveAt, voiceprintsErased, voiceprintsKept } = recorded;
      return {
        eventId,
        chainPosition,
        effectiveAt,
        voiceprintsErased,
        voiceprintsKept,
        state: writeConsentState(recorded.state),
      };
    },

    optOut: async (request, { principal }) => {
      const recorded = await consents.optOut(principal, readOptOut(request));
      await inForce(poller);
      const { eventId, chainPosition, effectiveAt, voiceprintsErased, voiceprintsKept } = recorded;
      return { eventId, chainPosition, effectiveAt, voiceprintsErased, voiceprintsKept };
    },

    getConsent: async (request, { principal }) => {
      const speakerId = validId(request.speakerId, 'speaker_id');
      const { state, states } = await consents.state(principal, speakerId);
      return { state: writeConsentState(state), states: states.map(writeHeldState) };
    },

    listConsentEvents: async (request, { principal }) => {
      const speakerId = validId(request.speakerId, 'speaker_id');
      const pageSize = request.pageSize === 0 ? 100 : within(request.pageSize, 'page_size', 1, 1000);
      const after = readPageToken(request.pageToken) ?? 0;
      const page = await consents.history.list(principal, speakerId, after, pageSize);
      return { events: page.events.map(writeConsentEvent), nextPageToken: page.nextAfter?.toString() ?? '' };
    },
  };
}

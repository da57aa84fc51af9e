import type { ConsentServiceImplementation } from '../../gen/vouch/v1/consent.js';
import { readNotice, readOptOut, readRecordConsent, readWithdraw } from '../read-consent.js';
import { idempotencyKey, validId } from '../validate.js';
import { writeConsentState } from '../write-people.js';
import { inForce } from './in-force.js';
import type { TransportParts, WithPrincipal } from './parts.js';
import { rightsCalls } from './rights.js';

/** ConsentService. What is recorded is in force in this process's calls when the answer comes. */
export function consentService(parts: TransportParts): ConsentServiceImplementation<WithPrincipal> {
  const { consents, poller } = parts;
  return {
    ...rightsCalls(parts),

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
      const { eventId, chainPosition, effectiveAt, voiceprintsErased } = recorded;
      return {
        eventId,
        chainPosition,
        effectiveAt,
        voiceprintsErased,
        state: writeConsentState(recorded.state),
      };
    },

    optOut: async (request, { principal }) => {
      const { eventId, chainPosition, effectiveAt, voiceprintsErased } = await consents.optOut(
        principal,
        readOptOut(request),
      );
      await inForce(poller);
      return { eventId, chainPosition, effectiveAt, voiceprintsErased };
    },

    getConsent: async (request, { principal }) => {
      const state = await consents.state(principal, validId(request.speakerId, 'speaker_id'));
      return { state: writeConsentState(state) };
    },
  };
}

import { makeGrant } from '../../src/consent/grant.js';
import type { OpenVoiceprint } from '../../src/domain/voiceprint.js';
import type { ClaimDossier } from '../../src/session/ports.js';

/** What is known of a claimed speaker who granted VERIFY long ago and has these voiceprints. */
export function dossierOf(
  speakerId: string,
  voiceprints: readonly OpenVoiceprint[],
  changes: Partial<ClaimDossier> = {},
): ClaimDossier {
  return {
    speakerRef: speakerId,
    known: true,
    optedOut: false,
    grant: makeGrant({
      tenantId: 'tenant',
      speakerRef: speakerId,
      speakerId,
      purpose: 'VERIFY',
      eventId: 'event',
      since: new Date(0),
      givenAt: new Date(0),
      expiresAt: null,
    }),
    identify: null,
    reasons: [],
    voiceprints,
    fingerprints: [],
    pending: 0,
    ofOtherModel: 0,
    expired: 0,
    manyAttempts: false,
    until: null,
    version: '1',
    ...changes,
  };
}

/** A voiceprint, opened. */
export function voiceprintOf(vectors: OpenVoiceprint['vectors'], voiceprintId = 'print'): OpenVoiceprint {
  return { voiceprintId, label: 'default', version: 1, vectors };
}

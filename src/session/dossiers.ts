import type { ConsentGate, Grant } from '../consent/index.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import type { ReplayFingerprints, Speakers, Voiceprints } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import { unpackFingerprint } from '../replay/index.js';
import type { Attempts } from './attempts.js';

import type { ClaimDossier, OpenDossier } from './ports.js';

const TAKEN_BACK: ReadonlySet<string> = new Set([
  'CONSENT_MISSING',
  'SPEAKER_OPTED_OUT',
  'PROCESSING_RESTRICTED',
]);

const NONE = { voiceprints: [], fingerprints: [], pending: 0, ofOtherModel: 0, expired: 0, until: null };

/** Where it is read from. */
export interface DossierParts {
  readonly voiceprints: Voiceprints;
  readonly speakers: Speakers;
  readonly fingerprints: ReplayFingerprints;
}

/** Opens what is known of claimed speakers: voiceprints only under the gate's grant. */
export function openDossiers(
  gate: ConsentGate,
  { voiceprints, speakers, fingerprints }: DossierParts,
  spaces: readonly EmbeddingSpace[],
  attempts: Pick<Attempts, 'suspected'>,
): OpenDossier {
  const ids = spaces.map((space) => space.id);
  const mayIdentify = async (
    tenantId: string,
    speakerId: string,
    askedFor: string,
  ): Promise<Grant | null> => {
    const { grant } = await gate.openClaim(tenantId, speakerId, 'IDENTIFY');
    return grant && (await speakers.ofOneAccount(tenantId, speakerId, askedFor)) ? grant : null;
  };
  const read = async (tenantId: string, speakerId: string, askedFor?: string): Promise<ClaimDossier> => {
    const { grant, ...claim } = await gate.openClaim(tenantId, speakerId, 'VERIFY');
    const manyAttempts = await attempts.suspected(tenantId, speakerId);
    const identify = askedFor === undefined ? null : await mayIdentify(tenantId, speakerId, askedFor);
    if (grant === null || (askedFor !== undefined && identify === null))
      return { ...claim, manyAttempts, grant: null, identify: null, ...NONE };
    const { open, otherModel, ...others } = await voiceprints.open(grant, ids);
    // Without a voiceprint nobody is accepted, replayed or not.
    const heard = open.length > 0 ? (await fingerprints.open(grant)).map(unpackFingerprint) : [];
    return {
      ...claim,
      manyAttempts,
      grant,
      identify,
      voiceprints: open,
      fingerprints: heard,
      ofOtherModel: otherModel,
      ...others,
    };
  };
  return async (tenantId, speakerId, askedFor) => {
    try {
      return await read(tenantId, speakerId, askedFor);
    } catch (error) {
      // Taken back between the gate and the voiceprints: that is an answer, not an error. The second look knows.
      if (error instanceof VouchError && TAKEN_BACK.has(error.reason))
        return read(tenantId, speakerId, askedFor);
      throw error;
    }
  };
}

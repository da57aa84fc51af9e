import type { ConsentGate, Grant } from '../consent/index.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import type { Speakers, Voiceprints } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import type { Attempts } from './attempts.js';
import type { ClaimDossier, OpenDossier } from './ports.js';

const TAKEN_BACK: ReadonlySet<string> = new Set([
  'CONSENT_MISSING',
  'SPEAKER_OPTED_OUT',
  'PROCESSING_RESTRICTED',
]);

const NONE = { voiceprints: [], pending: 0, ofOtherModel: 0, expired: 0, until: null };

/** Opens what is known of claimed speakers: voiceprints only under the gate's grant. */
export function openDossiers(
  gate: ConsentGate,
  { voiceprints, speakers }: { readonly voiceprints: Voiceprints; readonly speakers: Speakers },
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
    return {
      ...claim,
      manyAttempts,
      grant,
      identify,
      voiceprints: open,
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

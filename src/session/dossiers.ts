import type { ConsentGate } from '../consent/index.js';
import type { EmbeddingSpace } from '../domain/speech.js';
import type { Voiceprints } from '../enrolment/index.js';
import type { OpenDossier } from './ports.js';

/** Opens what is known of claimed speakers: voiceprints only under the gate's grant. */
export function openDossiers(
  gate: ConsentGate,
  voiceprints: Voiceprints,
  spaces: readonly EmbeddingSpace[],
): OpenDossier {
  const ids = spaces.map((space) => space.id);
  return async (tenantId, speakerId) => {
    const { grant, ...claim } = await gate.openClaim(tenantId, speakerId, 'VERIFY');
    if (grant === null) return { ...claim, grant, voiceprints: [], pending: 0, ofOtherModel: 0 };
    const { open, pending, otherModel } = await voiceprints.open(grant, ids);
    return { ...claim, grant, voiceprints: open, pending, ofOtherModel: otherModel };
  };
}

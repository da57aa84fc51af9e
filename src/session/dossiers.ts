import type { ConsentGate, Grant } from '../consent/index.js';
import type { EmbeddingSpace, KeptFingerprint } from '../domain/speech.js';
import type { ReplayFingerprints, Speakers, Voiceprints } from '../enrolment/index.js';
import { VouchError } from '../errors.js';
import { unpackFingerprint } from '../replay/index.js';
import type { Attempts } from './attempts.js';
import type { ClaimDossier, DossierTerms, OpenDossier } from './ports.js';

const TAKEN_BACK: ReadonlySet<string> = new Set([
  'CONSENT_MISSING',
  'SPEAKER_OPTED_OUT',
  'PROCESSING_RESTRICTED',
]);

const NONE = { voiceprints: [], fingerprints: [], pending: 0, ofOtherModel: 0, expired: 0, until: null };

/** Whether an error says that the ground is gone since it was read: an answer, not a failure. */
export function isTakenBack(error: unknown): boolean {
  return error instanceof VouchError && TAKEN_BACK.has(error.reason);
}

/** Where it is read from. */
export interface DossierParts {
  readonly gate: ConsentGate;
  readonly voiceprints: Pick<Voiceprints, 'open'>;
  readonly speakers: Pick<Speakers, 'ofOneAccount'>;
  readonly fingerprints: Pick<ReplayFingerprints, 'openIn'>;
  readonly attempts: Pick<Attempts, 'suspected'>;
  /** Told of a fingerprint that cannot be read: calls are not held against it. */
  readonly onFailure: (error: unknown) => void;
}

/** Opens what is known of claimed speakers: voiceprints only under the gate's grant. */
export function openDossiers(parts: DossierParts, spaces: readonly EmbeddingSpace[]): OpenDossier {
  const { gate, voiceprints, speakers, fingerprints, attempts, onFailure } = parts;
  const ids = spaces.map((space) => space.id);
  const mayIdentify = async (
    tenantId: string,
    speakerId: string,
    askedFor: string,
  ): Promise<Grant | null> => {
    const { grant } = await gate.openClaim(tenantId, speakerId, 'IDENTIFY');
    return grant && (await speakers.ofOneAccount(tenantId, speakerId, askedFor)) ? grant : null;
  };
  const openUnder = async (grant: Grant, { callId, replays }: DossierTerms) => {
    let heard: readonly KeptFingerprint[] = [];
    const { open, otherModel, ...others } = await voiceprints.open(grant, ids, async (tx, key) => {
      // Without a voiceprint nobody is accepted, replayed or not.
      if (callId === undefined || replays !== true) return;
      const kept = await fingerprints.openIn(tx, key, grant.speakerRef, callId);
      heard = kept.flatMap((each) => unpackedOrNone(each, onFailure));
    });
    return { voiceprints: open, fingerprints: heard, ofOtherModel: otherModel, ...others };
  };
  const read = async (tenantId: string, speakerId: string, terms: DossierTerms): Promise<ClaimDossier> => {
    const { askedFor } = terms;
    const [{ grant, ...claim }, manyAttempts] = await Promise.all([
      gate.openClaim(tenantId, speakerId, 'VERIFY'),
      attempts.suspected(tenantId, speakerId, terms),
    ]);
    const identify = askedFor === undefined ? null : await mayIdentify(tenantId, speakerId, askedFor);
    if (grant === null || (askedFor !== undefined && identify === null))
      return { ...claim, manyAttempts, grant: null, identify: null, ...NONE };
    return { ...claim, manyAttempts, grant, identify, ...(await openUnder(grant, terms)) };
  };
  return async (tenantId, speakerId, terms = {}) => {
    try {
      return await read(tenantId, speakerId, terms);
    } catch (error) {
      // Taken back between the gate and the voiceprints. The second look knows.
      if (isTakenBack(error)) return read(tenantId, speakerId, terms);
      throw error;
    }
  };
}

/** Another release may have kept it in another form: then it is not compared, and the call goes on. */
function unpackedOrNone(kept: Buffer | VouchError, onFailure: (error: unknown) => void): KeptFingerprint[] {
  try {
    if (kept instanceof VouchError) throw kept;
    return [unpackFingerprint(kept)];
  } catch (error) {
    onFailure(error);
    return [];
  }
}
